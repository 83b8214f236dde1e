import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { backendsHere, wasm } from '../backends/backends-here';
import { decodeLink, sha256 } from './decoded-link';
import { MULTISTREAM_GOLDEN_PATH, type MultistreamGoldens, multichannelFiles } from './multichannel-files';
import { FIXTURES, fixture } from './ogg-links';

const { files: goldens } = JSON.parse(
  readFileSync(new URL(MULTISTREAM_GOLDEN_PATH, FIXTURES), 'utf8'),
) as MultistreamGoldens;
const files = await multichannelFiles();

describe.each(backendsHere)('%s decodes to what libopus gives, a plain decoder a stream', (_, selected) => {
  it.each(files)('$file', ({ file, link }) => {
    const expected = goldens.find((golden) => golden.file === file)!;
    const pcm = decodeLink(link, selected);
    const { channels, packets, frames, playedFrames } = expected;
    expect([link.stream.channels, link.packets.length, link.playedFrames]).toEqual([channels, packets, playedFrames]);
    expect(pcm.length).toBe(frames * channels);
    expect(sha256(pcm)).toBe(expected.sha256);
  });
});

it('there is a golden for every file, of every family that has more than two channels', () => {
  expect(goldens.map(({ file }) => file)).toEqual(files.map(({ file }) => file));
  expect(new Set(goldens.map(({ family }) => family))).toEqual(new Set([1, 2, 3, 255]));
  expect(new Set(goldens.map(({ channels }) => channels))).toEqual(new Set([2, 3, 4, 5, 6, 7, 8, 9, 11, 16, 25]));
});

describe("the samples that lie with the ambisonics, of another build of libopus' own multistream decoders", () => {
  interface Golden {
    readonly head: { readonly streamCount: number; readonly coupledCount: number };
    readonly samples: Record<string, number[]>;
  }
  const { files: others } = JSON.parse(new TextDecoder().decode(fixture('ambisonics/golden.json'))) as {
    files: Record<string, Golden>;
  };
  const ambisonics = files.filter(({ file }) => file.startsWith('ambisonics/'));

  it('are of eight files', () => expect(ambisonics).toHaveLength(8));

  it.each(ambisonics)('$file', ({ file, link }) => {
    const { head, samples } = others[file.replace('ambisonics/', '')]!;
    const { channels } = link.stream;
    const pcm = decodeLink(link, wasm);
    // Other builds round a few samples otherwise, by 1; and the products of a matrix, by half of it.
    const most = 1 + (file.includes('family3') ? (head.streamCount + head.coupledCount) / 2 : 0);
    for (const [place, frame] of Object.entries(samples)) {
      const ours = pcm.subarray(Number(place) * channels, (Number(place) + 1) * channels);
      expect(ours.length).toBe(frame.length);
      for (const [i, sample] of frame.entries()) expect(Math.abs(ours[i]! - sample)).toBeLessThanOrEqual(most);
    }
  });
});
