import { Carry } from './carry';
import { pageCrc } from './crc';
import type { OggDamageCode } from './events';
import { findCapture, type OggPage, PAGE_HEADER_BYTES, readPage, readUint32 } from './page';
import { RangeCrc } from './range-crc';

/** Bytes that are no sound page, as the scanner finds them. */
export interface BadBytes {
  readonly code: OggDamageCode;
  readonly byteOffset: number;
  readonly byteLength: number;
  /** As the damaged header says, unverified. */
  readonly serial?: number;
  readonly expected?: number;
  readonly actual?: number;
}

export interface PageSink {
  /** A page with a right checksum. Its views stay valid: they lie in what was pushed, or in a copy. */
  page(page: OggPage): void;
  bad(bytes: BadBytes): void;
  /** Is there an open stream of that serial? */
  knows(serial: number): boolean;
}

/** A page that is damaged; reported once it is known how far it reaches before the next sound page. */
interface Suspect {
  readonly code: 'OGG_CRC_MISMATCH' | 'OGG_TRUNCATED_PAGE';
  readonly start: number;
  /** Where it claims to end; Infinity: behind the end of the input. */
  readonly end: number;
  readonly serial?: number;
  readonly expected?: number;
  readonly actual?: number;
}

/**
 * Finds pages in bytes and checks them. After damage the search goes on one byte behind the failed `OggS`, also within
 * what that page claimed.
 *
 * Whatever the pieces are that bytes come in, the same pages and damages come out. Each byte is copied at most twice and
 * summed up at most twice (see RangeCrc); at most one page (65,307 bytes) is waited for.
 */
export class PageScanner {
  readonly #sink: PageSink;
  readonly #carry = new Carry();
  #range: RangeCrc | undefined;
  /** Offsets in the input: the first byte that is not decided, */
  #position = 0;
  /** what must be there before it can be, */
  #needed = 0;
  /** the end of what was pushed, */
  #end = 0;
  /** the first bad byte not yet reported, or -1. */
  #badStart = -1;
  #suspect: Suspect | undefined;

  constructor(sink: PageSink) {
    this.#sink = sink;
  }

