import { pick, type Random } from '../harness/random';
import { joined } from '../harness/smaller';

const BYTES = [0, 1, 2, 3, 4, 0x7f, 0x80, 0xfc, 0xfe, 0xff];
/** What lengths, counts and offsets are set to. */
export const NUMBERS = [
  0, 1, 2, 3, 7, 8, 15, 16, 255, 256, 1000, 4096, 0x7fff, 0x8000, 0xffff, 0x10000, 0xffffff, 0x7fffffff, 0x80000000,
  0xfffffff8, 0xfffffffe, 0xffffffff,
];

/** Changes bytes, whatever they mean: one to six times. */
export function mutateBytes(input: Uint8Array, next: Random, corpus: readonly Uint8Array[]): Uint8Array {
  let bytes: Uint8Array = input.slice();
  for (let k = next(6); k >= 0; k--) bytes = changed(bytes, next, corpus);
  return bytes;
}

function changed(bytes: Uint8Array, next: Random, corpus: readonly Uint8Array[]): Uint8Array {
  if (bytes.length === 0) return Uint8Array.from({ length: next(40) }, () => next(256));
  const at = next(bytes.length);
  const most = [4, 40, 400, 4000][next(4)]!;
  const end = Math.min(bytes.length, at + 1 + next(most));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (next(12)) {
    case 0:
      bytes[at]! ^= 1 << next(8);
      return bytes;
    case 1:
      bytes[at] = pick(next, BYTES);
      return bytes;
    case 2:
      for (let i = at; i < end; i++) bytes[i] = next(256);
      return bytes;
    case 3:
      return bytes.fill(pick(next, BYTES), at, end);
    case 4:
      return joined([bytes.subarray(0, at), bytes.subarray(end)]);
    case 5:
      return joined([bytes.subarray(0, end), bytes.subarray(at)]);
    case 6: {
      const other = pick(next, corpus);
      const from = next(other.length + 1);
      return joined([bytes.subarray(0, at), other.subarray(from, from + next(most)), bytes.subarray(end)]);
    }
    case 7:
      return joined([
        bytes.subarray(0, at),
        Uint8Array.from({ length: next(40) }, () => next(256)),
        bytes.subarray(at),
      ]);
    case 8:
      if (at + 4 <= bytes.length) view.setUint32(at, pick(next, NUMBERS), next(2) === 0);
      return bytes;
    case 9:
      if (at + 2 <= bytes.length) view.setUint16(at, pick(next, NUMBERS) & 0xffff, next(2) === 0);
      return bytes;
    case 10:
      bytes[at] = (bytes[at]! + next(9) - 4) & 255;
      return bytes;
    default:
      return next(3) === 0 ? bytes.slice(0, at) : bytes;
  }
}

/** Drops, doubles, swaps, moves elements of a list, or takes one of another. */
export function mutateOrder<T>(list: T[], next: Random, other: readonly T[] = list): void {
  if (list.length === 0) return;
  const at = next(list.length);
  const count = 1 + next(next(4) === 0 ? list.length : 2);
  const to = next(list.length + 1);
  switch (next(5)) {
    case 0:
      list.splice(at, count);
      return;
    case 1:
      list.splice(to, 0, ...list.slice(at, at + count));
      return;
    case 2:
      [list[at], list[to % list.length]] = [list[to % list.length]!, list[at]!];
      return;
    case 3:
      list.splice(to, 0, ...list.splice(at, count));
      return;
    default: {
      const from = next(other.length + 1);
      list.splice(to, next(2), ...other.slice(from, from + 1 + next(8)));
    }
  }
}
