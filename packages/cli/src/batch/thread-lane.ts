import { Worker } from 'node:worker_threads';
import { CodedError } from '@zarr-audio/codec';
import { type FileOptions, failureOf, type StreamOutcome } from './file-importer';
import type { Lane } from './lane';
import type { FromThread, ThreadData, ToThread } from './thread-messages';

/**
 * A lane on a thread of its own, started with its first file. If the thread ends (out of memory), the file that it was at has failed,
 * with `WORKER_FAILED`, and the next one gets a new thread.
 */
export class ThreadLane implements Lane {
  readonly #data: ThreadData;
  readonly #onWarning: (message: string) => void;
  #worker: Worker | undefined;
  #file: { readonly onRead: (bytes: number) => void; done(outcomes: StreamOutcome[]): void } | undefined;

  constructor(data: ThreadData, onWarning: (message: string) => void) {
    this.#data = data;
    this.#onWarning = onWarning;
  }

  import(path: string, { hashFirst, signal, onRead }: FileOptions): Promise<StreamOutcome[]> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const send = (message: ToThread) => worker.postMessage(message);
    const abort = () => send({ type: 'abort', ...failureOf(signal.reason) });
    return new Promise((resolve) => {
      this.#file = {
        onRead,
        done: (outcomes) => {
          this.#file = undefined;
          signal.removeEventListener('abort', abort);
          resolve(outcomes);
        },
      };
      send({ type: 'import', path, hashFirst });
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    this.#worker = undefined;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    // Not `terminate`: a thread that is in native code then takes the process with it.
    worker.postMessage({ type: 'close' } satisfies ToThread);
    await ended;
  }

  #start(): Worker {
    const worker = new Worker(new URL('import-worker.js', import.meta.url), { workerData: this.#data });
    let cause: unknown;
    worker.on('message', (message: FromThread) => {
      if (message.type === 'read') this.#file?.onRead(message.bytes);
      else if (message.type === 'warning') this.#onWarning(message.message);
      else this.#file?.done([...message.outcomes]);
    });
    worker.on('error', (error) => {
      cause = error;
    });
    worker.once('exit', (status) => {
      if (this.#worker === worker) this.#worker = undefined;
      const why = cause instanceof Error ? cause.message : `status ${status}`;
      const error = new CodedError('WORKER_FAILED', `the thread that imported it ended: ${why}`, {}, cause);
      this.#file?.done([{ status: 'failed', stream: 0, error: failureOf(error) }]);
    });
    return worker;
  }
}
