import { type CodecRegistry, DECODE_TASK, type DecodeJob, runDecodeJob, type TaskRunner } from '@zarr-audio/codec';
import type { Random } from './random';

export interface TestRunnerOptions {
  readonly codecs: CodecRegistry;
  readonly size?: number;
  /** How long a task takes besides, in milliseconds: so that they end out of order. */
  readonly delay?: () => number;
  /** Called before each task, with its number from 0: may throw. */
  readonly before?: (job: DecodeJob, task: number) => void;
}

export interface TestRunner extends TaskRunner {
  /** Tasks that were begun, */
  readonly begun: number;
  /** of those, the most at once; */
  readonly mostAtOnce: number;
  /** and their numbers in the order in which they ended. */
  readonly ended: readonly number[];
}

/** Does tasks as threads would: what goes in is copied or moved, several are under way, each ends when it likes. */
export function testRunner({ codecs, size = 2, delay = () => 0, before }: TestRunnerOptions): TestRunner {
  const waiting: (() => void)[] = [];
  const ended: number[] = [];
  let begun = 0;
  let running = 0;
  let mostAtOnce = 0;
  return {
    size,
    ended,
    get begun() {
      return begun;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    async run(codec, task, input, { signal, transfer = [] } = {}) {
      signal?.throwIfAborted();
      if (running >= size) await new Promise<void>((resolve) => waiting.push(resolve));
      running++;
      try {
        signal?.throwIfAborted();
        if (task !== DECODE_TASK) throw new RangeError(`no task ${task}`);
        const job = structuredClone(input, { transfer: [...transfer] }) as DecodeJob;
        const number = begun++;
        mostAtOnce = Math.max(mostAtOnce, running);
        before?.(job, number);
        await new Promise((resolve) => setTimeout(resolve, delay()));
        const pcm = await runDecodeJob(codecs.get(codec), job);
        ended.push(number);
        signal?.throwIfAborted();
        return structuredClone(pcm, { transfer: [pcm.buffer as ArrayBuffer] });
      } finally {
        running--;
        waiting.shift()?.();
      }
    },
  };
}

/** Up to so many milliseconds, differently each time. */
export const randomDelay = (next: Random, mostMs: number) => () => next(mostMs + 1);
