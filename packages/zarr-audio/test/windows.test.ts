import type { PcmBlock } from '@zarr-audio/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Recording, WindowOptions } from '../src/index';
import { countingCodecs } from './support/counting-codecs';
import { collect, expectSameBlock, recordingsOf } from './support/many-recordings';
import { random } from './support/random';
import { codecs } from './support/stores';
import { randomDelay, testRunner } from './support/task-runners';

const SECOND = 48_000;

/** Where windows start, as the words say it: at every hop, while a window is full; then one for samples that no window has. */
function startsOf(start: number, end: number, length: number, hop: number): number[] {
  const starts: number[] = [];
  let covered = start;
  for (let at = start; at < end && covered < end; at += hop) {
    starts.push(at);
    covered = at + length;
    if (at + length > end) break;
  }
  return starts;
}

async function expectWindows(recording: Recording, options: WindowOptions): Promise<PcmBlock[]> {
  const { length, start = 0, end = recording.totalSamples, partial = 'pad', dtype = 'float32' } = options;
  const hop = options.hop ?? length - (options.overlap ?? 0);
  const windows = await collect(recording.windows(options));
  const starts = startsOf(start, end, length, hop).filter((at) => partial !== 'drop' || at + length <= end);
  expect(windows.map((window) => window.start)).toEqual(starts);
  for (const window of windows) {
    const windowEnd = Math.min(end, window.start + length);
    const expected = await recording.read({ start: window.start, end: windowEnd, dtype });
    const missing = length - expected.frames;
    if (missing === 0 || partial === 'keep') {
      expectSameBlock(window, expected);
      continue;
    }
    const { channels } = expected;
    expect(window.frames).toBe(length);
    expect(window.gaps.reduce((sum, { samples }) => sum + samples, 0)).toBe(
      missing + expected.gaps.reduce((sum, { samples }) => sum + samples, 0),
    );
    expect(window.gaps.at(-1)!.end).toBe(window.start + length);
    expectSameBlock(
      { ...window, frames: expected.frames, gaps: expected.gaps, data: window.data.slice(0, expected.data.length) },
      expected,
    );
    expect(window.data.subarray(expected.frames * channels).every((sample) => sample === 0)).toBe(true);
  }
  return windows;
}

describe.each(['here', 'on threads'])('windows (%s)', (where) => {
  const open = (path: string) => {
    const tasks = where === 'here' ? undefined : testRunner({ codecs, size: 2, delay: randomDelay(random(1), 4) });
    return recordingsOf(path, {}, { tasks });
  };

  it.each(['ogg_opus/detodos.opus', 'malformed/ogg.errors.opus', 'malformed/invalid-discard_on_multi_blocks.webm'])(
    'are what read gives, of %s',
    async (path) => {
      for (const recording of await open(path)) {
        const total = recording.totalSamples;
        const property = fc.asyncProperty(
          fc
            .integer({ min: Math.min(total >> 4, SECOND), max: Math.min(total + 1, 3 * SECOND) })
            .filter((length) => length > 0),
          fc.integer({ min: 1, max: 8 }),
          fc.nat({ max: total }),
          fc.nat({ max: total }),
          fc.constantFrom('pad' as const, 'keep' as const, 'drop' as const),
          fc.constantFrom('auto' as const, 'float32' as const),
          async (length, part, a, b, partial, dtype) => {
            const hop = Math.max(1, Math.floor((length * part) / 4));
            await expectWindows(recording, { length, hop, start: Math.min(a, b), end: Math.max(a, b), partial, dtype });
          },
        );
        await fc.assert(property, { numRuns: 4, seed: 3 });
      }
    },
  );

  it('of 3 s overlap by 0.5 s, as float32', async () => {
    const [recording] = await open('ogg_opus/sine-440-10s.opus');
    const windows = await expectWindows(recording!, { length: 3 * SECOND, overlap: SECOND / 2 });
    expect(windows.map(({ start }) => start / SECOND)).toEqual([0, 2.5, 5, 7.5]);
    expect(windows.map(({ frames }) => frames / SECOND)).toEqual([3, 3, 3, 3]);
    expect(windows.every(({ data }) => data instanceof Float32Array)).toBe(true);
    expect(new Set(windows.map(({ data }) => data.buffer)).size).toBe(4);
  });
});

it('decodes what lies in many windows once', async () => {
  const counting = countingCodecs();
  const [recording] = await recordingsOf('ogg_opus/sine-440-10s.opus', {}, { codecs: counting.codecs });
  const windows = await collect(recording!.windows({ length: 2 * SECOND, hop: SECOND / 10 }));
  expect(windows.length).toBeGreaterThan(80);
  const packets = recording!.info.packets;
  expect(counting.packets).toBeGreaterThanOrEqual(packets - 4);
  expect(counting.packets).toBeLessThan(packets * 1.2);
  expect(counting.decoders).toBe(0);
});

it('has no windows where there are no samples', async () => {
  const [recording] = await recordingsOf('ogg_opus/sine-440-10s.opus');
  expect(await collect(recording!.windows({ length: 100, start: 500, end: 500 }))).toEqual([]);
  expect(await collect(recording!.windows({ length: 100, start: 500, end: 599, partial: 'drop' }))).toEqual([]);
});

it.each([
  [{ length: 0 }, RangeError],
  [{ length: 1.5 }, RangeError],
  [{ length: 10, hop: 0 }, RangeError],
  [{ length: 10, overlap: 10 }, RangeError],
  [{ length: 10, hop: 5, overlap: 5 }, TypeError],
  [{ length: 10, start: -1 }, RangeError],
] as const)('refuses %o', async (options, error) => {
  const [recording] = await recordingsOf('ogg_opus/sine-440-10s.opus');
  await expect(recording!.windows(options).next()).rejects.toThrow(error);
});
