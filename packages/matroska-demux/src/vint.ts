/**
 * Variable-size integers and element headers (RFC 8794 §4-6).
 *
 *     1xxx xxxx                                  7 bits
 *     01xx xxxx  xxxx xxxx                       14 bits
 *     ...
 *     0000 0001  xxxx xxxx  (7 bytes in all)     56 bits
 *
 *     element  =  ID (1 to 4 bytes, marker kept)  size (1 to 8 bytes, all ones: unknown)  payload
 */

/** Of an element whose end is known by what follows alone (RFC 8794 §6.2). */
export const UNKNOWN_SIZE = -1;

export const MAX_HEADER_BYTES = 12;

/** Bytes of the integer that begins with this byte: 1 to 8, or 9 if it can't begin one. */
export function vintLength(first: number): number {
  return Math.clz32(first) - 23;
}

/** The value at `at`, which lies whole within `bytes`; over 2^53 - 1 it is rounded. */
export function vintValue(bytes: Uint8Array, at: number, length: number): number {
  let value = bytes[at]! & (0xff >> length);
  for (let i = 1; i < length; i++) value = value * 256 + bytes[at + i]!;
  return value;
}

/** All bits of its value are ones. */
function isAllOnes(bytes: Uint8Array, at: number, length: number): boolean {
  if ((bytes[at]! | (0x100 >> length)) !== 0xff >> (length - 1)) return false;
  for (let i = 1; i < length; i++) if (bytes[at + i] !== 0xff) return false;
  return true;
}

/** What an element header says; one object is filled over and over. */
export interface ElementHeader {
  id: number;
  /** Of the payload, or `UNKNOWN_SIZE`. Over 2^53 - 1 it is rounded. */
  size: number;
  /** Of the header itself, in bytes. */
  length: number;
}

export type HeaderState = 'whole' | 'cut' | 'malformed';

/** Reads the header at `at` into `header`: `cut` if it needs bytes from `end` on. */
export function readHeader(bytes: Uint8Array, at: number, end: number, header: ElementHeader): HeaderState {
  if (at >= end) return 'cut';
  const first = bytes[at]!;
  const idLength = vintLength(first);
  if (idLength > 4) return 'malformed';
  const sizeAt = at + idLength;
  if (sizeAt >= end) return 'cut';
  const sizeFirst = bytes[sizeAt]!;
  const sizeLength = vintLength(sizeFirst);
  if (sizeLength > 8) return 'malformed';
  if (sizeAt + sizeLength > end) return 'cut';
  let id = first;
  for (let i = 1; i < idLength; i++) id = (id << 8) | bytes[at + i]!;
  header.id = id;
  header.length = idLength + sizeLength;
  if (sizeLength === 1) header.size = sizeFirst === 0xff ? UNKNOWN_SIZE : sizeFirst & 0x7f;
  else if (isAllOnes(bytes, sizeAt, sizeLength)) header.size = UNKNOWN_SIZE;
  else header.size = vintValue(bytes, sizeAt, sizeLength);
  return 'whole';
}
