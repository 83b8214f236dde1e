import type { ReadManyOptions, SampleRange } from './sample-range';

export interface WindowOptions extends Omit<ReadManyOptions, 'seek'> {
  /** Samples of a window, per channel. */
  readonly length: number;
  /** Samples from the start of a window to that of the next; `length` if left out. */
  readonly hop?: number;
  /** The same said the other way: samples that a window shares with the next; `length - hop`. */
  readonly overlap?: number;
  /** First sample of the first window; 0. */
  readonly start?: number;
  /** One past the last sample; `totalSamples`. */
  readonly end?: number;
  /**
   * The samples that are left at the end and fill no window: `pad` (the default) them with zeros, which stand in `gaps`; `keep` them as a
   * shorter window; or `drop` them.
   */
  readonly partial?: 'pad' | 'keep' | 'drop';
}

/** Windows of a range, by their numbers. */
export class WindowGrid {
  readonly count: number;
  readonly #length: number;
  readonly #hop: number;
  readonly #start: number;
  readonly #end: number;

  /**
   * @param range  That windows are laid over.
   * @throws {RangeError} if length, hop or overlap can't be.
   * @throws {TypeError} if both hop and overlap are given.
   */
  constructor({ start, end }: SampleRange, { length, hop, overlap, partial = 'pad' }: WindowOptions) {
    if (hop !== undefined && overlap !== undefined) throw new TypeError('windows have a hop or an overlap, not both');
    const step = hop ?? length - (overlap ?? 0);
    if (!isCount(length)) throw new RangeError(`length: ${length}`);
    if (!isCount(step)) throw new RangeError(hop === undefined ? `overlap: ${overlap}` : `hop: ${hop}`);
    this.#length = length;
    this.#hop = step;
    this.#start = start;
    this.#end = end;
    const full = end - start < length ? 0 : Math.floor((end - start - length) / step) + 1;
    // One more, if it has samples that no full one has.
    const fullEnd = full === 0 ? start : start + (full - 1) * step + length;
    const isPartial = Math.max(fullEnd, start + full * step) < end;
    this.count = full + (isPartial && partial !== 'drop' ? 1 : 0);
  }

  /** Samples of window `number`; those of a last one that is not full end where the range does. */
  window(number: number): SampleRange {
    const start = this.#start + number * this.#hop;
    return { start, end: Math.min(this.#end, start + this.#length) };
  }

  /** What lies in the same windows, in order: each sample that is in any of them is in one of these. */
  *pieces(): Generator<SampleRange> {
    if (this.count === 0) return;
    const { end } = this.window(this.count - 1);
    for (let at = this.#start, next = at; at < end; at = next) {
      next = Math.min(end, this.#nextEdge(at));
      if ((at - this.#start) % this.#hop < this.#length) yield { start: at, end: next };
    }
  }

  /** Where the first window begins or ends after a sample. */
  #nextEdge(sample: number): number {
    const after = (first: number) => first + Math.max(0, Math.floor((sample - first) / this.#hop) + 1) * this.#hop;
    return Math.min(after(this.#start), after(this.#start + this.#length));
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}
