import { CodedError } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import type { Recording, SampleRange } from '../src/index';
import { countingCodecs } from './support/counting-codecs';
import { collect, expectSameBlock, type OpenOptions, recordingsOf } from './support/many-recordings';
import { codecs } from './support/stores';
import { testRunner } from './support/task-runners';
import { watchedStorage } from './support/watched-storage';

const MUSIC = 'ogg_opus/opus.opus';
const LAYOUT = { chunkBytes: 4096, shardBytes: 40_960 };

async function open(options: OpenOptions = {}): Promise<Recording> {
  return (await recordingsOf(MUSIC, { layout: LAYOUT }, options))[0]!;
}

/** Back to front, through the whole of it; many lie in one fetch and one run. */
function ranges({ totalSamples }: Recording): SampleRange[] {
  const length = Math.floor(totalSamples / 50);
  return Array.from({ length: 50 }, (_, i) => ({ start: (49 - i) * length, end: (50 - i) * length }));
}

const codeOf = (error: unknown) => (error as { code?: unknown } | undefined)?.code;

describe.each(['here', 'on threads'])('a damaged chunk (%s)', (where) => {
  /** One byte in the middle of the blob is another. */
  async function openDamaged(): Promise<Recording> {
    const watched = watchedStorage();
    const recording = await open({ wrap: watched.wrap, tasks: where === 'here' ? undefined : testRunner({ codecs }) });
    const place = Math.floor(recording.blob.byteLength / 3) % LAYOUT.shardBytes;
    watched.change = (bytes, offset) => {
      if (offset <= place && place < offset + bytes.byteLength) bytes[place - offset]! ^= 1;
    };
    return recording;
  }

  it('fails those ranges that a read fails for, with its error, and no others', async () => {
    const recording = await openDamaged();
    const asked = ranges(recording);
    const results = await collect(recording.readMany(asked, { settle: true }));
    expect(results.map(({ range }) => range)).toEqual(asked);
    let failed = 0;
    for (const { range, block, error } of results) {
      const expected = await recording.read(range).catch((reason: unknown) => reason);
      if (block) expectSameBlock(block, expected as typeof block);
      else expect(error).toEqual(expected);
      if (error) failed++;
    }
    expect(failed).toBeGreaterThan(0);
    expect(failed).toBeLessThan(asked.length / 2);
  });

  it('is thrown at its place, after the results before', async () => {
    const recording = await openDamaged();
    const asked = ranges(recording);
    const results = await collect(recording.readMany(asked, { settle: true }));
    const first = results.findIndex(({ error }) => error !== undefined);
    let taken = 0;
    const read = async () => {
      for await (const { start } of recording.readMany(asked)) expect(start).toBe(asked[taken++]!.start);
    };
    await expect(read()).rejects.toMatchObject({ code: 'CHUNK_CRC_MISMATCH' });
    expect(taken).toBe(first);
  });

  it('gives zeros and says so where that is asked for', async () => {
    const recording = await openDamaged();
    let lost = 0;
    const asked = ranges(recording);
    for await (const block of recording.readMany(asked, { onDamage: 'zeros' })) {
      const { start, frames } = block;
      expectSameBlock(block, await recording.read({ start, end: start + frames, onDamage: 'zeros' }));
      lost += block.damage.reduce((sum, { samples }) => sum + samples, 0);
    }
    expect(lost).toBeGreaterThan(0);
  });

  it('fails the windows that it lies in', async () => {
    const recording = await openDamaged();
    const options = { length: 24_000, overlap: 12_000, dtype: 'auto' as const };
    const results = await collect(recording.windows({ ...options, settle: true }));
    expect(results.some(({ error }) => codeOf(error) === 'CHUNK_CRC_MISMATCH')).toBe(true);
    for (const { range, block } of results) {
      const expected = await recording.read({ ...range, dtype: 'auto' }).catch(() => undefined);
      expect(block === undefined).toBe(expected === undefined);
    }
    for await (const window of recording.windows({ ...options, onDamage: 'zeros', partial: 'keep' })) {
      const { start, frames } = window;
      expectSameBlock(window, await recording.read({ start, end: start + frames, onDamage: 'zeros' }));
    }
  });
});