  push(bytes: Uint8Array): void {
    const start = this.#end;
    const carry = this.#carry;
    this.#end += bytes.length;
    while (!carry.empty && this.#position < start) {
      const from = carry.end - start;
      const to = Math.min(this.#needed, this.#end) - start;
      if (to > from) carry.append(bytes, from, to);
      if (this.#needed > this.#end) return;
      this.#scan(carry.bytes, carry.origin, carry.end, false);
      carry.release(Math.min(this.#position, carry.end));
    }
    if (this.#needed <= this.#end) this.#scan(plainView(bytes), start, this.#end, false);
    carry.reset(this.#position, bytes, this.#position - start);
  }

  finish(): void {
    const { bytes, origin, end } = this.#carry;
    this.#scan(bytes, origin, end, true);
    this.#reportBad(this.#end, true);
  }

  /**
   * Takes what can be decided of `bytes`, of which the first has the offset `start` in the input; `end` is the offset behind
   * the last. `last`: nothing will follow.
   */
  #scan(bytes: Uint8Array, start: number, end: number, last: boolean): void {
    const length = end - start;
    let at = this.#position - start;
    for (;;) {
      const found = findCapture(bytes, at, length);
      if (found < 0) break;
      if (found > at) this.#markBad(start + at);
      at = found;
      const needed = pageBytesNeeded(bytes, at, length);
      if (at + needed > length) {
        this.#position = start + at;
        this.#needed = start + at + needed;
        if (!last) return;
        this.#suspectTruncated(bytes, at, start, length);
        at += 4;
      } else if (this.#check(bytes, at, start, needed)) {
        this.#take(bytes, at, start + at, needed);
        at += needed;
      } else {
        at += 4;
      }
    }
    this.#endScan(bytes, at, start, length, last);
  }

  /** No `OggS` any more: all is bad but what may be the beginning of one. */
  #endScan(bytes: Uint8Array, at: number, start: number, length: number, last: boolean): void {
    let tail = Math.max(at, length - 3);
    while (tail < length && !beginsCapture(bytes, tail, length)) tail++;
    if (tail > at) this.#markBad(start + at);
    if (last && tail < length) {
      this.#suspectTruncated(bytes, tail, start, length);
      tail = length;
    }
    this.#position = start + tail;
    this.#needed = this.#position + 4;
  }

  #take(bytes: Uint8Array, at: number, byteOffset: number, byteLength: number): void {
    if (this.#badStart >= 0) this.#reportBad(byteOffset, false);
    const version = bytes[at + 4]!;
    if (version !== 0) {
      const serial = readUint32(bytes, at + 14);
      this.#sink.bad({ code: 'OGG_BAD_VERSION', byteOffset, byteLength, serial, expected: 0, actual: version });
      return;
    }
    this.#sink.page(readPage(bytes, at, byteLength, byteOffset));
  }

  #check(bytes: Uint8Array, at: number, start: number, byteLength: number): boolean {
    const actual = readUint32(bytes, at + 22);
    const position = start + at;
    let expected: number;
    if (this.#range?.covers(position)) {
      this.#range.extend(bytes, start, position + byteLength);
      expected = this.#range.pageCrc(bytes, at, position, byteLength);
    } else {
      expected = pageCrc(bytes, at, at + byteLength);
      if (expected !== actual) {
        this.#range ??= new RangeCrc();
        this.#range.restart(position);
        this.#range.extend(bytes, start, position + byteLength);
      }
    }
    if (expected === actual) return true;
    const serial = readUint32(bytes, at + 14);
    if (this.#isPlausible(bytes, at, position, at + byteLength)) {
      this.#reportBad(position, false);
      this.#suspect = {
        code: 'OGG_CRC_MISMATCH',
        start: position,
        end: position + byteLength,
        serial,
        expected,
        actual,
      };
    }
    this.#markBad(position);
    return false;
  }

  #suspectTruncated(bytes: Uint8Array, at: number, start: number, length: number): void {
    const position = start + at;
    if (this.#isPlausible(bytes, at, position, length)) {
      this.#reportBad(position, false);
      const serial = length - at >= 18 ? { serial: readUint32(bytes, at + 14) } : {};
      this.#suspect = { code: 'OGG_TRUNCATED_PAGE', start: position, end: Number.POSITIVE_INFINITY, ...serial };
    }
    this.#markBad(position);
  }

  /**
   * A damaged page, rather than `OggS` by chance in garbage: it stands where a page must (behind a page, sound or
   * damaged), or bears the serial of an open stream. And it is not within what a damaged page claims.
   */
  #isPlausible(bytes: Uint8Array, at: number, position: number, length: number): boolean {
    if (this.#suspect && position < this.#suspect.end) return false;
    if (at + 6 <= length && (bytes[at + 4] !== 0 || bytes[at + 5]! > 7)) return false;
    if (this.#suspect ? position === this.#suspect.end : this.#badStart < 0) return true;
    return at + 18 <= length && this.#sink.knows(readUint32(bytes, at + 14));
  }

  #markBad(byteOffset: number): void {
    if (this.#badStart < 0) this.#badStart = byteOffset;
  }

  /** Reports the bad bytes before `end`, where a page stands that is to be told apart, or nothing any more. */
  #reportBad(end: number, atEndOfInput: boolean): void {
    let start = this.#badStart;
    if (start < 0) return;
    const suspect = this.#suspect;
    this.#badStart = -1;
    this.#suspect = undefined;
    if (suspect && (suspect.code === 'OGG_CRC_MISMATCH' || atEndOfInput)) {
      const { code, start: byteOffset, end: claimed, ...said } = suspect;
      start = Math.min(claimed, end);
      this.#sink.bad({ code, byteOffset, byteLength: start - byteOffset, ...said });
    }
    if (end > start) this.#sink.bad({ code: 'OGG_GARBAGE', byteOffset: start, byteLength: end - start });
  }
}

/** A subclass (Buffer) would make views of its own kind, whose `slice` may not copy. */
function plainView(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Bytes from `at` on that it takes to know more: of the header, of the lacing, or the whole page. */
function pageBytesNeeded(bytes: Uint8Array, at: number, length: number): number {
  if (at + PAGE_HEADER_BYTES > length) return PAGE_HEADER_BYTES;
  const headerLength = PAGE_HEADER_BYTES + bytes[at + 26]!;
  if (at + headerLength > length) return headerLength;
  let byteLength = headerLength;
  for (let i = at + PAGE_HEADER_BYTES; i < at + headerLength; i++) byteLength += bytes[i]!;
  return byteLength;
}

function beginsCapture(bytes: Uint8Array, at: number, length: number): boolean {
  if (bytes[at] !== 0x4f) return false;
  for (let i = at + 1; i < length; i++) if (bytes[i] !== 0x67) return false;
  return true;
}
