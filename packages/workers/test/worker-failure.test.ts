import { Worker } from 'node:worker_threads';
import { CodedError, errorCode } from '@zarr-audio/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serveCodecs } from '../src/serve';
import { outcomes, testPools } from './test-pools';

const pools = testPools();
const failed = { code: 'WORKER_FAILED' };
/** A worker of some text. */
const script = (text: string) => new Worker(text, { eval: true });

describe('a worker that ends in a task', () => {
  it.each([
    ['by process.exit', 'exit', 3, { details: { started: true, exitCode: 3 } }],
    ['by an error outside of it', 'throwOutside', 0, { cause: expect.objectContaining({ message: 'outside' }) }],
  ])('%s: the task is WORKER_FAILED, others go on, a new worker takes its place', async (_, task, input, more) => {
    const pool = pools.create({ size: 2 });
    const all = [
      pool.run('test', 'wait', 100),
      pool.run('test', task, input),
      pool.run('test', 'echo', 1),
      pool.run('test', 'echo', 2),
    ];
    await expect(all[1]).rejects.toBeInstanceOf(CodedError);
    await expect(all[1]).rejects.toMatchObject({ ...failed, ...more });
    expect(await outcomes(all)).toEqual([undefined, 'WORKER_FAILED', 1, 2]);
    expect(await Promise.all([pool.run('test', 'wait', 50), pool.run('test', 'echo', 3)])).toEqual([undefined, 3]);
    expect(pools.opened()).toBe(3);
  });

  it('by terminate from outside', async () => {
    const pool = pools.create({ size: 1 });
    await pool.run('test', 'echo', 0);
    const all = [pool.run('test', 'work', { ms: 60_000 }), pool.run('test', 'echo', 1)];
    setTimeout(() => pools.workers()[0]!.terminate(), 50);
    expect(await outcomes(all)).toEqual(['WORKER_FAILED', 1]);
  });

  // The V8 of Node 24 ends the whole process now and then, this one, where a thread has no memory left.
  it.skipIf(Number.parseInt(process.versions.node, 10) >= 24)('by a lack of memory', async () => {
    const resourceLimits = { maxOldGenerationSizeMb: 16 };
    const pool = pools.create({ size: 1, open: () => new Worker(pools.file(), { resourceLimits }) });
    const all = [pool.run('test', 'hoard', 0), pool.run('test', 'echo', 1)];
    await expect(all[0]).rejects.toMatchObject({ ...failed, cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' } });
    expect(await all[1]).toBe(1);
  });

  it('while it is idle costs nothing', async () => {
    const pool = pools.create({ size: 1 });
    await pool.run('test', 'echo', 0);
    await pools.workers()[0]!.terminate();
    expect(await pool.run('test', 'echo', 1)).toBe(1);
    expect(pools.opened()).toBe(2);
  });

  it('again and again costs a task each time, and the pool lives', async () => {
    const pool = pools.create({ size: 2 });
    const tasks = Array.from({ length: 12 }, (_, i) => pool.run('test', i % 2 ? 'exit' : 'echo', i));
    expect(await outcomes(tasks)).toEqual(Array.from({ length: 12 }, (_, i) => (i % 2 ? 'WORKER_FAILED' : i)));
  });
});

describe('a worker that does not start', () => {
  const waiting = 100;
  const never: [string, () => Worker, unknown][] = [
    [
      'throws at start',
      () => script("throw new RangeError('no')"),
      { message: 'the worker failed: no', cause: expect.any(RangeError) },
    ],
    ['is not there', () => new Worker(new URL('./no-such.mjs', import.meta.url)), { cause: expect.any(Error) }],
    ['ends at once', () => script(''), { details: { started: false, exitCode: 0 } }],
    ['is none of ours', () => script("require('node:worker_threads').parentPort.postMessage('hello')"), {}],
    [
      'is of another version',
      () => script("require('node:worker_threads').parentPort.postMessage({ type: 'hello', protocol: 2 })"),
      {},
    ],
    [
      'is ready out of turn',
      () => script("require('node:worker_threads').parentPort.postMessage({ type: 'done', id: 0 })"),
      {},
    ],
    ['is never ready', () => script('setInterval(() => 0, 1000)'), { message: expect.stringContaining('serveCodecs') }],
  ];

  it.each(never)('because it %s: all that wait fail, after few attempts', async (_, make, more) => {
    let opened = 0;
    const open = () => {
      opened++;
      return make();
    };
    const pool = pools.create({ size: 2, open, startTimeoutMs: 500 });
    const all = Array.from({ length: waiting }, () => pool.run('test', 'echo', 0));
    await expect(all[0]).rejects.toMatchObject({ ...failed, ...(more as object) });
    expect(await outcomes(all)).toEqual(Array.from({ length: waiting }, () => 'WORKER_FAILED'));
    expect(opened).toBeLessThanOrEqual(4);
    // A later task has one more try.
    const before = opened;
    await expect(pool.run('test', 'echo', 0)).rejects.toMatchObject(failed);
    expect(opened).toBe(before + 1);
  });

  it('because open throws', async () => {
    const cause = new Error('no worker today');
    const open = () => {
      throw cause;
    };
    const pool = pools.create({ open });
    const all = [pool.run('test', 'echo', 0), pool.run('test', 'echo', 0)];
    await expect(all[0]).rejects.toMatchObject({ ...failed, cause, details: { started: false } });
    expect(await outcomes(all)).toEqual(['WORKER_FAILED', 'WORKER_FAILED']);
  });

  it('because it has no codecs, with what they threw as the cause', async () => {
    const pool = pools.create({ init: 'throw' });
    const error = await pool.run('test', 'echo', 0).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ ...failed, message: 'the worker has no codecs: as it was asked for' });
    expect(errorCode((error as Error).cause)).toBe('NO_CODECS');
    expect(pools.opened()).toBe(3);
  });

  it('because init can not be sent', async () => {
    const pool = pools.create({ init: () => 0 });
    await expect(pool.run('test', 'echo', 0)).rejects.toMatchObject({
      ...failed,
      message: expect.stringContaining('init'),
    });
  });

  it('at first only: the task is done all the same', async () => {
    let opened = 0;
    const open = () => (opened++ < 2 ? script("throw new Error('not yet')") : new Worker(pools.file()));
    const pool = pools.create({ size: 1, open });
    expect(await pool.run('test', 'echo', 5)).toBe(5);
    expect(opened).toBe(3);
  });

  it('beyond some: those that did do all the work', async () => {
    let opened = 0;
    const open = () => (opened++ < 2 ? new Worker(pools.file()) : script("throw new Error('full')"));
    const pool = pools.create({ size: 8, open });
    const all = Array.from({ length: 200 }, (_, i) => pool.run('test', 'work', { ms: 1, output: i }));
    expect(await outcomes(all)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(opened).toBeLessThan(25);
  });
});

describe('a worker that says something else', () => {
  it.each([
    ['no object', 'noise'],
    ['null', null],
    ['another type', { type: 'noise' }],
    ['an answer to another task', { type: 'done', id: 1e9, output: 1 }],
    ['an error that is none', { type: 'failed', id: 0, error: 'text' }],
    ['a start in the middle', { type: 'ready' }],
  ])('%s: WORKER_FAILED', async (_, message) => {
    const pool = pools.create({ size: 1 });
    const all = [pool.run('test', 'noise', message), pool.run('test', 'echo', 1)];
    expect(await outcomes(all)).toEqual(['WORKER_FAILED', 1]);
  });
});

it('serveCodecs outside of a worker is a mistake', () => {
  expect(() => serveCodecs(() => [])).toThrow(TypeError);
});

it('whatever happens, each task comes to its own end', { timeout: 60_000 }, async () => {
  const kinds = fc.constantFrom('echo', 'wait', 'fail', 'exit', 'abort', 'unclonable');
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(kinds, { maxLength: 12 }), async (size, list) => {
      const pool = pools.create({ size });
      const reason = new Error('aborted');
      const tasks = list.map((kind, i) => {
        if (kind === 'echo') return pool.run('test', 'echo', i);
        if (kind === 'wait') return pool.run('test', 'wait', i % 3);
        if (kind === 'fail') return pool.run('test', 'fail', 'coded');
        if (kind === 'exit') return pool.run('test', 'exit', 1);
        if (kind === 'unclonable') return pool.run('test', 'echo', () => 0);
        const controller = new AbortController();
        setTimeout(() => controller.abort(reason), i % 4);
        return pool.run('test', 'wait', 1000, { signal: controller.signal });
      });
      const expected = list.map((kind, i) => {
        const ends = { echo: i, wait: undefined, fail: 'SOME_CODE', exit: 'WORKER_FAILED', abort: reason };
        return kind === 'unclonable' ? expect.any(TypeError) : ends[kind as keyof typeof ends];
      });
      const results = await outcomes(tasks);
      await pool.close();
      expect(results).toEqual(expected);
    }),
    { numRuns: 25 },
  );
});
