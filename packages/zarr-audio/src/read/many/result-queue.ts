import type { PendingRange } from './pending-range';
import type { SampleRange } from './sample-range';

/** A range as it was asked for, what becomes of it, and the bytes that will take. */
export interface QueuedResult<R extends SampleRange> {
  readonly range: R;
  readonly pending: PendingRange;
  readonly bytes: number;
}

/** Results that are there or will be, in the order asked for. Until they are taken they count against a bound. */
export class ResultQueue<R extends SampleRange> {
  readonly #maxBytes: number;
  readonly #results: QueuedResult<R>[] = [];
  #bytes = 0;
  #isEnded = false;
  #failure: { readonly error: unknown } | undefined;
  #wake = () => {};
  #change = new Promise<void>((resolve) => {
    this.#wake = resolve;
  });

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Waits until half of the bytes are free: ranges are read in groups, for alone they share nothing.
   *
   * @returns false if nothing is wanted any more.
   */
  async room(): Promise<boolean> {
    while (this.#bytes > this.#maxBytes / 2 && !this.#isEnded) await this.#change;
    return !this.#isEnded;
  }

  /** Whether a group of `groupBytes` may grow by so many. */
  fits(groupBytes: number, bytes: number): boolean {
    return groupBytes === 0 || groupBytes + bytes <= this.#maxBytes / 2;
  }

  add(result: QueuedResult<R>): void {
    this.#results.push(result);
    this.#bytes += result.bytes;
    this.#changed();
  }

  /** No more will come; after the last one comes the failure, if there is one. */
  end(failure?: { readonly error: unknown }): void {
    this.#isEnded = true;
    this.#failure ??= failure;
    this.#changed();
  }

  /** Nothing comes any more: what is waited for fails. */
  abort(reason: unknown): void {
    for (const { pending } of this.#results) pending.fail(reason);
    this.end({ error: reason });
  }

  /**
   * The next result, settled; undefined after the last. It does not count any more.
   *
   * @throws the failure
   */
  async take(): Promise<QueuedResult<R> | undefined> {
    while (this.#results.length === 0 && !this.#isEnded) await this.#change;
    const next = this.#results[0];
    if (next) {
      await next.pending.block.catch(() => undefined);
      this.#results.shift();
      this.#bytes -= next.bytes;
      this.#changed();
    } else if (this.#failure) {
      throw this.#failure.error;
    }
    return next;
  }

  #changed(): void {
    this.#wake();
    this.#change = new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
