/**
 * Where the frames of a laced block end, as indices of `bytes`. A block from `at` on, behind its flags:
 *
 *     frame count - 1   1 byte
 *     Xiph   (flags 0x02)  of each frame but the last: bytes of 255, and one below it, that add up to its size
 *     fixed  (flags 0x04)  nothing: all have the same size
 *     EBML   (flags 0x06)  the size of the first as an integer of variable size; of the others but the last the difference to
 *                          the one before, as such an integer less 2^(7 n - 1) - 1, of n bytes
 *     frames
 *
 * @see RFC 9559 §10.3
 */
import { vintLength, vintValue } from './vint';

export const LACING_MASK = 0x06;
const XIPH = 0x02;
const FIXED = 0x04;

export interface Lacing {
  /** Where the first frame begins. */
  readonly start: number;
  readonly count: number;
  /** Undefined: all have the same size. (256 empty frames take 7 bytes of a file: they get no table.) */
  readonly ends?: Uint32Array;
}

/** @returns undefined if the sizes don't fit. */
export function readLacing(bytes: Uint8Array, at: number, end: number, lacing: number): Lacing | undefined {
  if (at >= end) return undefined;
  const count = bytes[at]! + 1;
  if (lacing === FIXED) return (end - at - 1) % count === 0 ? { start: at + 1, count } : undefined;
  const ends = new Uint32Array(count);
  return lacing === XIPH ? xiph(bytes, at + 1, end, ends) : ebml(bytes, at + 1, end, ends);
}

function xiph(bytes: Uint8Array, start: number, end: number, ends: Uint32Array): Lacing | undefined {
  let at = start;
  let sum = 0;
  for (let i = 0; i < ends.length - 1; i++) {
    let byte = 255;
    while (byte === 255) {
      if (at >= end) return undefined;
      byte = bytes[at++]!;
      sum += byte;
    }
    ends[i] = sum;
  }
  return placed(at, sum, end, ends);
}

function ebml(bytes: Uint8Array, start: number, end: number, ends: Uint32Array): Lacing | undefined {
  let at = start;
  let sum = 0;
  let size = 0;
  for (let i = 0; i < ends.length - 1; i++) {
    const length = at < end ? vintLength(bytes[at]!) : 9;
    if (length > 8 || at + length > end) return undefined;
    const value = vintValue(bytes, at, length);
    size = i === 0 ? value : size + value - (2 ** (7 * length - 1) - 1);
    sum += size;
    if (size < 0 || sum > end) return undefined;
    ends[i] = sum;
    at += length;
  }
  return placed(at, sum, end, ends);
}

/** Sizes that were added up from 0, for frames that begin at `start`; the last one goes on to the end. */
function placed(start: number, sum: number, end: number, ends: Uint32Array): Lacing | undefined {
  if (start + sum > end) return undefined;
  for (let i = 0; i < ends.length - 1; i++) ends[i] = ends[i]! + start;
  ends[ends.length - 1] = end;
  return { start, count: ends.length, ends };
}
