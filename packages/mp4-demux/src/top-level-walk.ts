import { readBoxHeader } from './box';
import type { DamageLog } from './damage';

export interface TopLevelSink {
  /** A box begins: of its payload the offset in the input, and the length that it claims (Infinity: to the end). */
  box(type: string, byteOffset: number, payload: { byteOffset: number; byteLength: number }): void;
  /** The next bytes of its payload. */
  payload(bytes: Uint8Array): void;
  /** It ends, before its time if `truncated`. */
  end(truncated: boolean): void;
}

const MAX_HEADER_BYTES = 16;

/**
 * Walks the boxes of a file that are in no other box. Behind bytes that are no box it goes on at the next movie or
 * fragment box, which its first child tells from other bytes. Holds 16 bytes.
 */
export class TopLevelWalk {
  /** Offset in the input behind what was pushed. */
  byteOffset = 0;
  readonly #sink: TopLevelSink;
  readonly #log: DamageLog;
  readonly #header = new Uint8Array(MAX_HEADER_BYTES);
  #headerBytes = 0;
  /** Bytes of the payload that are to come; -1 between boxes. */
  #left = -1;
  /** Of the box that is open. */
  #boxOffset = 0;
  #boxType = '';
  #lost = false;
  /** The last 16 bytes, while lost. */
  #window = new Uint32Array(4);

  constructor(sink: TopLevelSink, log: DamageLog) {
    this.#sink = sink;
    this.#log = log;
  }

  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      const before = at;
      if (this.#lost) at = this.#search(bytes, at);
      else if (this.#left >= 0) at = this.#pass(bytes, at);
      else at = this.#readHeader(bytes, at);
      this.byteOffset += at - before;
      // Here, because the offset must have moved on by then.
      if (!this.#lost && this.#left < 0) this.#tryHeader();
    }
  }

  finish(): void {
    if (this.#left > 0) {
      const toEnd = this.#left === Number.POSITIVE_INFINITY;
      if (!toEnd) {
        const what = `the input ends ${this.#left} bytes before box '${this.#boxType}' does`;
        this.#log.add('MP4_TRUNCATED', this.#boxOffset, what);
      }
      this.#left = -1;
      this.#sink.end(!toEnd);
    } else if (!this.#lost && this.#headerBytes > 0) {
      const what = `${this.#headerBytes} bytes that are no box`;
      this.#log.add('MP4_TRUNCATED', this.byteOffset - this.#headerBytes, what);
    }
  }

  #pass(bytes: Uint8Array, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#sink.payload(bytes.subarray(at, end));
    this.#left -= end - at;
    if (this.#left === 0) this.#endBox();
    return end;
  }

  #endBox(): void {
    this.#left = -1;
    this.#sink.end(false);
  }

  #readHeader(bytes: Uint8Array, at: number): number {
    const wanted = this.#headerBytes < 8 ? 8 : MAX_HEADER_BYTES;
    const end = Math.min(bytes.length, at + wanted - this.#headerBytes);
    this.#header.set(bytes.subarray(at, end), this.#headerBytes);
    this.#headerBytes += end - at;
    return end;
  }

  /** Begins a box if its header is there. */
  #tryHeader(): void {
    const held = this.#header.subarray(0, this.#headerBytes);
    const header = readBoxHeader(held, 0);
    if (!header) return;
    const byteOffset = this.byteOffset - held.length;
    const { type, size, headerBytes } = header;
    if (!/^[\x20-\x7e©]{4}$/.test(type) || (size !== 0 && size < headerBytes)) {
      this.#log.add('MP4_GARBAGE', byteOffset, 'bytes that are no box');
      this.#headerBytes = 0;
      this.#lost = true;
      for (const byte of held) this.#shift(byte);
      return;
    }
    this.#headerBytes = 0;
    this.#begin(type, byteOffset, headerBytes, size === 0 ? Number.POSITIVE_INFINITY : size - headerBytes);
  }

  #begin(type: string, byteOffset: number, headerBytes: number, byteLength: number): void {
    this.#boxOffset = byteOffset;
    this.#boxType = type;
    this.#left = byteLength;
    this.#sink.box(type, byteOffset, { byteOffset: byteOffset + headerBytes, byteLength });
    if (byteLength === 0) this.#endBox();
  }

  /** Goes on to where a movie or fragment box begins: its size, its type, its first child's size and type. */
  #search(bytes: Uint8Array, from: number): number {
    const window = this.#window;
    for (let at = from; at < bytes.length; at++) {
      this.#shift(bytes[at]!);
      const isMovie = window[1] === MOOV && window[3] === MVHD;
      const isFragment = window[1] === MOOF && window[3] === MFHD;
      const size = window[0]!;
      if ((!isMovie && !isFragment) || (size !== 0 && size < 16)) continue;
      this.#lost = false;
      const byteOffset = this.byteOffset + at + 1 - from - 16;
      this.#begin(isMovie ? 'moov' : 'moof', byteOffset, 8, size === 0 ? Number.POSITIVE_INFINITY : size - 8);
      const child = new Uint8Array(8);
      const view = new DataView(child.buffer);
      view.setUint32(0, window[2]!);
      view.setUint32(4, window[3]!);
      this.#pass(child, 0);
      return at + 1;
    }
    return bytes.length;
  }

  #shift(byte: number): void {
    const window = this.#window;
    for (let i = 0; i < 3; i++) window[i] = (window[i]! << 8) | (window[i + 1]! >>> 24);
    window[3] = (window[3]! << 8) | byte;
  }
}

/** Four characters as a number. */
const MOOV = 0x6d6f6f76;
const MVHD = 0x6d766864;
const MOOF = 0x6d6f6f66;
const MFHD = 0x6d666864;
