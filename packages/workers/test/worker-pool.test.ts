import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { threadPool } from '../src/node';
import { outcomes, testPools } from './test-pools';

const pools = testPools();
const who = (pool: { run: ReturnType<typeof pools.create>['run'] }) =>
  pool.run('test', 'who', undefined) as Promise<{ threadId: number; calls: number }>;

describe('tasks', () => {
  it('are done by as many workers as needed, started when needed, up to the size', async () => {
    const pool = pools.create({ size: 2 });
    expect(pools.opened()).toBe(0);
    expect(await pool.run('test', 'echo', { deep: [1n, new Map([[1, 2]])] })).toEqual({
      deep: [1n, new Map([[1, 2]])],
    });
    await pool.run('test', 'echo', 0);
    expect(pools.opened()).toBe(1);
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => pool.run('test', 'work', { ms: 2, output: i })),
    );
    expect(results).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(pools.opened()).toBe(2);
  });

  it('wait in the order in which they came', async () => {
    const pool = pools.create({ size: 1 });
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        await pool.run('test', 'work', { ms: i % 3 });
        order.push(i);
      }),
    );
    expect(order).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('are one at a time in a worker, and really at once in several', async () => {
    const pool = pools.create({ size: 2 });
    const seen = new SharedArrayBuffer(8);
    await Promise.all(Array.from({ length: 10 }, () => pool.run('test', 'meet', seen)));
    expect([...new Int32Array(seen)]).toEqual([0, 2]);
  });

  it('thousands of them, with one signal for all', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error) => void warnings.push(warning);
    process.on('warning', warn);
    const pool = pools.create();
    const { signal } = new AbortController();
    const results = await Promise.all(Array.from({ length: 5000 }, (_, i) => pool.run('test', 'echo', i, { signal })));
    process.off('warning', warn);
    expect(results).toEqual(Array.from({ length: 5000 }, (_, i) => i));
    expect(warnings).toEqual([]);
  });

  it('of two pools are apart, each with its own init', async () => {
    const [a, b] = [pools.create({ init: { name: 'a' } }), pools.create({ init: { name: 'b' } })];
    const names = await Promise.all([a, b, a, b].map((pool) => pool.run('test', 'init', undefined)));
    expect(names).toEqual([{ name: 'a' }, { name: 'b' }, { name: 'a' }, { name: 'b' }]);
    await a.close();
    expect(await b.run('test', 'echo', 1)).toBe(1);
  });

  it('that nobody knows are told apart by what is unknown', async () => {
    const pool = pools.create();
    await expect(pool.run('flac', 'decode', {})).rejects.toMatchObject({
      code: 'CODEC_UNKNOWN',
      details: { id: 'flac' },
    });
    await expect(pool.run('test', 'no-such', {})).rejects.toThrow(RangeError);
  });
});

describe('buffers', () => {
  it('are moved there and back, not copied', async () => {
    const pool = pools.create({ size: 1 });
    const bytes = Uint8Array.from([1, 2, 3]);
    const back = (await pool.run('test', 'move', bytes, { transfer: [bytes.buffer] })) as Uint8Array;
    expect([...back]).toEqual([1, 2, 3]);
    expect(bytes.byteLength).toBe(0);
    expect(await pool.run('test', 'left', undefined)).toBe(0);
  });

  it('are copied if they are not to be moved', async () => {
    const pool = pools.create({ size: 1 });
    const bytes = Uint8Array.from([1, 2, 3]);
    expect(await pool.run('test', 'echo', bytes)).toEqual(bytes);
    expect(bytes.byteLength).toBe(3);
  });

  it('and what else can not be sent makes a TypeError, and no harm', async () => {
    const pool = pools.create({ size: 1 });
    const all = [pool.run('test', 'echo', () => 0), pool.run('test', 'echo', 1), pool.run('test', 'echo', 2)];
    await expect(all[0]).rejects.toThrow(TypeError);
    expect(await Promise.all(all.slice(1))).toEqual([1, 2]);
    await expect(pool.run('test', 'unclonable', 0)).rejects.toMatchObject({ name: 'DataCloneError' });
    expect((await who(pool)).calls).toBe(2);
    expect(pools.opened()).toBe(1);
  });
});

