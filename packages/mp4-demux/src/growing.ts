/** An array of 64-bit floats that grows: at most twice what it holds, amortized linear time. */
export class GrowingFloats {
  #values = new Float64Array(16);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = new Float64Array(2 * this.length);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length++] = value;
  }

  get(index: number): number {
    return this.#values[index]!;
  }

  take(): Float64Array {
    return this.#values.slice(0, this.length);
  }
}

/** The same of 32-bit words. */
export class GrowingWords {
  #values = new Uint32Array(16);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = new Uint32Array(2 * this.length);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length++] = value;
  }

  get(index: number): number {
    return this.#values[index]!;
  }

  take(): Uint32Array {
    return this.#values.slice(0, this.length);
  }
}
