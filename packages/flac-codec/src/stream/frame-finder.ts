import { createPcm } from '@zarr-audio/codec';
import { FrameDecoder } from '../decode/frame-decoder';
import { FlacError } from '../errors';
import { updateCrc16 } from '../frame/crc16';
import { type FrameHeader, parseFrameHeader } from '../frame/frame-header';
import { findSecondFile, SECOND_FILE_BYTES } from './markers';
import { ByteWindow } from './window';

/**
 * - `FLAC_FRAME_DAMAGED`: a frame whose header is right, and whose end or checksum is not.
 * - `FLAC_GARBAGE`: bytes that are no frame.
 * - `FLAC_TRUNCATED`: the input ends within a frame.
 * - `FLAC_SECOND_FILE`: another file begins behind the frames; it reaches to the end.
 */
export type FrameDamageCode = 'FLAC_FRAME_DAMAGED' | 'FLAC_GARBAGE' | 'FLAC_TRUNCATED' | 'FLAC_SECOND_FILE';

/** A frame whose checksums are right, where it lies in the input. */
export interface FoundFrame {
  readonly type: 'frame';
  readonly header: FrameHeader;
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** Bytes between frames that are lost. */
export interface FrameDamage {
  readonly type: 'damage';
  readonly code: FrameDamageCode;
  readonly byteOffset: number;
  readonly byteLength: number;
  /** Of the frame that begins there and is damaged, where the header itself is right. */
  readonly header?: FrameHeader;
}

/** Frames may be decoded to find their end: so many samples and bytes for each byte of input, and so many at once. */
const WORK_PER_BYTE = 16;
const WORK_AT_ONCE = 2 ** 23;

/**
 * Finds the frames in the bytes behind the metadata.
 *
 * A frame has no length in it. It ends where a sound header (sync code, no reserved value, CRC-8) follows that has the next number,
 * and the CRC-16 of all before is right: 2^-40 a byte that this is chance. Wherever the next sound header is not that one,
 * and at the end of the input, the frame is decoded, which tells where it ends. Behind damage a frame has to have a later
 * number than those before it; where another file's marker and STREAMINFO lie in it, nothing more is looked for.
 *
 * Memory: the longest frame that its header allows (`maxFrameBytes`) and the piece that was pushed, twice. Time: linear; an
 * input that is made to have very many frames decoded is believed by checksums alone from some place on.
 *
 * @see RFC 9639 §9, §9.1.8, §9.3
 */
export class FrameFinder {
  readonly #window: ByteWindow;
  readonly #begin: number;
  readonly #decoder = new FrameDecoder();
  #events: (FoundFrame | FrameDamage)[] = [];
  /** For headers that leave it to STREAMINFO. */
  readonly #bitsPerSample: number | undefined;
  /** The frame whose end is looked for, */
  #header: FrameHeader | undefined;
  /** and its offset; without one: where a header is looked for. */
  #at: number;
  /** Bytes before it hold no header that was not looked at. */
  #scanned: number;
  /** CRC-16 of the frame, up to `#crcEnd`. */
  #crc = 0;
  #crcEnd = 0;
  /** The end can only be found by decoding. */
  #doubted = false;
  /** The first byte that is lost, and why. */
  #lost: { byteOffset: number; code: FrameDamageCode; header?: FrameHeader } | undefined;
  /** No second file begins in lost bytes before it. */
  #searched = 0;
  #isOver = false;
  #last: FrameHeader | undefined;
  #work = 0;

  /**
   * @param byteOffset     Of the first byte that will be pushed.
   * @param bitsPerSample  Of STREAMINFO, where there is one.
   */
  constructor(byteOffset: number, bitsPerSample: number | undefined) {
    this.#window = new ByteWindow(byteOffset);
    this.#begin = byteOffset;
    this.#at = byteOffset;
    this.#scanned = byteOffset;
    this.#bitsPerSample = bitsPerSample;
  }

  push(bytes: Uint8Array): readonly (FoundFrame | FrameDamage)[] {
    this.#window.append(bytes);
    return this.#run(false);
  }

  finish(): readonly (FoundFrame | FrameDamage)[] {
    return this.#run(true);
  }

