import type { ByteSource } from '@zarr-audio/codec';
import { StoreError } from '../errors';
import { createSha256, type Sha256 } from '../sha256';

/**
 * A source whose bytes are hashed and counted as they are read. Each `open` begins anew.
 *
 * @throws {StoreError} `SOURCE_CHANGED` at the end of a pass that gave another number of bytes than the source has.
 */
export class HashingSource implements ByteSource {
  readonly name: string;
  readonly byteLength?: number;
  readonly path?: string;
  /** Hash every pass to the end of the source, also one whose reader stops before. */
  readsToEnd = false;
  readonly #source: ByteSource;
  #hash: Sha256 = createSha256();
  #bytes = 0;
  #complete = false;
  /** Of the first pass that went to the end. */
  #known: string | undefined;

  constructor(source: ByteSource) {
    this.#source = source;
    this.name = source.name;
    if (source.byteLength !== undefined) this.byteLength = source.byteLength;
    if (source.path !== undefined) this.path = source.path;
  }

  async *open(options: { signal?: AbortSignal | undefined } = {}): AsyncGenerator<Uint8Array> {
    this.#hash = createSha256();
    this.#bytes = 0;
    this.#complete = false;
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
    const hex = this.#hash.hex();
    if (this.#known !== undefined && this.#known !== hex) {
      const message = `${this.name} changed while it was read. Import it again when nobody writes to it`;
      throw new StoreError('SOURCE_CHANGED', message, { file: this.name });
    }
    this.#known = hex;
    this.#complete = true;
  }

  /** Hash of the last pass, if one went from the first byte to the last since the hash was taken. Ends the hash. */
  digestOfPass(): string | undefined {
    if (!this.#complete) return undefined;
    this.#complete = false;
    return this.#known;
  }

  /** Hash and length of the whole source; reads it where no pass has come to the end. Ends the hash. */
  async digest(signal?: AbortSignal): Promise<{ sha256: string; bytes: number }> {
    if (!this.#complete) {
      for await (const _ of this.open({ signal })) {
      }
    }
    this.#complete = false;
    return { sha256: this.#known!, bytes: this.#bytes };
  }
}
