import { byteByByte, cutBy, whole } from './feeds';
import { Log } from './log';
import type { Feed, Target } from './target';

/** The least is over what windows and tables of fixed size take. */
const SIZES = [131_072, 524_288, 2_097_152] as const;
/** What may be lost to caches and garbage on the way from one size to the next, four times as long. */
const SLACK = 2;
/** Shorter times say nothing. */
const LEAST_MS = 5;
const TRIES = 3;

export interface Growth {
  readonly pattern: string;
  readonly ms: readonly number[];
  /** Slower than linear, both times, or at all more than four times over. */
  readonly tooSlow: boolean;
}

const FEEDS: Readonly<Record<string, (input: Uint8Array) => Feed>> = {
  whole,
  'pieces of 100': (input) => cutBy(input, () => 100),
  'byte by byte': byteByByte,
};

/** How the processor's time grows with inputs of one pattern that are made 4 and 16 times as long. */
export async function growthOf(
  target: Target,
  pattern: string,
  make: (byteLength: number) => Uint8Array,
  begin: (input: Uint8Array) => void,
): Promise<Growth[]> {
  const growths: Growth[] = [];
  for (const [how, feedOf] of Object.entries(FEEDS)) {
    const measure = async () => {
      const ms: number[] = [];
      for (const size of SIZES) {
        const input = make(size);
        begin(input);
        ms.push(await fastest(target, feedOf(input)));
      }
      return ms;
    };
    let ms = await measure();
    // Once may be chance.
    if (isSteep(ms)) ms = await measure();
    growths.push({ pattern: `${pattern}, ${how}`, ms, tooSlow: isSteep(ms) });
  }
  return growths;
}

function isSteep(ms: readonly number[]): boolean {
  const [first, second, third] = ms.map((time) => Math.max(time, LEAST_MS)) as [number, number, number];
  const step = 4 * SLACK;
  return (second / first > step && third / second > step) || third / first > step * step;
}

/** The input over and over. */
export function repeated(input: Uint8Array): (byteLength: number) => Uint8Array {
  return (byteLength) => {
    const out = new Uint8Array(Math.max(1, Math.round(byteLength / input.length)) * input.length);
    for (let at = 0; at < out.length; at += input.length) out.set(input, at);
    return out;
  };
}

async function fastest(target: Target, feed: Feed): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < TRIES; i++) {
    const start = process.cpuUsage();
    try {
      await target.run(feed, new Log());
    } catch {
      // Its time counts all the same.
    }
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
    // It is slow enough to be told from noise.
    if (best > 200) break;
  }
  return best;
}
