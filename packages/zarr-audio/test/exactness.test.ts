import { readdirSync } from 'node:fs';
import { bytesSource, errorCode, type PcmBlock, UNMEASURED } from '@zarr-audio/codec';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { afterAll, describe, expect, it } from 'vitest';
import type { ImportOptions, Recording } from '../src/index';
import { fixtures } from './support/corpus';
import { type Random, random } from './support/random';
import { decodeSequentially, type SequentialDecode } from './support/sequential';
import { backends, bytesOf, cut, importFixture, newStore } from './support/stores';
import { speechWithUnsentFrames } from './support/unsent-frames';

/** Ranges in all, about; `npm run exactness` asks for more, and for others. */
const RANGES = Number(process.env.EXACTNESS_RANGES ?? 2600);
const SEED = Number(process.env.EXACTNESS_SEED ?? 1);

const FOLDERS = [
  'ogg_opus',
  'ogg_mux',
  'webm_opus',
  'mp4_opus',
  'opus_vectors',
  'ambisonics',
  'malformed',
  'wildlife',
  'spliced',
];
const GOLDENS = ['golden/decode', 'golden/matroska', 'golden/mp4'];
const AUDIO = /\.(opus|ogg|webm|mka|mkv|mp4|m4a|bit|wav)$/i;

interface Source {
  readonly path: string;
  readonly options: ImportOptions;
  /** Made here, in the place of a file. */
  readonly make?: () => Promise<Uint8Array>;
}

/** The same packets as in others that are read. */
const SAME_AUDIO = ['ogg_opus/ogg.opus', 'ogg_opus/ogg.opus.255.source.ogg'];

const files = [...FOLDERS, ...GOLDENS]
  .flatMap((folder) => readdirSync(fixtures + folder).map((name) => `${folder}/${name}`))
  .filter((path) => AUDIO.test(path) && !SAME_AUDIO.includes(path));
const sources: Source[] = [
  ...files.map((path) => ({ path, options: {} })),
  // What we encode, at other rates, and in many small chunks; seek points that nobody measured.
  { path: 'wav/weather.wav', options: { encoding: { bitrate: 24_000 } } },
  { path: 'wildlife/S4A03895_20190522_210000.wav', options: { encoding: { bitrate: 22_000 } } },
  { path: 'wildlife/audiomoth_gps.wav', options: { layout: { chunkBytes: 500, shardBytes: 1500, chunkRows: 7 } } },
  { path: 'wildlife/20210201_210100T.WAV', options: { seekPoints: 'grid' } },
  { path: 'ogg_opus/opus.opus', options: { seekPoints: 'grid' } },
  { path: 'opus_vectors/testvector05.bit', options: { seekPoints: 'grid' } },
  { path: 'golden/ogg/cases/lost-three.ogg', options: { layout: { chunkRows: 20 } } },
  { path: 'speech with frames that were not sent', options: {}, make: speechWithUnsentFrames },
];

/** What has been compared, of all that was. */
const seen = {
  recordings: 0,
  ranges: 0,
  rows: 0,
  sequentialRanges: 0,
  portable: 0,
  notPortable: 0,
  unlike: 0,
  sampleCounts: new Set<number>(),
};

/** Ranges of each recording on each backend: long streams get more of them. As many in all where there is one backend. */
function rangesOf(totalSamples: number): number {
  const seconds = totalSamples / 48_000;
  return Math.ceil(((RANGES / 2600) * Math.min(24, 7 + seconds / 3) * 2) / backends.length);
}

/** 0 to 10 s, short ones oftener; some at the ends. */
function randomRange(next: Random, totalSamples: number): { start: number; end: number } {
  const part = next(1_000_001) / 1_000_000;
  const length = Math.min(totalSamples, Math.round(480_000 * part * part));
  const place = next(12);
  const start = place === 0 ? 0 : place === 1 ? totalSamples - length : next(totalSamples - length + 1);
  return { start, end: start + length };
}

