import { readFileSync } from 'node:fs';
import { bytesSource, errorCode } from '@zarr-audio/codec';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { describe, expect, it } from 'vitest';
import { memoryStorage, openOrCreateStore, openStore, type Recording } from '../src/index';
import { largestAllocation } from './support/allocations';
import { fixtures } from './support/corpus';
import { mutateBytes, mutateOgg, type OggPageParts, withPages } from './support/ogg-mutations';
import { pick, type Random, random } from './support/random';
import { bytesOf, codecs, cut } from './support/stores';
import { mutateWav } from './support/wav-mutations';

/** By hand for longer: `FUZZ_SECONDS=300 FUZZ_SEED=1 npx vitest run packages/zarr-audio/test/fuzz.test.ts`. */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 6);
const FIRST_SEED = Number(process.env.FUZZ_SEED ?? 1);
const MAX_INPUT_MS = 5000;
/** Files have up to 100 kB; what is made of them is at most some seconds of sound, and gaps. */
const MAX_ALLOCATION = 64 * 2 ** 20;
/** Longer recordings have a gap of a wrong granule position in them: they are read in parts alone. */
const MAX_WHOLE = 2 ** 20;

const load = (path: string) => new Uint8Array(readFileSync(fixtures + path));
const oggFiles = [
  'ogg_opus/stereo.opus',
  'ogg_opus/mono.opus',
  'ogg_opus/silence.opus',
  'ogg_opus/test-1-mono.opus',
  'ogg_opus/test-2-stereo.opus',
  'ogg_opus/chain.opus',
  'ogg_opus/variable-channel.opus',
].map(load);
const wavFiles = [
  'wav/r11025_s16_c1_trailing.wav',
  'wav/sample_8bit.wav',
  'wav/test-44100Hz-2ch-32bit-float-le.wav',
  'wav/test-44100Hz-le-1ch-4bytes-rf64.wav',
  'wav/test-48000Hz-2ch-64bit-float-le-wavex.wav',
  'wav/wavedata_s24.wav',
  'wav/wavedata_alaw.wav',
  'wildlife/veryshort.wav',
].map(load);

function mutated(next: Random): Uint8Array {
  if (next(4) === 0) return mutateWav(pick(next, wavFiles), next);
  const ogg = pick(next, oggFiles);
  return next(8) === 0 ? mutateBytes(ogg, next) : mutateOgg(ogg, next);
}

/** Imports; then either recordings whose laws hold, or an error with a code and nothing left. */
async function check(input: Uint8Array, next: Random): Promise<string> {
  const files = new Map<string, Uint8Array>();
  const store = await openOrCreateStore(memoryStorage(files), { codecs });
  const seekPoints = next(2) === 0 ? 'measure' : 'grid';
  const layout = { chunkBytes: 2000, shardBytes: 8000, chunkRows: 10 + next(50) };
  let outcome: string;
  try {
    const results = await store.import(bytesSource('input', input), {
      inputs: [wavInput()],
      resample,
      seekPoints,
      layout,
    });
    const imported = results.filter((result) => result.status !== 'failed');
    for (const result of results) if (result.status === 'failed') expect(errorCode(result.error)).toBeDefined();
    const reader = await openStore(memoryStorage(files), { codecs });
    expect(await reader.ids()).toEqual([...new Set(imported.map(({ id }) => id))].sort());
    for (const { id } of imported) await checkLaws(await reader.open(id), next);
    outcome = `imported ${imported.length}`;
  } catch (error) {
    outcome = errorCode(error) ?? '';
    if (outcome === '') throw error;
    expect(await store.ids()).toEqual([]);
  }
  expect([...files.keys()].filter((key) => key.startsWith('/.zarr-audio/tmp'))).toEqual([]);
  return outcome;
}

/** `read(a, b)` is `readAll().slice(a, b)`; the first read may say that the channels are too many, or a packet bad. */
async function checkLaws(recording: Recording, next: Random): Promise<void> {
  const { totalSamples } = recording;
  const isLong = totalSamples > MAX_WHOLE;
  const from = isLong ? next(totalSamples - MAX_WHOLE) : 0;
  const to = isLong ? from + MAX_WHOLE : totalSamples;
  const whole = await orCode(recording.read({ start: from, end: to }));
  for (let i = 0; i < 6; i++) {
    const start = next(to - from + 1);
    const end = start + next(Math.min(5000, to - from - start) + 1);
    const part = await orCode(recording.read({ start: from + start, end: from + end }));
    if (typeof whole === 'string') continue;
    if (typeof part === 'string') throw new Error(`the whole can be read, and [${start}, ${end}) gives ${part}`);
    expect({ start, end, same: bytesOf(part.data).equals(cut(whole, start, end)) }).toEqual({ start, end, same: true });
  }
  if (typeof whole !== 'string') return;
  // What a decoder says to what is in a packet is not for the import to know; all else is.
  expect(whole).toBe('OPUS_DECODE_FAILED');
}