describe('an abort', () => {
  it('drops a task that waits, and leaves the others', async () => {
    const pool = pools.create({ size: 1 });
    const controller = new AbortController();
    const reason = new Error('enough');
    const all = [
      pool.run('test', 'wait', 50),
      pool.run('test', 'echo', 1, { signal: controller.signal }),
      pool.run('test', 'echo', 2),
    ];
    controller.abort(reason);
    expect(await outcomes(all)).toEqual([undefined, reason, 2]);
    expect((await who(pool)).calls).toBe(1);
  });

  it('of a task that runs frees the caller at once, and its worker when it is done', async () => {
    const pool = pools.create({ size: 1 });
    const { threadId } = await who(pool);
    const controller = new AbortController();
    const running = pool.run('test', 'wait', 200, { signal: controller.signal });
    const next = who(pool);
    const reason = new Error('enough');
    const order: string[] = [];
    setTimeout(() => controller.abort(reason), 20);
    await Promise.all([
      expect(running)
        .rejects.toBe(reason)
        .then(() => order.push('caller')),
      next.then((worker) => {
        order.push('worker');
        expect(worker.threadId).toBe(threadId);
      }),
    ]);
    expect(order).toEqual(['caller', 'worker']);
  });

  it('that came before the task makes it fail at once', async () => {
    const pool = pools.create();
    const reason = new Error('before');
    await expect(pool.run('test', 'echo', 1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(pools.opened()).toBe(0);
  });

  it('afterwards does nothing, and nothing of the pool listens any more', async () => {
    const pool = pools.create();
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    await pool.run('test', 'echo', 1, { signal });
    await pool.run('test', 'fail', 'coded', { signal }).catch(() => undefined);
    expect(listeners).toBe(0);
    controller.abort();
    expect(await pool.run('test', 'echo', 1)).toBe(1);
  });
});

describe('close', () => {
  it('rejects what waits and what runs at once, and what comes later; a thread ends with its task', async () => {
    const pool = pools.create({ size: 1 });
    await pool.run('test', 'echo', 0);
    const all = [pool.run('test', 'work', { ms: 400 }), pool.run('test', 'echo', 1)];
    let ended = false;
    pools.workers()[0]!.once('exit', () => (ended = true));
    const closing = pool.close();
    expect(await outcomes(all)).toEqual(['WORKERS_CLOSED', 'WORKERS_CLOSED']);
    expect(ended).toBe(false);
    await closing;
    expect(ended).toBe(true);
    await expect(pool.run('test', 'echo', 2)).rejects.toMatchObject({ code: 'WORKERS_CLOSED' });
    await pool.close();
    expect(pools.opened()).toBe(1);
  });

  it('while workers start is no failure of theirs', async () => {
    const pool = pools.create();
    const all = outcomes([pool.run('test', 'echo', 0), pool.run('test', 'echo', 0)]);
    await pool.close();
    expect(await all).toEqual(['WORKERS_CLOSED', 'WORKERS_CLOSED']);
    expect(pools.opened()).toBe(2);
  });
});

describe('options', () => {
  it('have as many workers as cores by default', () => {
    expect(threadPool(pools.file()).size).toBe(availableParallelism());
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('%s is no size and no time', (value) => {
    expect(() => pools.create({ size: value })).toThrow(RangeError);
    expect(() => pools.create({ startTimeoutMs: value })).toThrow(RangeError);
  });

  it('threadPool takes addresses of files alone', async () => {
    expect(() => threadPool('https://example.org/worker.js')).toThrow(TypeError);
    expect(() => threadPool('worker.js')).toThrow(TypeError);
    const pool = threadPool(pools.file().href, { size: 1, init: 7 });
    expect(await pool.run('test', 'init', 0)).toBe(7);
    await pool.close();
  });
});