describe.each(sources.map((source, i) => ({ ...source, i })))('$i $path', ({ path, options, make, i }) => {
  it('reads the same bits wherever one starts to read', async () => {
    const next = random(SEED * 1000 + i);
    for (const recording of await recordingsOf(path, options, make)) {
      seen.recordings++;
      const isPortable = recording.seekPoints?.attributes.portable !== false;
      const wholes = new Map<string, PcmBlock>();
      for (const backend of backends) {
        const whole = await recording.read({ decoder: backend });
        const sequential = await decodeSequentially(recording, backend);
        wholes.set(backend, whole);
        for (const count of sequential.sampleCounts) seen.sampleCounts.add(count);
        if (isMeasuredBy(recording, backend)) checkLargestDifferences(whole, sequential);
        for (let count = rangesOf(recording.totalSamples); count > 0; count--) {
          const range = randomRange(next, recording.totalSamples);
          const part = await recording.read({ ...range, decoder: backend });
          checkRange(part, whole, sequential, `${backend} ${JSON.stringify(range)} of ${path}, seed ${SEED}`);
        }
      }
      const [first, ...others] = wholes.values();
      const areAlike = others.every((other) => bytesOf(other.data).equals(bytesOf(first!.data)));
      if (isPortable) expect(areAlike, 'backends give the same').toBe(true);
      else if (!areAlike) seen.unlike++;
      seen[isPortable ? 'portable' : 'notPortable']++;
    }
  });
});

afterAll(() => {
  if (process.env.EXACTNESS_RANGES === undefined) return;
  const { sampleCounts, ...counts } = seen;
  const sizes = [...sampleCounts].sort((a, b) => a - b).map((samples) => samples / 48);
  console.log(`exactness: ${JSON.stringify({ seed: SEED, ...counts })}; packets of ${sizes.join(', ')} ms`);
});

it('all that has to be compared was', () => {
  expect(seen.recordings).toBeGreaterThan(125);
  expect(seen.ranges).toBeGreaterThan(2000);
  expect(seen.sequentialRanges).toBeGreaterThan(1500);
  // The exception for streams that decoders fill differently is needed: all the same each reads as one, on each of them.
  expect(seen.notPortable).toBeGreaterThan(5);
  if (backends.length > 1) expect(seen.unlike).toBeGreaterThan(0);
  expect([...seen.sampleCounts]).toEqual(expect.arrayContaining([120, 240, 480, 960, 1920, 2880, 5760]));
});

/** None of a file that can't be imported: the tests of imports tell which and why. */
async function recordingsOf(path: string, options: ImportOptions, make: Source['make']): Promise<Recording[]> {
  const store = await newStore();
  try {
    if (!make) return await importFixture(store, path, { inputs: [wavInput()], resample, ...options });
    const [result] = await store.import(bytesSource(path, await make()), options);
    return result?.status === 'imported' ? [await store.open(result.id)] : [];
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return [];
  }
}

/** Were the seek points measured with this backend, or one that gives the same? */
function isMeasuredBy({ seekPoints }: Recording, backend: string): boolean {
  const { portable, measured_by: measuredBy } = seekPoints?.attributes ?? {};
  if (portable !== false) return true;
  return String(measuredBy).includes(backend === 'native' ? '@discordjs/opus' : 'opusscript');
}

/** The first law: a range is cut out of the whole. The second: where `maxDiff` is 0 it is what a plain loop gives. */
function checkRange(part: PcmBlock, whole: PcmBlock, sequential: SequentialDecode, what: string): void {
  const { start, frames, channels } = part;
  seen.ranges++;
  expect(bytesOf(part.data).equals(cut(whole, start, start + frames)), what).toBe(true);
  if (part.maxDiff > 0) return;
  seen.sequentialRanges++;
  const heard = sequential.heard.slice(start * channels, (start + frames) * channels);
  expect(bytesOf(part.data).equals(bytesOf(heard)), `${what}, against a sequential decode`).toBe(true);
}

/** Of each row of seek points: what the whole differs from a plain loop is what was measured, at the most. */
function checkLargestDifferences(whole: PcmBlock, { heard, governing, governed, seekPoints }: SequentialDecode): void {
  const largest = new Int32Array(seekPoints.length);
  const frames = new Int32Array(seekPoints.length);
  const { channels } = whole;
  for (let frame = 0; frame < whole.frames; frame++) {
    const row = governing[frame]!;
    if (row < 0) continue;
    frames[row]!++;
    for (let at = frame * channels; at < (frame + 1) * channels; at++) {
      const difference = Math.abs(whole.data[at]! - heard[at]!);
      if (difference > largest[row]!) largest[row] = difference;
    }
  }
  for (const [row, { maxDiff }] of seekPoints.entries()) {
    if (maxDiff === UNMEASURED) continue;
    seen.rows++;
    const isWhole = frames[row] === governed[row];
    if (isWhole) expect(largest[row], `row ${row}`).toBe(maxDiff);
    else expect(largest[row], `row ${row}`).toBeLessThanOrEqual(maxDiff);
  }
}
