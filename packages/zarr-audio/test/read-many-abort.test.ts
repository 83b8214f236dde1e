import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Recording, SampleRange } from '../src/index';
import { type CountingCodecs, countingCodecs } from './support/counting-codecs';
import { collect, expectSameBlock, recordingsOf } from './support/many-recordings';
import { random } from './support/random';
import { randomDelay, testRunner } from './support/task-runners';
import { type WatchedStorage, watchedStorage } from './support/watched-storage';

const LAYOUT = { chunkBytes: 4096, shardBytes: 40_960, chunkRows: 50 };
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeAll(() => {
  process.on('unhandledRejection', note);
});
afterAll(() => {
  process.off('unhandledRejection', note);
});

function someRanges({ totalSamples }: Recording, count: number): SampleRange[] {
  const next = random(9);
  return Array.from({ length: count }, () => {
    const start = next(totalSamples - 5000);
    return { start, end: start + 5000 };
  });
}

/** What threads were given they finish. */
function nothingLeft(counting: CountingCodecs, watched: WatchedStorage): Promise<void> {
  const left = () => ({ decoders: counting.decoders, requests: watched.open });
  return vi.waitFor(() => expect(left()).toEqual({ decoders: 0, requests: 0 }));
}

describe.each(['here', 'on threads'])('an abort (%s)', (where) => {
  async function open() {
    const counting = countingCodecs();
    const watched = watchedStorage();
    const next = random(4);
    watched.delay = () => pause(next(3));
    const tasks =
      where === 'here' ? undefined : testRunner({ codecs: counting.codecs, delay: randomDelay(random(3), 3) });
    const options = { tasks, codecs: counting.codecs, wrap: watched.wrap };
    const [recording] = await recordingsOf('ogg_opus/opus.opus', { layout: LAYOUT }, options);
    return { counting, watched, recording: recording! };
  }

  it('at any moment ends it with its reason, and leaves nothing behind', async () => {
    const { counting, watched, recording } = await open();
    const ranges = someRanges(recording, 40);
    const reason = new Error('enough');
    let aborted = 0;
    for (let ms = 0; ms < 60; ms += 3) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(reason), ms);
      const read = collect(recording.readMany(ranges, { signal: controller.signal, maxBytes: 2 ** 20 }));
      const outcome = await read.then(
        (blocks) => blocks.length,
        (error: unknown) => error,
      );
      if (outcome === reason) aborted++;
      else expect(outcome).toBe(40);
      await nothingLeft(counting, watched);
    }
    expect(aborted).toBeGreaterThan(1);
    expect(unhandled).toEqual([]);
  });

  it('before it begins reads nothing', async () => {
    const { watched, recording } = await open();
    watched.requests = 0;
    const signal = AbortSignal.abort(new Error('never'));
    await expect(collect(recording.readMany(someRanges(recording, 2), { signal }))).rejects.toThrow('never');
    await expect(collect(recording.windows({ length: 100, signal }))).rejects.toThrow('never');
    expect(watched.requests).toBe(0);
  });

  it('is not of one range: with settle too it ends all', async () => {
    const { recording } = await open();
    const controller = new AbortController();
    const results = recording.readMany(someRanges(recording, 40), { signal: controller.signal, settle: true });
    expect((await results.next()).value?.block).toBeDefined();
    controller.abort(new Error('enough'));
    await expect(results.next()).rejects.toThrow('enough');
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  it('leaves the reads of others whole', async () => {
    const { counting, recording } = await open();
    const ranges = someRanges(recording, 60);
    const expected = await Promise.all(ranges.map((range) => recording.read(range)));
    for (let ms = 0; ms < 40; ms += 4) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), ms);
      const given = collect(recording.readMany(ranges, { signal: controller.signal })).catch(() => undefined);
      const blocks = await collect(recording.readMany(ranges));
      for (const [i, block] of blocks.entries()) expectSameBlock(block, expected[i]!);
      expect(blocks.length).toBe(ranges.length);
      await given;
    }
    await vi.waitFor(() => expect(counting.decoders).toBe(0));
    expect(unhandled).toEqual([]);
  });

  it('is what leaving the loop is', async () => {
    const { counting, watched, recording } = await open();
    let isClosed = false;
    const endless = function* () {
      try {
        for (;;) yield* someRanges(recording, 10);
      } finally {
        isClosed = true;
      }
    };
    let taken = 0;
    for await (const block of recording.readMany(endless(), { maxBytes: 2 ** 20 })) {
      expect(block.frames).toBe(5000);
      if (++taken === 3) break;
    }
    expect(isClosed).toBe(true);
    await nothingLeft(counting, watched);
    const { requests } = watched;
    await pause(30);
    expect(watched.requests).toBe(requests);
    expect(unhandled).toEqual([]);
  });
});
