import {
  type Codec,
  type CodecRegistry,
  createRegistry,
  DECODE_TASK,
  type DecodeJob,
  runDecodeJob,
  type TaskResult,
} from '@zarr-audio/codec';
import { packError } from './packed-error';
import { asToWorker, type FromWorker, PROTOCOL, type ToWorker } from './protocol';
import { endTask, type TaskFlag } from './task-flag';

/**
 * Makes this worker one that a pool can use: it does the tasks of some codecs. To be called once, in a file that is run as a
 * worker: a thread of Node, or a dedicated worker of a browser.
 *
 * @param codecsOf  Gives the codecs, from the `init` of the pool. What it throws makes a start that failed.
 * @throws {TypeError} if this is no worker.
 */
export function serveCodecs(codecsOf: (init: unknown) => readonly Codec[] | Promise<readonly Codec[]>): void {
  const pool = connectToPool();
  let codecs: CodecRegistry | undefined;
  let flag: TaskFlag | undefined;

  /** Before the answer, for upon that the next task may be announced. */
  const done = () => flag && endTask(flag);

  const initialize = async (init: unknown): Promise<void> => {
    try {
      codecs = createRegistry(await codecsOf(init));
      pool.post({ type: 'ready' });
    } catch (error) {
      pool.post({ type: 'unable', error: packError(error) });
    }
  };

  const run = async ({ id, codec, task, input }: ToWorker & { type: 'run' }): Promise<void> => {
    try {
      const { output, transfer } = await runTask(codecs, codec, task, input).finally(done);
      pool.post({ type: 'done', id, output }, transfer);
    } catch (error) {
      pool.post({ type: 'failed', id, error: packError(error) });
    }
  };

  pool.listen((message) => {
    const request = asToWorker(message);
    if (request?.type === 'init') {
      flag = request.flag;
      void initialize(request.init);
    } else if (request?.type === 'run') void run(request);
    else throw new TypeError('a message that no pool of this version sends');
  });
  pool.post({ type: 'hello', protocol: PROTOCOL });
}

async function runTask(
  codecs: CodecRegistry | undefined,
  id: string,
  name: string,
  input: unknown,
): Promise<TaskResult> {
  if (!codecs) throw new TypeError('a task before init');
  const codec = codecs.get(id);
  if (name === DECODE_TASK) {
    const output = await runDecodeJob(codec, input as DecodeJob);
    return { output, transfer: [output.buffer as ArrayBuffer] };
  }
  const task = codec.tasks?.[name];
  if (!task) throw new RangeError(`the codec '${codec.id}' has no task '${name}'`);
  return task(input);
}

interface PoolConnection {
  post(message: FromWorker, transfer?: readonly ArrayBuffer[]): void;
  listen(listener: (message: unknown) => void): void;
}

/** What a dedicated worker of a browser has as `self`. */
interface WebWorkerScope {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

function connectToPool(): PoolConnection {
  // Asked for at run time, so that bundlers for browsers have nothing to resolve.
  const parent = globalThis.process?.getBuiltinModule?.('node:worker_threads').parentPort;
  if (parent) {
    return {
      post: (message, transfer = []) => parent.postMessage(message, [...transfer]),
      listen: (listener) => parent.on('message', listener),
    };
  }
  if (!('DedicatedWorkerGlobalScope' in globalThis)) throw new TypeError('serveCodecs is for a worker: this is none');
  const scope = globalThis as unknown as WebWorkerScope;
  return {
    post: (message, transfer = []) => scope.postMessage(message, [...transfer]),
    listen: (listener) => scope.addEventListener('message', ({ data }) => listener(data)),
  };
}