async function orCode<T>(promise: Promise<T>): Promise<T | string> {
  try {
    return await promise;
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    return code;
  }
}

it('mutated files are imported whole, or not at all', { timeout: SECONDS * 1000 + 60_000 }, async () => {
  const end = performance.now() + SECONDS * 1000;
  const outcomes = new Map<string, number>();
  for (let seed = FIRST_SEED; performance.now() < end; seed++) {
    const next = random(seed);
    const input = mutated(next);
    const from = performance.now();
    try {
      const { largest, result } = await largestAllocation(() => check(input, next));
      expect(largest).toBeLessThan(MAX_ALLOCATION);
      expect(performance.now() - from).toBeLessThan(MAX_INPUT_MS);
      outcomes.set(result, (outcomes.get(result) ?? 0) + 1);
    } catch (cause) {
      throw new Error(`FUZZ_SEED=${seed} (${input.length} bytes)`, { cause });
    }
  }
  // The mutations are neither harmless nor deadly all of them.
  expect(outcomes.get('imported 1')).toBeGreaterThan(10);
  expect(outcomes.size).toBeGreaterThan(5);
  if (process.env.FUZZ_SECONDS) console.log(outcomes);
});

describe('what was found so', () => {
  /** Two pages of headers, one of 50 packets of 20 ms, one of 3; 50,156 samples behind a pre-skip of 356. */
  const mono = load('ogg_opus/test-1-mono.opus');

  async function importOf(file: Uint8Array, change: (pages: OggPageParts[]) => void) {
    const store = await openOrCreateStore(memoryStorage(), { codecs });
    const [result, ...others] = await store.import(bytesSource('input', withPages(file, change)));
    expect([result!.status, others]).toEqual(['imported', []]);
    const recording = await store.open((await store.ids())[0]!);
    await checkLaws(recording, random(1));
    const { packets, totalSamples, repairs } = recording.info;
    const { frames } = await recording.read();
    return { packets, totalSamples, frames, repairs: repairs.map(({ code }) => code) };
  }

  it('a first page that claims to end before its packets do trims nothing: others follow', async () => {
    for (const granule of [0n, 1n, 960n, 47_000n]) {
      const imported = await importOf(mono, (pages) => {
        pages[2]!.granule = granule;
      });
      expect(imported).toMatchObject({ packets: 53, totalSamples: 50_156, frames: 50_156 });
      expect(imported.repairs).toEqual(['OPUS_GRANULE_DECREASED']);
    }
  });

  it.each([4, 0])('an end before the beginning trims nothing (flags %d)', async (flags) => {
    // Kept as it is, or, with a page number that is wrong, put into Ogg anew; on an only page, or on the second one.
    for (const sequence of [2, 7]) {
      for (const pageCount of [3, 4]) {
        const imported = await importOf(mono, (pages) => {
          pages.length = pageCount;
          pages.slice(2).forEach((page, i) => {
            page.sequence = sequence + i;
          });
          const last = pages.at(-1)!;
          last.granule = 0n;
          last.flags = flags;
        });
        const samples = pageCount === 3 ? 50 * 960 - 356 : 53 * 960 - 356;
        expect(imported).toMatchObject({ packets: pageCount === 3 ? 50 : 53, totalSamples: samples, frames: samples });
        expect(imported.repairs).toContain('OPUS_GRANULE_WRONG');
      }
    }
  });

  it('a full last page that ends before the beginning keeps all of its packets', async () => {
    const imported = await importOf(mono, (pages) => {
      const last = pages.at(-1)!;
      const length = last.lacing[0]!;
      expect(length).toBeLessThan(255);
      // With the packet before them they don't fit one page.
      last.lacing = new Array(255).fill(length);
      last.body = new Uint8Array(Buffer.concat(last.lacing.map(() => last.body.subarray(0, length))));
      last.granule = 0n;
      last.sequence = 7;
    });
    const samples = 305 * 960 - 356;
    expect(imported).toMatchObject({ packets: 305, totalSamples: samples, frames: samples });
    expect(imported.repairs).toContain('OPUS_GRANULE_WRONG');
  });
});
