import { MAX_PAGE_BYTES } from './page';

/** Room for a page and what is read beyond it. */
const MAX_BLOCK_BYTES = 2 * MAX_PAGE_BYTES;

/** The least that the first block takes, and what later ones take if pages are small. */
const FIRST_BLOCK_BYTES = 1024;
const BLOCK_BYTES = 65_536;

/**
 * Bytes that wait for the rest of their page, over pushes: at most one page and what is read beyond it.
 *
 * They lie in blocks of up to 130,614 bytes. What is done with (`release`) is never written over, so that pages may be
 * handed out where they lie: a block takes some pages, one after the other, and then the next one is begun. Appending costs
 * amortized linear time, whatever the pieces.
 */
export class Carry {
  bytes: Uint8Array = new Uint8Array(0);
  /** Offset in the input of `bytes[0]`, if the bytes held did begin there. */
  origin = 0;
  /** Offset in the input of the first byte held, */
  start = 0;
  /** and behind the last. */
  end = 0;

  get empty(): boolean {
    return this.end === this.start;
  }

  /** Holds nothing but `bytes[from..)`, of which the first has the offset `start` in the input. */
  reset(start: number, bytes: Uint8Array, from: number): void {
    // What lies in front of these bytes in the block may have been handed out.
    this.origin += start - this.end;
    this.start = start;
    this.end = start;
    if (from < bytes.length) this.append(bytes, from, bytes.length);
  }

  /** Bytes before that offset are done with: they stay where they are, and go with their block. */
  release(start: number): void {
    this.start = start;
  }

  append(bytes: Uint8Array, from: number, to: number): void {
    const byteLength = to - from;
    if (this.end - this.origin + byteLength > this.bytes.length) this.#beginBlock(byteLength);
    // A view costs more than copying most pieces does; and not by `subarray`, which a Buffer has its own way of.
    const part =
      byteLength === bytes.length ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset + from, byteLength);
    this.bytes.set(part, this.end - this.origin);
    this.end += byteLength;
  }

  /** A new block: for what is held, as much again, and these many bytes. */
  #beginBlock(byteLength: number): void {
    const held = this.bytes.subarray(this.start - this.origin, this.end - this.origin);
    const needed = held.length + byteLength;
    const usual = Math.min(BLOCK_BYTES, Math.max(FIRST_BLOCK_BYTES, 2 * this.bytes.length));
    const block = new Uint8Array(Math.max(needed, Math.min(MAX_BLOCK_BYTES, Math.max(usual, 2 * needed))));
    block.set(held);
    this.bytes = block;
    this.origin = this.start;
  }
}
