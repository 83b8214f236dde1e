import type { SampleRange, SampleRanges } from './sample-range';

/** Ranges, one after the other, from whatever gives them. */
export class RangeFeed<R extends SampleRange> {
  readonly #iterator: Iterator<R> | AsyncIterator<R>;
  readonly #isAsync: boolean;
  #step: Promise<{ readonly range: R } | undefined> | undefined;
  #isDone = false;

  constructor(ranges: SampleRanges<R>) {
    this.#isAsync = Symbol.asyncIterator in ranges;
    this.#iterator = Symbol.asyncIterator in ranges ? ranges[Symbol.asyncIterator]() : ranges[Symbol.iterator]();
  }

  /** The next range, which stays the next one until it is taken; undefined after the last. Throws what the iterator throws. */
  peek(): Promise<{ readonly range: R } | undefined> {
    this.#step ??= this.#next();
    return this.#step;
  }

  take(): void {
    this.#step = undefined;
  }

  /** Whether the next one is there without waiting: it may only come when results of those before were taken. */
  isReady(): Promise<boolean> {
    if (!this.#isAsync) return Promise.resolve(true);
    const step = this.peek().then(
      () => true,
      () => true,
    );
    const turn = new Promise<boolean>((resolve) => setTimeout(resolve, 0, false));
    return Promise.race([step, turn]);
  }

  /** Lets the iterator clean up, if it was not at its end. Does not wait for it. */
  close(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    const closed = async () => this.#iterator.return?.();
    closed().catch(() => undefined);
  }

  async #next(): Promise<{ readonly range: R } | undefined> {
    if (this.#isDone) return undefined;
    try {
      const { done, value } = await this.#iterator.next();
      if (!done) return { range: value };
      this.#isDone = true;
      return undefined;
    } catch (error) {
      this.#isDone = true;
      throw error;
    }
  }
}