  #run(isFinal: boolean): readonly (FoundFrame | FrameDamage)[] {
    while (!this.#isOver && (this.#header ? this.#findEnd(isFinal) : this.#findStart(isFinal)))
      this.#window.release(this.#at);
    if (this.#isOver) this.#at = this.#window.end;
    this.#window.release(this.#at);
    if (isFinal && this.#lost) this.#tellLost(this.#window.end);
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Looks for a header from `#at` on. @returns Was one found? */
  #findStart(isFinal: boolean): boolean {
    if (this.#at >= this.#window.end) return false;
    for (;;) {
      const header = this.#nextHeader(isFinal);
      const isAdjacent = this.#scanned === this.#at && !this.#lost;
      if (!isAdjacent) this.#lost ??= { byteOffset: this.#at, code: 'FLAC_GARBAGE' };
      if (!isAdjacent && this.#findSecondFile()) return false;
      // What is held back may be the beginning of its marker.
      this.#at = header || isFinal ? this.#scanned : Math.max(this.#at, this.#scanned - SECOND_FILE_BYTES + 1);
      if (!header) return false;
      if (isAdjacent || this.#isLater(header)) {
        this.#beginFrame(header);
        return true;
      }
      this.#scanned++;
    }
  }

  /** In lost bytes, behind frames. @returns Is there one? */
  #findSecondFile(): boolean {
    if (!this.#last) return false;
    const { bytes, start } = this.#window;
    const from = Math.max(this.#searched, this.#at, this.#lost!.byteOffset);
    const found = findSecondFile(bytes, from - start, this.#scanned - start);
    this.#searched = Math.max(from, this.#scanned - SECOND_FILE_BYTES + 1);
    if (found < 0) return false;
    const byteOffset = start + found;
    if (byteOffset > this.#lost!.byteOffset) this.#tellLost(byteOffset);
    this.#lost = { byteOffset, code: 'FLAC_SECOND_FILE' };
    this.#isOver = true;
    return true;
  }

  #beginFrame(header: FrameHeader): void {
    this.#header = header;
    this.#crc = 0;
    this.#crcEnd = this.#at;
    this.#doubted = false;
    this.#scanned = this.#at + header.byteLength;
  }

  /** Looks for the end of the frame. @returns Is there something new to do? */
  #findEnd(isFinal: boolean): boolean {
    const header = this.#header!;
    const limit = this.#at + maxFrameBytes(header, this.#bitsPerSample);
    if (!this.#doubted) {
      const next = this.#nextHeader(isFinal);
      if (next && this.#scanned <= limit) {
        const isEnd = this.#crcTo(this.#scanned) === 0;
        const goesOn = next.variable === header.variable && next.number === numberAfter(header);
        if (isEnd && (goesOn || !this.#mayDecode())) {
          this.#accept(this.#scanned);
          this.#beginFrame(next);
          return true;
        }
        this.#doubted = true;
      } else if (this.#window.end < limit && !isFinal) {
        return false;
      }
      this.#doubted = true;
    }
    if (this.#window.end < limit && !isFinal) return false;
    const end = this.#isRest(isFinal) ? this.#window.end : this.#decodedEnd(header, Math.min(limit, this.#window.end));
    if (typeof end === 'number') {
      this.#accept(end);
      return true;
    }
    const isCut = isFinal && end === 'truncated' && this.#window.end < limit;
    this.#lost ??= { byteOffset: this.#at, code: isCut ? 'FLAC_TRUNCATED' : 'FLAC_FRAME_DAMAGED', header };
    this.#header = undefined;
    this.#scanned = this.#at + 1;
    return true;
  }

  /** The frame ends at `end`: behind it comes a header, or something is wrong. */
  #accept(end: number): void {
    const header = this.#header!;
    if (this.#lost) this.#tellLost(this.#at);
    this.#events.push({ type: 'frame', header, byteOffset: this.#at, byteLength: end - this.#at });
    this.#last = header;
    this.#header = undefined;
    this.#at = end;
    this.#scanned = end;
  }

  #tellLost(end: number): void {
    const lost = this.#lost!;
    this.#lost = undefined;
    this.#events.push({ type: 'damage', ...lost, byteLength: end - lost.byteOffset });
  }

  /** The first sound header at `#scanned` or behind it; `#scanned` is left there, or where more bytes have to tell. */
  #nextHeader(isFinal: boolean): FrameHeader | undefined {
    const { bytes, start } = this.#window;
    let i = this.#scanned - start;
    for (;;) {
      if (bytes[i] !== 0xff) i = bytes.indexOf(0xff, i);
      if (i < 0 || i >= bytes.length) {
        this.#scanned = this.#window.end;
        return undefined;
      }
      const header = parseFrameHeader(bytes, i, bytes.length);
      if (header || (header === undefined && !isFinal)) {
        this.#scanned = start + i;
        return header;
      }
      i++;
    }
  }

  #crcTo(end: number): number {
    const { bytes, start } = this.#window;
    this.#crc = updateCrc16(this.#crc, bytes, this.#crcEnd - start, end - start);
    this.#crcEnd = end;
    return this.#crc;
  }

  #isLater({ variable, number }: FrameHeader): boolean {
    return !this.#last || (variable === this.#last.variable && number >= numberAfter(this.#last));
  }

  #mayDecode(): boolean {
    return this.#work <= this.#allowedWork();
  }

  #allowedWork(): number {
    return WORK_AT_ONCE + WORK_PER_BYTE * (this.#window.end - this.#begin);
  }

  /** Is all that is left the frame, by its checksum? Asked where nothing may be decoded any more, and that not without end either. */
  #isRest(isFinal: boolean): boolean {
    if (!isFinal || this.#mayDecode() || this.#work > 2 * this.#allowedWork()) return false;
    this.#work += this.#window.end - this.#at;
    return this.#crcTo(this.#window.end) === 0;
  }

  /** Where the frame ends by its own account, if its checksum is right; else what is wrong with it. */
  #decodedEnd(header: FrameHeader, end: number): number | string {
    const bitsPerSample = header.bitsPerSample || this.#bitsPerSample;
    if (bitsPerSample === undefined || !this.#mayDecode()) return 'unknown';
    const { channels, blockSize } = header;
    this.#work += channels * blockSize;
    const output = createPcm(bitsPerSample > 16 ? 'int32' : 'int16', channels * blockSize) as Int16Array | Int32Array;
    const { bytes, start } = this.#window;
    try {
      this.#decoder.decode(bytes, this.#at - start, end - start, { channels, bitsPerSample }, output, 0);
      this.#work += this.#decoder.byteLength;
      return this.#at + this.#decoder.byteLength;
    } catch (error) {
      this.#work += end - this.#at;
      if (error instanceof FlacError) return String(error.details.reason);
      throw error;
    }
  }
}

/** The number of the frame after one. */
export function numberAfter({ variable, number, blockSize }: FrameHeader): number {
  return number + (variable ? blockSize : 1);
}

/**
 * The most bytes that a frame is thought to take: twice as many as all its samples, each in a partition of its own with an escape
 * code, need. What is longer is no frame.
 */
function maxFrameBytes(header: FrameHeader, bitsPerSample = 32): number {
  const bits = header.bitsPerSample || bitsPerSample;
  return 1024 + Math.ceil((header.channels * header.blockSize * (bits + 12)) / 4);
}
