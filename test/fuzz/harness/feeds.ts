import type { Random } from './random';
import type { Feed } from './target';

/** All at once. */
export const whole = (input: Uint8Array): Feed => cutBy(input, () => input.length);

export const byteByByte = (input: Uint8Array): Feed => cutBy(input, () => 1);

/** Pieces of any length: one time short ones, another time long ones, some of them empty. */
export function inPieces(input: Uint8Array, next: Random): Feed {
  const most = [3, 40, 300, 3000, 20_000][next(5)]!;
  const lengths: number[] = [];
  for (let at = 0; at < input.length; at += lengths.at(-1)!) lengths.push(next(most + 1));
  return cutBy(input, (i) => lengths[i]!);
}

/** Each piece has memory of its own: nothing may be read beside it. */
export function cutBy(input: Uint8Array, lengthOf: (piece: number) => number): Feed {
  return {
    input,
    *pieces() {
      let at = 0;
      for (let i = 0; at < input.length; i++) {
        const end = Math.min(input.length, at + lengthOf(i));
        yield input.slice(at, end);
        at = end;
      }
    },
  };
}
