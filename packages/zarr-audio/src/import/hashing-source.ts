import type { ByteSource } from '@zarr-audio/codec';
import { StoreError } from '../errors';
import { createSha256, type Sha256 } from '../sha256';

/**
 * A source whose bytes are hashed and counted as they are read. Each `open` begins anew.
 *
 * @throws {StoreError} `SOURCE_CHANGED` at the end of a pass that gave another number of bytes than the source has, or other bytes than
 *   one before.
 */
export class HashingSource implements ByteSource {
  readonly name: string;
  readonly byteLength?: number;
  readonly path?: string;
  /** Hash every pass to the end of the source, also one whose reader stops before. */
  readsToEnd = false;
  readonly #source: ByteSource;
  readonly #onRead: ((bytes: number) => void) | undefined;
  #hash: Sha256 = createSha256();
  #bytes = 0;
  /** It is read for the hash alone. */
  #isDigesting = false;
  /** Of the first pass that went to the end. */
  #known: { readonly sha256: string; readonly bytes: number } | undefined;

  /** @param onRead  Told how many more bytes were read, but for those that are read for the hash alone. */
  constructor(source: ByteSource, onRead?: (bytes: number) => void) {
    this.#source = source;
    this.#onRead = onRead;
    this.name = source.name;
    if (source.byteLength !== undefined) this.byteLength = source.byteLength;
    if (source.path !== undefined) this.path = source.path;
  }

  async *open(options: { signal?: AbortSignal | undefined } = {}): AsyncGenerator<Uint8Array> {
    this.#hash = createSha256();
    this.#bytes = 0;
    const pass = this.#source.open(options)[Symbol.asyncIterator]();
    let isEnded = false;
    let isOpen = true;
    const next = async () => {
      isOpen = false; // Unless the read succeeds: a source that failed is not read on.
      const { done, value } = await pass.next();
      isEnded = done === true;
      isOpen = !isEnded;
      if (isEnded) return undefined;
      this.#hash.update(value);
      this.#bytes += value.byteLength;
      if (!this.#isDigesting) this.#onRead?.(value.byteLength);
      return value as Uint8Array;
    };
    try {
      for (let bytes = await next(); bytes; bytes = await next()) yield bytes;
    } finally {
      // A reader that has its samples stops before the end: what is left is hashed all the same, where that is wanted.
      while (this.readsToEnd && isOpen && !options.signal?.aborted) await next();
      if (isEnded) this.#finishPass();
      else await pass.return?.();
    }
  }

  #finishPass(): void {
    if (this.byteLength !== undefined && this.#bytes !== this.byteLength) {
      throw new StoreError(
        'SOURCE_CHANGED',
        `${this.name} had ${this.byteLength} bytes when the import began and gave ${this.#bytes}: it changed while it ` +
          'was read. Import it again when nobody writes to it',
        { file: this.name, expected: this.byteLength, actual: this.#bytes },
      );
    }
    const sha256 = this.#hash.hex();
    if (this.#known !== undefined && this.#known.sha256 !== sha256) {
      const message = `${this.name} changed while it was imported. Import it again when nobody writes to it`;
      throw new StoreError('SOURCE_CHANGED', message, { file: this.name });
    }
    this.#known = { sha256, bytes: this.#bytes };
  }

  /** Hash and length of the whole source; reads it where no pass has come to the end. */
  async digest(signal?: AbortSignal): Promise<{ readonly sha256: string; readonly bytes: number }> {
    if (!this.#known) {
      this.#isDigesting = true;
      try {
        for await (const _ of this.open({ signal })) {
        }
      } finally {
        this.#isDigesting = false;
      }
    }
    return this.#known!;
  }
}
