/** An integer in [0, below). */
export type Random = (below: number) => number;

/** mulberry32 over a seed and an iteration: the same numbers every time. */
export function random(seed: number, iteration = 0): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(iteration + 1, 0x85ebca6b)) >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) * (below / 2 ** 32));
  };
}

export function pick<T>(next: Random, from: readonly T[]): T {
  return from[next(from.length)]!;
}
