/** xorshift32: the same run every time, from a seed that a failure names. */
export type Random = (below: number) => number;

export function random(seed: number): Random {
  let state = Math.imul(seed, 2_654_435_761) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

export const pick = <T>(next: Random, from: readonly T[]): T => from[next(from.length)]!;
