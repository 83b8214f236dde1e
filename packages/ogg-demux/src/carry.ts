import { MAX_PAGE_BYTES } from './page';

/** Room for a page and what is read beyond it. */
const MAX_CAPACITY = 2 * MAX_PAGE_BYTES;

/**
 * Bytes that wait for the rest of their page, over pushes. Never over 130,614 bytes; appending costs amortized linear
 * time, whatever the pieces.
 */
export class Carry {
  bytes: Uint8Array = new Uint8Array(0);
  /** Offset in the input of `bytes[0]`. */
  start = 0;
  /** Offset in the input behind the last byte held. */
  end = 0;

  get empty(): boolean {
    return this.end === this.start;
  }

  clear(): void {
    this.start = this.end;
  }

  /** Holds nothing but these bytes, of which the first has the offset `start`. */
  reset(start: number, piece: Uint8Array): void {
    this.start = start;
    this.end = start;
    this.append(piece, start);
  }

  /** Bytes before the offset `keep` may be dropped. What is kept must be within one page. */
  append(piece: Uint8Array, keep: number): void {
    if (this.end - this.start + piece.length > this.bytes.length) this.#makeRoom(piece.length, keep);
    this.bytes.set(piece, this.end - this.start);
    this.end += piece.length;
  }

  #makeRoom(byteLength: number, keep: number): void {
    const kept = this.bytes.subarray(keep - this.start, this.end - this.start);
    const needed = kept.length + byteLength;
    if (2 * needed > this.bytes.length && this.bytes.length < MAX_CAPACITY) {
      const grown = new Uint8Array(Math.max(needed, Math.min(MAX_CAPACITY, Math.max(1024, 2 * needed))));
      grown.set(kept);
      this.bytes = grown;
    } else {
      this.bytes.copyWithin(0, keep - this.start, this.end - this.start);
    }
    this.start = keep;
  }
}
