import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { backendsHere } from '../backends/backends-here';
import { decodeLink, sha256 } from './decoded-link';
import { FIXTURES } from './ogg-links';
import { GOLDEN_PATH, type PcmGoldens, soundFiles } from './pcm-goldens';

const { links: goldens } = JSON.parse(readFileSync(new URL(GOLDEN_PATH, FIXTURES), 'utf8')) as PcmGoldens;
const files = soundFiles();

describe.each(backendsHere)('%s decodes to what was within 1 of opusdec', (_, selected) => {
  it.each(files)('$file', ({ file, links }) => {
    const expected = goldens.filter((golden) => golden.file === file);
    expect(links).toHaveLength(expected.length);
    links.forEach((link, i) => {
      const { channels, packets, frames, sha256: hash, opusdecFrames } = expected[i]!;
      const pcm = decodeLink(link, selected);
      expect([link.stream.channels, link.packets.length]).toEqual([channels, packets]);
      expect(pcm.length).toBe(frames * channels);
      expect(sha256(pcm)).toBe(hash);
      expect(link.playedFrames).toBe(opusdecFrames);
    });
  });
});

it('there is a golden for every file', () => {
  expect(new Set(goldens.map(({ file }) => file))).toEqual(new Set(files.map(({ file }) => file)));
  expect(files.length).toBeGreaterThan(35);
});
