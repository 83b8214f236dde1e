import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../../src/backends/select';
import { decodeLink, sha256 } from './decoded-link';
import { multichannelFiles } from './multichannel-files';
import { FIXTURES, fixture, type Link, oggLinks } from './ogg-links';
import { GOLDEN_PATH, type LinkGolden, type PcmGoldens, soundFiles } from './pcm-goldens';
import { oggCrc } from './reframed-packets';

/*
 * `RECORD_GOLDENS=1 npm run test:oracles` writes the goldens that golden.test.ts compares with.
 */

/**
 * opusdec decodes to floats and soft-clips those itself: a packet of 120 ms in one go, we as two of 60 ms, as the format
 * defines it; and of the first packet what is left after pre-skip. Where nothing clips there, the two are the same.
 */
const CLIPPED_OTHERWISE = [
  'golden/decode/clipping-120ms.opus',
  'golden/decode/surround-clipping-120ms.opus',
  'golden/decode/surround-clipping-60ms.opus',
];
const folder = mkdtempSync(join(tmpdir(), 'opusdec-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Decoded {
  readonly channels: number;
  readonly pcm: Int16Array;
}

function opusdec(path: string): Decoded {
  const out = join(folder, 'out.wav');
  execFileSync('opusdec', ['--quiet', '--no-dither', '--rate', '48000', path, out], { stdio: 'pipe' });
  const wav = readFileSync(out);
  const data = wav.indexOf('data') + 8;
  return { channels: wav.readUInt16LE(22), pcm: new Int16Array(new Uint8Array(wav.subarray(data)).buffer) };
}

/** What a player takes of a link. */
function played({ stream: { preSkip, channels }, playedFrames }: Link, pcm: Int16Array): Int16Array {
  return pcm.subarray(preSkip * channels, (preSkip + playedFrames) * channels);
}

function compare(ours: Int16Array, channels: number, theirs: Decoded, firstFrame: number) {
  let maxDiff = 0;
  let differing = 0;
  for (let i = 0; i < ours.length; i++) {
    const frame = firstFrame + Math.floor(i / channels);
    const theirChannel = theirs.channels === 1 ? 0 : channels === 1 ? 1 : i % channels;
    const diff = Math.abs(ours[i]! - theirs.pcm[frame * theirs.channels + theirChannel]!);
    if (diff > 0) differing++;
    if (diff > maxDiff) maxDiff = diff;
  }
  return { maxDiff, differing };
}

/** The header gain of a file of one link, and the CRC of its first page, rewritten. */
function withGain(bytes: Uint8Array, gainQ8: number): Uint8Array {
  const patched = Buffer.from(bytes);
  const headLength = patched[27]!;
  patched.writeInt16LE(gainQ8, 28 + 16);
  patched.writeUInt32LE(0, 22);
  patched.writeUInt32LE(oggCrc(patched.subarray(0, 28 + headLength)), 22);
  return patched;
}

/** Of mapping family 1, in Ogg that opusdec opens. */
const surroundFiles = (await multichannelFiles()).filter(({ file, link }) => {
  const { family } = link.stream.attributes.channel_mapping as { family: number };
  return family === 1 && /\.(opus|ogg)$/.test(file);
});

describe('opusdec --no-dither --rate 48000', async () => {
  const native = await selectBackend('native');
  const goldens: LinkGolden[] = [];

  it.each(soundFiles())('$file', ({ file, links }) => {
    const theirs = opusdec(new URL(file, FIXTURES).pathname);
    let frames = 0;
    links.forEach((link, number) => {
      const { channels } = link.stream;
      const all = decodeLink(link, native);
      const ours = played(link, all);
      const { maxDiff, differing } = compare(ours, channels, theirs, frames);
      if (CLIPPED_OTHERWISE.includes(file)) expect(differing).toBeLessThan(ours.length / 100);
      else expect(maxDiff).toBeLessThanOrEqual(1);
      frames += link.playedFrames;
      goldens.push({
        file,
        link: number,
        channels,
        packets: link.packets.length,
        frames: all.length / channels,
        sha256: sha256(all),
        opusdecFrames: link.playedFrames,
        maxDiff,
        differing,
      });
    });
    expect(frames).toBe(theirs.pcm.length / theirs.channels);
  });

  it.each([-1500, 700, 2560])('header gain of %i/256 dB, which makes stereo.opus clip or not', (gain) => {
    const bytes = withGain(fixture('ogg_opus/stereo.opus'), gain);
    const path = join(folder, 'gain.opus');
    writeFileSync(path, bytes);
    const [link] = oggLinks(bytes);
    expect(link!.stream.attributes.output_gain_q8).toBe(gain);
    const ours = played(link!, decodeLink(link!, native));
    expect(compare(ours, 2, opusdec(path), 0).maxDiff).toBeLessThanOrEqual(1);
  });

  /** For each channel of a WAV file, which one of the Vorbis order it is: Vorbis I §4.3.9 and the bits of dwChannelMask. */
  const WAV_ORDERS: Record<number, readonly number[]> = {
    3: [0, 2, 1],
    4: [0, 1, 2, 3],
    5: [0, 2, 1, 3, 4],
    6: [0, 2, 1, 5, 3, 4],
    7: [0, 2, 1, 6, 5, 3, 4],
    8: [0, 2, 1, 7, 5, 6, 3, 4],
  };

  it.each(surroundFiles)('$file, whose channels are in WAV order there', ({ file, link }) => {
    const { channels } = link.stream;
    const theirs = opusdec(new URL(file, FIXTURES).pathname);
    const ours = played(link, decodeLink(link, native));
    expect([theirs.channels, theirs.pcm.length]).toEqual([channels, ours.length]);
    const order = WAV_ORDERS[channels]!;
    const inWavOrder = ours.map((_, i) => ours[i - (i % channels) + order[i % channels]!]!);
    const { maxDiff, differing } = compare(inWavOrder, channels, theirs, 0);
    if (CLIPPED_OTHERWISE.includes(file)) expect(differing).toBeLessThan(ours.length / 100);
    else expect(maxDiff).toBeLessThanOrEqual(1);
  });

  it('finds what is recorded', () => {
    const oracle = `${execFileSync('opusdec', ['--version'], { encoding: 'utf8' }).split('\n')[0]} --no-dither --rate 48000`;
    const found: PcmGoldens = { oracle, decoder: native.backend.library, links: goldens };
    const path = new URL(GOLDEN_PATH, FIXTURES);
    if (process.env.RECORD_GOLDENS === '1') writeFileSync(path, `${JSON.stringify(found, null, 1)}\n`);
    const recorded = JSON.parse(readFileSync(path, 'utf8')) as PcmGoldens;
    // Another build of opusdec rounds other samples by 1: what we decode to is what must not change.
    const ours = ({ maxDiff: _, differing: __, ...rest }: LinkGolden) => rest;
    expect(found.links.map(ours)).toEqual(recorded.links.map(ours));
  });
});
