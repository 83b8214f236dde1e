/** A payload that comes in several pushes. It takes at most twice what came of it, however long it claims to be. */
export class PayloadCollector {
  #bytes = new Uint8Array(0);
  #length = 0;
  #size = 0;

  /** Begins a payload of `size` bytes. */
  begin(size: number): void {
    this.#size = size;
    this.#length = 0;
    this.#bytes = new Uint8Array(0);
  }

  get length(): number {
    return this.#length;
  }

  get missing(): number {
    return this.#size - this.#length;
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#length + end - start;
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.min(this.#size, Math.max(length, 2 * this.#bytes.length, 4096)));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), this.#length);
    this.#length = length;
  }

  /** The payload, once nothing is missing. It is not kept. */
  take(): Uint8Array {
    const bytes = this.#bytes.subarray(0, this.#length);
    this.begin(0);
    return bytes;
  }
}
