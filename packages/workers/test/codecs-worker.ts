import type { Codec, CodecTask } from '@zarr-audio/codec';
import { CodedError } from '@zarr-audio/codec';
import { serveCodecs } from '../src/serve';

const { parentPort, threadId } = process.getBuiltinModule('node:worker_threads');
let moved: Uint8Array | undefined;
let calls = 0;

const tasks: Record<string, CodecTask> = {
  echo: async (output) => {
    calls++;
    return { output };
  },
  /** Which thread it is, and how often it echoed. */
  who: async () => ({ output: { threadId, calls } }),
  /** Takes bytes and gives them back, moved. */
  move: async (input) => {
    moved = input as Uint8Array;
    return { output: moved, transfer: [moved.buffer as ArrayBuffer] };
  },
  /** What is left here of the bytes. */
  left: async () => ({ output: moved?.byteLength }),
  /** Nothing else happens on the thread meanwhile. */
  work: async (input) => {
    const { ms, output } = input as { ms: number; output?: unknown };
    const end = performance.now() + ms;
    while (performance.now() < end);
    return { output };
  },
  wait: async (input) => {
    await new Promise((resolve) => setTimeout(resolve, input as number));
    return { output: undefined };
  },
  /** Counts who is here at the same time: `[now, most]`, which all share. Nobody leaves before two were. */
  meet: async (input) => {
    const [now, most] = [0, 1];
    const seen = new Int32Array(input as SharedArrayBuffer);
    const here = Atomics.add(seen, now, 1) + 1;
    if (here > Atomics.load(seen, most)) Atomics.store(seen, most, here);
    while (Atomics.load(seen, most) < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    Atomics.sub(seen, now, 1);
    return { output: undefined };
  },
  exit: async (input) => process.exit(input as number),
  /** Thrown outside of the task, which never ends. */
  throwOutside: () => {
    setTimeout(() => {
      throw new TypeError('outside');
    }, 1);
    return new Promise(() => undefined);
  },
  fail: async (input) => {
    const errors: Record<string, () => unknown> = {
      coded: () =>
        new CodedError('SOME_CODE', 'why', { byteOffset: 7, list: [1n], f: () => 0 }, new RangeError('below')),
      fields: () => Object.assign(new Error('with fields'), { code: 'FIELD_CODE', rule: 3, g: () => 0 }),
      type: () => new TypeError('no such thing', { cause: 'text' }),
      range: () => Object.assign(new RangeError('too far'), { code: 'RANGE_OUT_OF_BOUNDS', end: 9 }),
      syntax: () => new SyntaxError('not JSON'),
      text: () => 'only text',
      cycle: () => {
        const error = new Error('again');
        return Object.assign(error, { cause: error });
      },
    };
    throw errors[input as string]!();
  },
  /** Takes memory until there is none. */
  hoard: async () => {
    for (const kept: unknown[] = []; ; ) kept.push(new Array(1000).fill(kept));
  },
  unclonable: async () => ({ output: () => 0 }),
  noise: async (input) => {
    parentPort!.postMessage(input);
    return new Promise<never>(() => undefined);
  },
};

/** A worker whose tasks do what may happen in one. */
serveCodecs(async (init) => {
  if (init === 'throw') throw new CodedError('NO_CODECS', 'as it was asked for');
  return [{ id: 'test', tasks: { ...tasks, init: async () => ({ output: init }) } } as unknown as Codec];
});
