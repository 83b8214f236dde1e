import { CodedError } from '@zarr-audio/codec';

/**
 * A worker that can't be had or is gone. The codes are in docs/errors.md.
 *
 * - `WORKER_FAILED`: it did not start, ended, or threw outside of a task; `cause` is what it threw. `details.started` tells
 *   whether it had ever been ready, `details.exitCode` how a thread of Node ended.
 * - `WORKERS_CLOSED`: the pool was closed before the task was done.
 */
export class WorkerError extends CodedError {
  override readonly name = 'WorkerError';
}
