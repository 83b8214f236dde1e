import type { Codec, CodecTask } from '@zarr-audio/codec';
import { CodedError } from '@zarr-audio/codec';
import { serveCodecs } from '../src/serve';

/** A worker whose tasks do what may happen in one. */
const tasks: Record<string, CodecTask> = {
  echo: async (output) => ({ output }),
  /** Takes buffers and gives them back, moved. */
  move: async (input) => ({ output: input, transfer: [(input as Uint8Array).buffer as ArrayBuffer] }),
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
  unclonable: async () => ({ output: () => 0 }),
  noise: async (input) => {
    const { parentPort } = process.getBuiltinModule('node:worker_threads');
    parentPort!.postMessage(input);
    return new Promise<never>(() => undefined);
  },
};

serveCodecs(async (init) => {
  if (init === 'throw') throw new CodedError('NO_CODECS', 'as it was asked for');
  return [{ id: 'test', tasks: { ...tasks, init: async () => ({ output: init }) } } as unknown as Codec];
});
