import { WorkerError } from './errors';
import { unpackError } from './packed-error';
import type { PoolJob } from './pool-job';
import { asFromWorker, type FromWorker, PROTOCOL, type ToWorker } from './protocol';
import { beginTask, createTaskFlag, forgetTask, type TaskFlag, taskDone } from './task-flag';
import { isNodeWorker, keepAlive, listenToWorker, textOf, type WorkerFailure, type WorkerPort } from './worker-port';

export interface ThreadOptions {
  readonly open: () => WorkerPort;
  readonly init: unknown;
  readonly startTimeoutMs: number;
}

/** Whom a thread tells what becomes of it. */
export interface ThreadListener {
  /** It has started; once. */
  ready(): void;
  /** It has started, or has done its job: it can take one. */
  idle(): void;
  /** It is gone; once. A job that it had has been rejected. */
  failed(error: WorkerError): void;
}

/** One worker of a pool, from its start to its end; it does one job at a time. */
export class WorkerThread {
  readonly #options: ThreadOptions;
  readonly #listener: ThreadListener;
  #port: WorkerPort | undefined;
  #flag: TaskFlag | undefined;
  #startTimer: ReturnType<typeof setTimeout> | undefined;
  #state: 'starting' | 'idle' | 'busy' | 'ended' = 'starting';
  #job: PoolJob | undefined;

  constructor(options: ThreadOptions, listener: ThreadListener) {
    this.#options = options;
    this.#listener = listener;
  }

  get state(): 'starting' | 'idle' | 'busy' | 'ended' {
    return this.#state;
  }

  start(): void {
    const { open, startTimeoutMs } = this.#options;
    try {
      this.#port = open();
      this.#flag = isNodeWorker(this.#port) ? createTaskFlag() : undefined;
      listenToWorker(
        this.#port,
        (message) => this.#receive(message),
        (failure) => this.#fail(failure),
      );
    } catch (cause) {
      this.#fail({ message: `the worker did not start: ${textOf(cause)}`, cause });
      return;
    }
    this.#startTimer = setTimeout(() => {
      const message = `the worker did not answer within ${startTimeoutMs} ms: does its file call serveCodecs?`;
      this.#fail({ message });
    }, startTimeoutMs);
  }

  /** @throws {TypeError} if the job's input can't be sent; the thread is idle as before. */
  run(job: PoolJob): void {
    const { id, codec, task, input } = job;
    if (this.#flag) beginTask(this.#flag);
    try {
      this.#post({ type: 'run', id, codec, task, input }, job.transfer);
    } catch (cause) {
      this.#forgetTask();
      const message = `the input of the task '${task}' can't be sent to a worker: ${textOf(cause)}`;
      throw new TypeError(message, { cause });
    }
    this.#state = 'busy';
    this.#job = job;
    keepAlive(this.#port!, true);
  }

  /** Nobody waits for the job any more; the work itself can't be stopped. */
  abandon(job: PoolJob): void {
    if (this.#job === job) keepAlive(this.#port!, false);
  }

  /** Ends the worker. Its job is rejected at once; resolved when the worker is done with it, and has ended. */
  async end(error: WorkerError): Promise<void> {
    this.#state = 'ended';
    clearTimeout(this.#startTimer);
    this.#job?.reject(error);
    this.#job = undefined;
    if (this.#flag) await taskDone(this.#flag);
    await this.#port?.terminate();
  }

  #post(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.#port!.postMessage(message, [...transfer]);
  }

  #receive(message: unknown): void {
    if (this.#state === 'ended') return;
    const reply = asFromWorker(message);
    if (!reply || !this.#accept(reply)) {
      this.#fail({ message: 'the worker sent a message that serveCodecs of this version does not send' });
    }
  }

  /** @returns whether it was the reply's turn */
  #accept(reply: FromWorker): boolean {
    if (this.#state === 'starting') return this.#acceptStart(reply);
    const job = this.#job;
    if ((reply.type !== 'done' && reply.type !== 'failed') || !job || reply.id !== job.id) return false;
    if (reply.type === 'done') job.resolve(reply.output);
    else job.reject(unpackError(reply.error));
    this.#becomeIdle();
    return true;
  }

  #acceptStart(reply: FromWorker): boolean {
    if (reply.type === 'hello' && reply.protocol === PROTOCOL) {
      try {
        this.#post({ type: 'init', init: this.#options.init, flag: this.#flag });
      } catch (cause) {
        this.#fail({ message: `the option init can't be sent to a worker: ${textOf(cause)}`, cause });
      }
      return true;
    }
    if (reply.type === 'unable') {
      const cause = unpackError(reply.error);
      this.#fail({ message: `the worker has no codecs: ${cause.message}`, cause });
      return true;
    }
    if (reply.type !== 'ready') return false;
    clearTimeout(this.#startTimer);
    this.#listener.ready();
    this.#becomeIdle();
    return true;
  }

  #becomeIdle(): void {
    this.#state = 'idle';
    this.#job = undefined;
    this.#forgetTask();
    keepAlive(this.#port!, false);
    this.#listener.idle();
  }

  #forgetTask(): void {
    if (this.#flag) forgetTask(this.#flag);
  }

  #fail({ message, cause, exitCode }: WorkerFailure): void {
    // A thread that has ended is not done with its task, and never will be.
    if (exitCode !== undefined) this.#forgetTask();
    if (this.#state === 'ended') return;
    const details = { started: this.#state !== 'starting', ...(exitCode === undefined ? {} : { exitCode }) };
    const error = new WorkerError('WORKER_FAILED', message, details, cause);
    void this.end(error);
    this.#listener.failed(error);
  }
}
