import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { WebWorkerPort } from '../src/index';
import { outcomes, testPools } from './test-pools';

const pools = testPools();

type Listener = Parameters<WebWorkerPort['addEventListener']>[1];

/** A worker as a browser gives it, over a thread of Node; `tell` makes an event of one's own. */
function webWorker(file: URL): WebWorkerPort & { tell(type: string, event: object): void; ended: boolean } {
  const worker = new Worker(file);
  worker.unref();
  const listeners: [string, Listener][] = [];
  const tell = (type: string, event: object) => {
    for (const [wanted, listener] of listeners) if (wanted === type) listener(event);
  };
  worker.on('message', (data) => tell('message', { data }));
  return {
    ended: false,
    tell,
    postMessage: (message, transfer) => worker.postMessage(message, transfer),
    addEventListener: (type, listener) => void listeners.push([type, listener]),
    terminate() {
      this.ended = true;
      void worker.terminate();
    },
  };
}

describe('workers of a browser', () => {
  function create() {
    const workers: ReturnType<typeof webWorker>[] = [];
    const open = () => {
      const worker = webWorker(pools.file());
      workers.push(worker);
      return worker;
    };
    return { pool: pools.create({ size: 1, open }), workers };
  }

  it('do tasks, and are ended by close', async () => {
    const { pool, workers } = create();
    const bytes = new Uint8Array(3);
    expect(await pool.run('test', 'move', bytes, { transfer: [bytes.buffer] })).toEqual(new Uint8Array(3));
    expect(bytes.byteLength).toBe(0);
    await pool.close();
    expect(workers.map(({ ended }) => ended)).toEqual([true]);
  });

  it.each([
    ['an error outside of a task', 'error', { message: 'Uncaught', error: new Error('why') }, /failed: Uncaught/],
    ['a file that can not be had', 'error', {}, /could not be loaded/],
    ['a message that can not be read', 'messageerror', {}, /could not be read/],
  ])('%s: WORKER_FAILED, and the worker is ended', async (_, type, event, message) => {
    const { pool, workers } = create();
    await pool.run('test', 'echo', 0);
    const task = pool.run('test', 'wait', 60_000);
    workers[0]!.tell(type, event);
    await expect(task).rejects.toMatchObject({ code: 'WORKER_FAILED', message: expect.stringMatching(message) });
    expect(await task.catch(({ cause }: Error) => cause)).toBe((event as { error?: Error }).error);
    expect(workers[0]!.ended).toBe(true);
    expect(await pool.run('test', 'echo', 1)).toBe(1);
  });

  it('and what one that was ended still says is not heard', async () => {
    const { pool, workers } = create();
    await pool.run('test', 'echo', 0);
    const tasks = [pool.run('test', 'wait', 60_000), pool.run('test', 'echo', 2)];
    const settled = outcomes(tasks);
    workers[0]!.tell('error', {});
    workers[0]!.tell('message', { data: { type: 'done', id: 1, output: 'late' } });
    workers[0]!.tell('error', {});
    expect(await settled).toEqual(['WORKER_FAILED', 2]);
    expect(workers.length).toBe(2);
  });
});
