import { describe, expect, it } from 'vitest';
import type { Recording, SampleRange } from '../src/index';
import { countingCodecs } from './support/counting-codecs';
import { collect, expectSameBlock, recordingsOf } from './support/many-recordings';
import { random } from './support/random';
import { codecs } from './support/stores';
import { testRunner } from './support/task-runners';
import { watchedStorage } from './support/watched-storage';

/** 31 s of stereo that somebody else encoded. */
const MUSIC = 'ogg_opus/opus.opus';

function neighbours(first: number, count: number, length: number, apart = 0): SampleRange[] {
  return Array.from({ length: count }, (_, i) => {
    const start = first + i * (length + apart);
    return { start, end: start + length };
  });
}

function shuffled<T>(values: readonly T[], seed: number): T[] {
  const next = random(seed);
  return values
    .map((value) => ({ value, place: next(1_000_000) }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
}

describe('what neighbours share', () => {
  it('is fetched with the requests of one read over them', async () => {
    const watched = watchedStorage();
    const layout = { chunkBytes: 4096, shardBytes: 40_960 };
    const open = async () => (await recordingsOf(MUSIC, { layout }, { wrap: watched.wrap }))[0]!;
    const ranges = neighbours(1000, 100, 3000);
    await (await open()).read({ start: 1000, end: 301_000 });
    const { requests } = watched;
    expect(requests).toBeGreaterThan(1);
    watched.requests = 0;
    await collect((await open()).readMany(shuffled(ranges, 1)));
    expect(watched.requests).toBe(requests);
  });

  it('is fetched together where two chunks lie in between, not where three do', async () => {
    const watched = watchedStorage();
    const [recording] = await recordingsOf(
      MUSIC,
      { layout: { chunkBytes: 1000, shardBytes: 1_000_000 } },
      { wrap: watched.wrap },
    );
    const { index } = recording!;
    const [bytePosition, , , cumStart] = (await index.chunk(0)) as Float64Array[];
    const far = bytePosition!.findIndex((at) => at > bytePosition![300]! + 5000);
    const rangeAt = (packet: number) => {
      const start = cumStart![packet]! - recording!.description.preSkip;
      return { start, end: start + 10 };
    };
    await recording!.read(rangeAt(100));
    watched.requests = 0;
    await collect(recording!.readMany([rangeAt(300), rangeAt(far)], { seek: 'fast' }));
    expect(watched.requests).toBe(2);
  });

  it('is decoded once, in whatever order they are asked for', async () => {
    const counting = countingCodecs();
    const [recording] = await recordingsOf(MUSIC, {}, { codecs: counting.codecs });
    await recording!.read({ start: 1000, end: 301_000 });
    const { packets } = counting;
    for (const ranges of [neighbours(1000, 100, 3000), neighbours(1000, 100, 2900, 100)]) {
      counting.packets = 0;
      await collect(recording!.readMany(shuffled([...ranges, ...ranges], 2)));
      expect(counting.packets).toBe(packets);
    }
    expect(counting.decoders).toBe(0);
  });

  it('is no more than what is asked for, where it lies far apart', async () => {
    const counting = countingCodecs();
    const [recording] = await recordingsOf(MUSIC, {}, { codecs: counting.codecs });
    const ranges = neighbours(48_000, 4, 4800, 192_000);
    for (const range of ranges) await recording!.read(range);
    const { packets } = counting;
    counting.packets = 0;
    await collect(recording!.readMany(ranges));
    expect(counting.packets).toBeLessThanOrEqual(packets);
  });
});

describe('ahead of whoever takes the results', () => {
  const MAX_BYTES = 2 ** 21;
  const LENGTH = 4800;

  async function* endless(recording: Recording, asked: SampleRange[]) {
    const next = random(5);
    for (;;) {
      const start = next(recording.totalSamples - LENGTH);
      asked.push({ start, end: start + LENGTH });
      yield asked.at(-1)!;
    }
  }

  it.each(['here', 'on threads'])('no more is read than there is room for (%s)', async (where) => {
    const tasks = where === 'here' ? undefined : testRunner({ codecs });
    const [recording] = await recordingsOf(MUSIC, {}, { tasks });
    const bytes = LENGTH * recording!.description.channels * 2;
    const asked: SampleRange[] = [];
    const results = recording!.readMany(endless(recording!, asked), { maxBytes: MAX_BYTES });
    let taken = 0;
    for await (const block of results) {
      expectSameBlock(block, await recording!.read(asked[taken++]));
      if (taken % 40 === 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        const ahead = asked.length - taken;
        // Half of the memory is for results; one range was asked for that had no room.
        expect(ahead * bytes).toBeLessThanOrEqual(MAX_BYTES / 2 + bytes);
        expect(ahead).toBeGreaterThan(5);
      }
      if (taken === 200) break;
    }
    expect(taken).toBe(200);
  });

  it('a range that is larger than that is read all the same', async () => {
    const [recording] = await recordingsOf(MUSIC);
    const end = recording!.totalSamples;
    const [first, whole, last] = await collect(
      recording!.readMany(
        [
          { start: 0, end: 10 },
          { start: 0, end },
          { start: end - 10, end },
        ],
        { maxBytes: 1 },
      ),
    );
    expectSameBlock(whole, await recording!.read());
    expect([first!.frames, last!.frames]).toEqual([10, 10]);
  });

  it('a range may depend on the result of the one before', async () => {
    const [recording] = await recordingsOf(MUSIC);
    let give = (_: number) => {};
    const asked = async function* () {
      for (let start = 0; start < 50_000; ) {
        const taken = new Promise<number>((resolve) => {
          give = resolve;
        });
        yield { start, end: start + 10_000 };
        start = await taken;
      }
    };
    const starts: number[] = [];
    for await (const block of recording!.readMany(asked())) {
      starts.push(block.start);
      give(block.start + block.frames);
    }
    expect(starts).toEqual([0, 10_000, 20_000, 30_000, 40_000]);
  });

  it('ranges may come slowly', async () => {
    const [recording] = await recordingsOf(MUSIC);
    const ranges = neighbours(0, 5, 1000, 500);
    const slow = async function* () {
      for (const range of ranges) {
        await new Promise((resolve) => setTimeout(resolve, 3));
        yield range;
      }
    };
    const blocks = await collect(recording!.readMany(slow()));
    expect(blocks.map(({ start }) => start)).toEqual(ranges.map(({ start }) => start));
  });
});
