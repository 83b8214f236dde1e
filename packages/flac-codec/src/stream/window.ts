const FIRST_BYTES = 4096;

/**
 * The bytes of an input that are still looked at, over pushes. Offsets are those of the input. Appending costs amortized linear
 * time, whatever the pieces; what is released is written over.
 */
export class ByteWindow {
  #buffer = new Uint8Array(FIRST_BYTES);
  /** What is held: `bytes[0]` has the offset `start` in the input. */
  bytes = this.#buffer.subarray(0, 0);
  start: number;

  constructor(start: number) {
    this.start = start;
  }

  /** Offset in the input behind the last byte held. */
  get end(): number {
    return this.start + this.bytes.length;
  }

  append(bytes: Uint8Array): void {
    const held = this.bytes.length;
    const from = this.bytes.byteOffset;
    const needed = held + bytes.length;
    let at = from;
    if (from + needed > this.#buffer.length) {
      at = 0;
      // At least half of the buffer is free after either: the next move is that far away.
      if (2 * needed > this.#buffer.length) {
        const grown = new Uint8Array(2 * needed);
        grown.set(this.bytes);
        this.#buffer = grown;
      } else {
        this.#buffer.copyWithin(0, from, from + held);
      }
    }
    this.#buffer.set(bytes, at + held);
    this.bytes = this.#buffer.subarray(at, at + needed);
  }

  /** Bytes before that offset are done with. */
  release(start: number): void {
    if (start <= this.start) return;
    this.bytes = this.bytes.subarray(start - this.start);
    this.start = start;
  }
}
