import type { TaskRunner } from '@zarr-audio/codec';
import { AbortListeners } from './abort-listeners';
import { WorkerError } from './errors';
import type { PoolJob } from './pool-job';
import type { WorkerPort } from './worker-port';
import { type ThreadListener, WorkerThread } from './worker-thread';

export interface WorkerPoolOptions {
  /** Makes a worker, new each time, of a file that calls `serveCodecs`. */
  readonly open: () => WorkerPort;
  /** How many workers there are at the most; as many as the machine has cores, if left out. */
  readonly size?: number | undefined;
  /** What `serveCodecs` is given in each worker: plain data that the structured clone algorithm takes. */
  readonly init?: unknown;
  /** A worker that is not ready after so many milliseconds has failed; 60,000 if left out. */
  readonly startTimeoutMs?: number | undefined;
}

/**
 * A `TaskRunner` over workers.
 *
 * Workers are started when there is a task for them, and kept. An idle pool does not keep a Node process alive. Waiting tasks keep
 * their input: how many there are at a time is up to the caller.
 */
export interface WorkerPool extends TaskRunner {
  /**
   * As `TaskRunner` says, and so:
   *
   * - Buffers in `transfer` are not to be touched after the call: they are moved when the task gets its turn.
   * - An abort drops a task that waits. One that runs can't be stopped: what it gives is thrown away, and its worker takes
   *   the next task when it is done.
   * - A TypeError or RangeError of the task comes as one; an error without a code as an Error with the same name. `stack` is that
   *   of the worker. Details that can't be cloned are left out.
   *
   * @throws {WorkerError} `WORKER_FAILED` if the worker ends meanwhile, or if none can be started; `WORKERS_CLOSED`.
   * @throws {TypeError} if `input` can't be cloned.
   */
  run: TaskRunner['run'];
  /** Ends all workers; what waits or runs is rejected with `WORKERS_CLOSED`. Resolved when they have ended. */
  close(): Promise<void>;
}

/** So many starts that fail one after the other are enough to give up. */
const MAX_FAILED_STARTS = 3;

/** @throws {RangeError} if `size` or `startTimeoutMs` is not a positive integer. */
export function createWorkerPool({
  open,
  size = cores(),
  init,
  startTimeoutMs = 60_000,
}: WorkerPoolOptions): WorkerPool {
  checkPositive('size', size);
  checkPositive('startTimeoutMs', startTimeoutMs);
  return new Pool(size, (listener) => new WorkerThread({ open, init, startTimeoutMs }, listener));
}

class Pool implements WorkerPool {
  readonly size: number;
  readonly #createThread: (listener: ThreadListener) => WorkerThread;
  readonly #threads = new Set<WorkerThread>();
  /** In the order in which they came. */
  readonly #waiting = new Set<PoolJob>();
  readonly #aborts = new AbortListeners();
  #jobs = 0;
  /** One after the other, up to now. */
  #failedStarts = 0;
  #closing: Promise<void> | undefined;

  constructor(size: number, createThread: (listener: ThreadListener) => WorkerThread) {
    this.size = size;
    this.#createThread = createThread;
  }

  run(
    codec: string,
    task: string,
    input: unknown,
    { signal, transfer = [] }: { signal?: AbortSignal | undefined; transfer?: readonly ArrayBuffer[] | undefined } = {},
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#closing) throw closed();
      const abort = () => this.#abort(job, signal?.reason);
      const settled = () => signal && this.#aborts.delete(signal, abort);
      const job: PoolJob = {
        id: this.#jobs++,
        codec,
        task,
        input,
        transfer,
        resolve: (output) => {
          settled();
          resolve(output);
        },
        reject: (reason) => {
          settled();
          reject(reason);
        },
      };
      if (signal) this.#aborts.add(signal, abort);
      this.#waiting.add(job);
      this.#schedule();
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const error = closed();
    this.#rejectWaiting(error);
    const ends = [...this.#threads].map((thread) => thread.end(error));
    this.#threads.clear();
    await Promise.all(ends);
  }

  #schedule(): void {
    for (const thread of this.#threads) if (thread.state === 'idle') this.#feed(thread);
    while (this.#waiting.size > this.#starting() && this.#threads.size < this.#limit()) this.#start();
  }

  #feed(thread: WorkerThread): void {
    for (const job of this.#waiting) {
      this.#waiting.delete(job);
      try {
        thread.run(job);
        return;
      } catch (error) {
        job.reject(error);
      }
    }
  }

  #start(): void {
    const thread = this.#createThread({
      ready: () => {
        this.#failedStarts = 0;
      },
      idle: () => this.#feed(thread),
      failed: (error) => this.#replace(thread, error),
    });
    this.#threads.add(thread);
    thread.start();
  }

  #replace(thread: WorkerThread, error: WorkerError): void {
    this.#threads.delete(thread);
    if (!error.details.started) this.#failedStarts++;
    if (this.#failedStarts >= MAX_FAILED_STARTS && this.#threads.size === 0) this.#rejectWaiting(error);
    this.#schedule();
  }

  #starting(): number {
    let count = 0;
    for (const { state } of this.#threads) if (state === 'starting') count++;
    return count;
  }

  /** Where workers fail to start, those that did have to do; without any, each new task makes one more attempt. */
  #limit(): number {
    return this.#failedStarts < MAX_FAILED_STARTS ? this.size : Math.max(1, this.#threads.size);
  }

  #abort(job: PoolJob, reason: unknown): void {
    if (!this.#waiting.delete(job)) for (const thread of this.#threads) thread.abandon(job);
    job.reject(reason);
  }

  #rejectWaiting(error: WorkerError): void {
    for (const job of this.#waiting) job.reject(error);
    this.#waiting.clear();
  }
}

/** Of this machine, that a process may use. */
function cores(): number {
  const node = globalThis.process?.getBuiltinModule?.('node:os');
  return node?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

function closed(): WorkerError {
  return new WorkerError('WORKERS_CLOSED', 'the pool of workers was closed');
}

function checkPositive(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${name} must be a positive integer, not ${value}`);
}
