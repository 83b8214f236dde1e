/**
 * Rows of numbers that grow, handed on in batches: `width` numbers a row, row after row, in one Float64Array.
 *
 * Float64 holds every integer up to 2^53 - 1, which is all that an index may contain.
 */
export class RowBuilder {
  readonly width: number;
  #rows: Float64Array;
  #length = 0;

  constructor(width: number, initialRows = 256) {
    this.width = width;
    this.#rows = new Float64Array(width * initialRows);
  }

  /** Rows that were pushed and not yet taken. */
  get count(): number {
    return this.#length / this.width;
  }

  /** Room for one more row; the caller fills `width` numbers from the returned position of `buffer` on. */
  reserve(): number {
    const at = this.#length;
    if (at + this.width > this.#rows.length) {
      const grown = new Float64Array(this.#rows.length * 2);
      grown.set(this.#rows);
      this.#rows = grown;
    }
    this.#length += this.width;
    return at;
  }

  /** The array that `reserve` points into; taken anew after each `reserve`, which may replace it. */
  get buffer(): Float64Array {
    return this.#rows;
  }

  /** All rows since the last call, as a copy of their own. */
  take(): Float64Array {
    const rows = this.#rows.slice(0, this.#length);
    this.#length = 0;
    return rows;
  }
}
