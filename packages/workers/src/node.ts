import { Worker } from 'node:worker_threads';
import { createWorkerPool, type WorkerPool, type WorkerPoolOptions } from './worker-pool';

/**
 * A pool of worker threads of Node, all of the same file.
 *
 * @param file  A `file:` address, as `import.meta.resolve` gives it: of a file that calls `serveCodecs`.
 * @throws {TypeError} if that is no `file:` address.
 */
export function threadPool(file: string | URL, options: Omit<WorkerPoolOptions, 'open'> = {}): WorkerPool {
  const url = new URL(file);
  if (url.protocol !== 'file:') throw new TypeError(`a worker thread needs a file, not ${url}`);
  // A thread inherits the flags of the process, and of this one Node says that no file can be run with it.
  const isTyped = process.execArgv.some((flag) => flag.startsWith('--input-type'));
  return createWorkerPool({ ...options, open: () => new Worker(url, isTyped ? { execArgv: [] } : {}) });
}
