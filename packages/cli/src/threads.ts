import { availableParallelism } from 'node:os';
import type { TaskRunner } from '@zarr-audio/codec';
import { threadPool } from '@zarr-audio/workers/node';
import { UsageError, wholeNumber } from './usage';

/** More threads than this are a typing error. */
const MAX_JOBS = 1024;

/**
 * Does something with threads for the work that can be shared; they are started when there is such work.
 *
 * @param jobs  `--jobs`: how many; as many as there are cores, if left out. With one, all is done in this thread.
 * @throws {UsageError}
 */
export async function withThreads<T>(
  jobs: string | undefined,
  act: (tasks: TaskRunner | undefined) => Promise<T>,
): Promise<T> {
  return withTasks(jobCount(jobs), act);
}

/** @throws {UsageError} */
export function jobCount(jobs: string | undefined): number {
  const size = wholeNumber('jobs', jobs) ?? availableParallelism();
  if (size < 1 || size > MAX_JOBS) throw new UsageError(`--jobs must be from 1 to ${MAX_JOBS}, not ${size}`);
  return size;
}

/** The same with a number of threads; of 1, none. */
export async function withTasks<T>(size: number, act: (tasks: TaskRunner | undefined) => Promise<T>): Promise<T> {
  if (size <= 1) return act(undefined);
  const tasks = threadPool(new URL('worker.js', import.meta.url), { size });
  try {
    return await act(tasks);
  } finally {
    await tasks.close();
  }
}
