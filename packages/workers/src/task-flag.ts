/**
 * Whether a thread of Node runs a task, in memory that both sides share: one int32, 1 from before the task is sent until the
 * worker is done with it.
 *
 * A thread that is terminated within native code can take the whole process with it: what the addon asks of Node then fails, and
 * if it was built with a C++ wrapper that answers this with a JavaScript exception, which can't be thrown any more either, Node aborts
 * (@discordjs/opus 0.10.0: `FATAL ERROR: Error::ThrowAsJavaScriptException napi_throw`, in every second
 * `process.exit` while threads decoded). So no thread is terminated before it is done with its task, nor does the process end.
 */
export type TaskFlag = Int32Array<SharedArrayBuffer>;

/** A task that takes longer than this is not waited for. */
const MAX_WAIT_MS = 30_000;
const POLL_MS = 2;

const RUNNING = 1;
const DONE = 0;

const running = new Set<TaskFlag>();
let isListening = false;

export function createTaskFlag(): TaskFlag {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** A task is about to be sent. */
export function beginTask(flag: TaskFlag): void {
  Atomics.store(flag, 0, RUNNING);
  running.add(flag);
  if (isListening) return;
  isListening = true;
  process.on('exit', blockUntilDone);
}

/** In the worker: it is done with the task. */
export function endTask(flag: TaskFlag): void {
  Atomics.store(flag, 0, DONE);
  Atomics.notify(flag, 0);
}

/** The task came to its end, or the thread to its own. */
export function forgetTask(flag: TaskFlag): void {
  running.delete(flag);
}

/** Resolved when no task runs. */
export async function taskDone(flag: TaskFlag): Promise<void> {
  const end = performance.now() + MAX_WAIT_MS;
  while (running.has(flag) && Atomics.load(flag, 0) === RUNNING && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  running.delete(flag);
}

/** Nothing asynchronous happens any more, so there is nothing else to do but wait. */
function blockUntilDone(): void {
  for (const flag of running) Atomics.wait(flag, 0, RUNNING, MAX_WAIT_MS);
}
