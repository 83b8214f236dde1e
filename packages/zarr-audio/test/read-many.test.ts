import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ImportOptions, SampleRange } from '../src/index';
import { expectSameBlock, recordingsOf } from './support/many-recordings';
import { random } from './support/random';
import { codecs } from './support/stores';
import { randomDelay, testRunner } from './support/task-runners';

/** Recordings of all kinds: several links, surround, a hole, trims, other rates; many chunks; nobody measured. */
const SOURCES: readonly [path: string, options?: ImportOptions][] = [
  ['ogg_opus/detodos.opus'],
  ['ogg_opus/chain.opus', { layout: { chunkBytes: 500, shardBytes: 4000, chunkRows: 7 } }],
  ['ogg_opus/test-6-5.1.opus', { layout: { chunkBytes: 1000, shardBytes: 8000 } }],
  ['malformed/ogg.errors.opus', { layout: { chunkRows: 100 } }],
  ['malformed/invalid-discard_on_multi_blocks.webm'],
  ['ogg_opus/stereo.opus', { seekPoints: 'grid' }],
];

/** Ranges in any order, some of them following or overlapping one another, at the ends, empty, or asked for twice. */
function someRanges(totalSamples: number): fc.Arbitrary<SampleRange[]> {
  const within = (sample: number) => Math.max(0, Math.min(totalSamples, sample));
  const place = fc.oneof(fc.integer({ min: 0, max: totalSamples }), fc.constantFrom(0, totalSamples));
  const length = fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.constantFrom(0, 1, 960, totalSamples));
  const range = fc.tuple(place, length).map(([start, samples]) => ({ start, end: within(start + samples) }));
  const neighbours = fc
    .tuple(place, fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: -5000, max: 5000 }))
    .map(([first, samples, apart]) =>
      Array.from({ length: 5 }, (_, i) => {
        const start = within(first + i * (samples + apart));
        return { start, end: within(start + samples) };
      }),
    );
  const groups = fc.oneof(
    range.map((one) => [one]),
    range.map((one) => [one, one]),
    neighbours,
  );
  return fc.array(groups, { maxLength: 10 }).map((all) => all.flat());
}

describe.each(SOURCES)('%s', (path, options) => {
  it.each(['here', 'on threads'])('gives what read gives, in the order asked for (%s)', async (where) => {
    const tasks = where === 'here' ? undefined : testRunner({ codecs, size: 3, delay: randomDelay(random(1), 4) });
    for (const recording of await recordingsOf(path, options, { tasks })) {
      const property = fc.asyncProperty(
        someRanges(recording.totalSamples),
        fc.constantFrom('exact' as const, 'exact' as const, 'fast' as const),
        fc.constantFrom('auto' as const, 'float32' as const),
        fc.constantFrom(1, 2 ** 19, 2 ** 26),
        async (ranges, seek, dtype, maxBytes) => {
          let i = 0;
          for await (const block of recording.readMany(ranges, { seek, dtype, maxBytes })) {
            expectSameBlock(block, await recording.read({ ...ranges[i++], seek, dtype }));
          }
          expect(i).toBe(ranges.length);
        },
      );
      await fc.assert(property, { numRuns: 6, seed: 7 });
    }
    if (tasks) expect(tasks.ended).not.toEqual(tasks.ended.toSorted((a, b) => a - b));
  });
});
