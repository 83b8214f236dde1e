import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Recording } from '../src/index';
import { allRows } from './arrays/stores';
import { cutLinks, type Decoded, ffprobePacketSizes, opusdec, opusinfo } from './oracles/programs';
import { fixtures } from './support/corpus';
import { backends, importFixture, newStore, temporaryFolder } from './support/stores';

const files = readdirSync(`${fixtures}ogg_opus`)
  .map((name) => `ogg_opus/${name}`)
  .filter((path) => opusinfo(fixtures + path).isSound)
  .map((path) => {
    const links = cutLinks(readFileSync(fixtures + path));
    // Byte 9 of OpusHead, which follows a page header with one lacing value.
    return { path, links, channels: links.map((link) => link[28 + 9]!) };
  });

/** The packets' lengths, as the index has them. */
async function rowLengths({ index }: Recording): Promise<number[]> {
  const rows = await allRows(index);
  return Array.from({ length: index.rows }, (_, row) => rows[row * index.width + 1]!);
}

const found = { samples: 0, differing: 0 };

function written(folder: string, name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function compare(ours: ArrayLike<number>, theirs: ArrayLike<number>): { maxDiff: number; differing: number } {
  let maxDiff = 0;
  let differing = 0;
  for (let i = 0; i < ours.length; i++) {
    const diff = Math.abs(ours[i]! - theirs[i]!);
    if (diff > 0) differing++;
    if (diff > maxDiff) maxDiff = diff;
  }
  return { maxDiff, differing };
}

function expectLengths(samples: readonly number[], linkMilliseconds: readonly number[]): void {
  expect(linkMilliseconds.length).toBe(samples.length);
  for (const [link, ms] of linkMilliseconds.entries()) {
    expect(samples[link]! / 48 - ms).toBeGreaterThanOrEqual(0);
    expect(samples[link]! / 48 - ms).toBeLessThanOrEqual(1);
  }
}

it('covers the files of Ogg Opus that opusinfo calls sound', () => {
  expect(files.length).toBeGreaterThanOrEqual(37);
  expect(files.flatMap(({ links }) => links).length).toBeGreaterThan(files.length);
});

describe.each(files)('$path', ({ path, links }) => {
  it('has the packets that ffprobe lists, with their sizes', async () => {
    const recordings = await importFixture(await newStore(), path);
    expect(recordings.length).toBe(links.length);
    const folder = temporaryFolder();
    const sizes: number[] = [];
    for (const [i, recording] of recordings.entries()) {
      const lengths = await rowLengths(recording);
      expect(lengths).toEqual(ffprobePacketSizes(written(folder, 'link.opus', links[i]!)));
      expect(recording.info.packets).toBe(lengths.length);
      sizes.push(...lengths);
    }
    expect(sizes).toEqual(ffprobePacketSizes(fixtures + path));
  });

  it('has the samples that opusinfo and opusdec count', async () => {
    const recordings = await importFixture(await newStore(), path);
    const folder = temporaryFolder();
    const totals = recordings.map(({ totalSamples }) => totalSamples);
    expectLengths(totals, opusinfo(fixtures + path).linkMilliseconds);
    expect(totals).toEqual(links.map((link) => opusdec(written(folder, 'link.opus', link), folder).frames));
    const whole = opusdec(fixtures + path, folder).frames;
    expect(totals.reduce((sum, samples) => sum + samples, 0)).toBe(whole);
  });

  it('lies in blobs that opusinfo, ffprobe and opusdec take', async () => {
    const recordings = await importFixture(await newStore(), path);
    const folder = temporaryFolder();
    for (const [i, recording] of recordings.entries()) {
      const blob = await recording.blob.read(0, recording.blob.byteLength);
      const blobPath = written(folder, 'blob.opus', blob);
      const { isSound, output, linkMilliseconds } = opusinfo(blobPath);
      expect(isSound, output).toBe(true);
      expectLengths([recording.totalSamples], linkMilliseconds);
      expect(ffprobePacketSizes(blobPath)).toEqual(await rowLengths(recording));
      const source: Decoded = opusdec(written(folder, 'link.opus', links[i]!), folder);
      const decoded = opusdec(blobPath, folder);
      expect([decoded.channels, decoded.frames]).toEqual([source.channels, source.frames]);
      expect(compare(decoded.pcm, source.pcm)).toEqual({ maxDiff: 0, differing: 0 });
    }
  });
});

// Those of more channels are compared in packages/opus-codec/test/decode.
describe.each(files.filter(({ channels }) => channels.every((count) => count <= 2)))(
  '$path, read',
  ({ path, links }) => {
    it.each(backends)('by %s, gives the samples of opusdec, within 1 and what it says', async (decoder) => {
      const recordings = await importFixture(await newStore(), path);
      const folder = temporaryFolder();
      for (const [i, recording] of recordings.entries()) {
        const theirs = opusdec(written(folder, 'link.opus', links[i]!), folder);
        const ours = await recording.read({ decoder });
        expect([ours.channels, ours.frames]).toEqual([theirs.channels, theirs.frames]);
        const { maxDiff, differing } = compare(ours.data, theirs.pcm);
        // Two files do not converge everywhere, and say by how much they may differ.
        expect(maxDiff).toBeLessThanOrEqual(1 + ours.maxDiff);
        if (ours.maxDiff > 0) continue;
        found.samples += ours.data.length;
        found.differing += differing;
      }
    });
  },
);

it('differs by 1 in one sample of a thousand at the most', () => {
  expect(found.samples).toBeGreaterThan(15_000_000);
  expect(found.differing).toBeLessThan(found.samples / 1000);
});