describe('threads', () => {
  it('that end fail their ranges with WORKER_FAILED, which are not tried here', async () => {
    const counting = countingCodecs();
    const tasks = testRunner({
      codecs,
      before: (_, task) => {
        if (task === 0) throw new CodedError('WORKER_FAILED', 'it ended');
      },
    });
    const recording = await open({ tasks, codecs: counting.codecs });
    const results = await collect(recording.readMany(ranges(recording), { settle: true }));
    const failed = results.filter(({ error }) => error !== undefined);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(results.length);
    expect(failed.every(({ error }) => codeOf(error) === 'WORKER_FAILED')).toBe(true);
    expect(counting.packets).toBe(0);
    for (const { range, block } of results) if (block) expectSameBlock(block, await recording.read(range));
  });

  it('whose pool was closed fail everything that is not read yet', async () => {
    const tasks = testRunner({
      codecs,
      before: () => {
        throw new CodedError('WORKERS_CLOSED', 'the pool of workers was closed');
      },
    });
    const recording = await open({ tasks });
    const results = await collect(recording.readMany(ranges(recording), { settle: true }));
    expect(results.every(({ error }) => codeOf(error) === 'WORKERS_CLOSED')).toBe(true);
  });

  it.each(['backend', 'exact'] as const)('that decode otherwise (%s) are done without', async (what) => {
    const counting = countingCodecs();
    const tasks = testRunner({
      codecs,
      before: ({ plannedFor }) => {
        if (what === 'exact') Object.assign(plannedFor, { exact: !plannedFor.exact });
        else Object.assign(plannedFor, { backend: 'another', exact: false });
      },
    });
    const recording = await open({ tasks, codecs: counting.codecs });
    for await (const block of recording.readMany(ranges(recording))) {
      expectSameBlock(block, await recording.read({ start: block.start, end: block.start + block.frames }));
    }
    expect(counting.packets).toBeGreaterThan(0);
    expect(tasks.ended).toEqual([]);
    expect(tasks.begun).toBeLessThan(5);
  });
});

describe('mistakes of the caller', () => {
  it('about a range are errors at its place', async () => {
    const recording = await open();
    const end = recording.totalSamples;
    const wrong = [
      { start: 5, end: 4 },
      { start: -1, end: 4 },
      { start: 0, end: end + 1 },
      { start: 0.5, end: 4 },
    ];
    const asked = [{ start: 0, end: 100 }, ...wrong, { start: 100, end: 200 }];
    const results = await collect(recording.readMany(asked, { settle: true }));
    expect(results.map(({ error }) => codeOf(error))).toEqual([
      undefined,
      ...wrong.map(() => 'RANGE_OUT_OF_BOUNDS'),
      undefined,
    ]);
    const [first, second] = [recording.readMany(asked), recording.readMany([undefined as unknown as SampleRange])];
    expect((await first.next()).value!.frames).toBe(100);
    await expect(first.next()).rejects.toMatchObject({ code: 'RANGE_OUT_OF_BOUNDS' });
    expect(await first.next()).toEqual({ done: true, value: undefined });
    await expect(second.next()).rejects.toThrow(TypeError);
  });

  it('about options are errors of the first result', async () => {
    const recording = await open();
    const first = (options: object) => recording.readMany([{ start: 0, end: 1 }], options).next();
    await expect(first({ maxBytes: 0 })).rejects.toThrow(RangeError);
    await expect(first({ maxBytes: Number.NaN })).rejects.toThrow(RangeError);
    await expect(first({ decoder: 'none' })).rejects.toThrow(RangeError);
  });

  it('errors of what gives the ranges come after the results of those before', async () => {
    const recording = await open();
    const broken = function* () {
      yield { start: 0, end: 100 };
      yield { start: 100, end: 200 };
      throw new Error('no more');
    };
    const starts: number[] = [];
    const read = async () => {
      for await (const { start } of recording.readMany(broken())) starts.push(start);
    };
    await expect(read()).rejects.toThrow('no more');
    expect(starts).toEqual([0, 100]);
  });
});

it('ranges keep what they are asked with', async () => {
  const recording = await open();
  const asked = [
    { start: 0, end: 10, label: 'a' },
    { start: 10, end: 20, label: 'b' },
  ];
  const labels: string[] = [];
  for await (const { range } of recording.readMany(asked, { settle: true })) labels.push(range.label);
  expect(labels).toEqual(['a', 'b']);
});
