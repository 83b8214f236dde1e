import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeAll } from 'vitest';
import { createWorkerPool, type WorkerPool, type WorkerPoolOptions } from '../src/index';
import { workerFile } from './worker-file';

/** Pools of workers that run codecs-worker.ts; closed after each test. */
export interface TestPools {
  /** How many workers were made in this test. */
  readonly opened: () => number;
  readonly workers: () => readonly Worker[];
  create(options?: Partial<WorkerPoolOptions>): WorkerPool;
  file(): URL;
}

export function testPools(): TestPools {
  let file: URL;
  let workers: Worker[] = [];
  let pools: WorkerPool[] = [];
  beforeAll(async () => {
    file = await workerFile(fileURLToPath(new URL('./codecs-worker.ts', import.meta.url)), 'workers');
  });
  afterEach(async () => {
    await Promise.all(pools.map((pool) => pool.close()));
    pools = [];
    workers = [];
  });
  const open = () => {
    const worker = new Worker(file);
    workers.push(worker);
    return worker;
  };
  return {
    opened: () => workers.length,
    workers: () => workers,
    create: (options) => {
      const pool = createWorkerPool({ open, size: 2, ...options });
      pools.push(pool);
      return pool;
    },
    file: () => file,
  };
}

/** What every promise came to. */
export async function outcomes(promises: readonly Promise<unknown>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((result) =>
    result.status === 'fulfilled' ? result.value : (result.reason.code ?? result.reason),
  );
}
