import { Log } from './log';
import { bounded, type Feed, type Target } from './target';

const PROBES = 16;

export interface MemoryUse {
  /** Live bytes, heap and array buffers, over those before; the greatest that was seen. */
  readonly peak: number;
  readonly allowed: number;
}

/** What a target holds while it reads an input, looked at 16 times on the way and at the end. Needs `--expose-gc`. */
export async function memoryOf(target: Target, input: Uint8Array): Promise<MemoryUse> {
  const before = live();
  let peak = 0;
  const probe = () => {
    peak = Math.max(peak, live() - before);
  };
  const pieceBytes = Math.max(1, Math.ceil(input.length / PROBES));
  const feed: Feed = {
    input,
    *pieces() {
      for (let at = 0; at < input.length; at += pieceBytes) {
        yield input.slice(at, at + pieceBytes);
        probe();
      }
    },
  };
  try {
    await target.run(feed, new Log());
  } catch {
    // Whether it may be thrown is seen where the same input is tried for its outcome.
  }
  probe();
  return { peak, allowed: bounded(target.memory, input.length) };
}

function live(): number {
  if (!globalThis.gc) throw new Error('memory is measured under node --expose-gc only');
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
