import { WavError } from './errors';
import type { ByteSource } from './pcm';

const NOTHING = new Uint8Array(0);

/** Pulls bytes out of a source front to back, and knows where it is. */
export class ByteReader {
  /** Offset in the source of the next byte. */
  position = 0;
  readonly #source: ByteSource;
  readonly #signal: AbortSignal | undefined;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = NOTHING;
  #ended = false;

  constructor(source: ByteSource, signal?: AbortSignal | undefined) {
    signal?.throwIfAborted();
    this.#source = source;
    this.#signal = signal;
    this.#chunks = source.open({ signal })[Symbol.asyncIterator]();
  }

  /**
   * The next bytes, `byteLength` at the most and as many as lie ready; none at the end. A view, valid until the next call.
   *
   * @throws {WavError} `WAV_SOURCE_CHANGED` if the source ends before its own `byteLength`.
   */
  async some(byteLength: number): Promise<Uint8Array> {
    while (this.#chunk.byteLength === 0 && !this.#ended) {
      this.#signal?.throwIfAborted();
      const { done, value } = await this.#chunks.next();
      if (done) this.#end();
      else this.#chunk = value;
    }
    const bytes = this.#chunk.subarray(0, byteLength);
    this.#chunk = this.#chunk.subarray(bytes.byteLength);
    this.position += bytes.byteLength;
    return bytes;
  }

  /** Fills `target`; returns how many bytes there were until the end. */
  async fill(target: Uint8Array): Promise<number> {
    let length = 0;
    while (length < target.byteLength) {
      const bytes = await this.some(target.byteLength - length);
      if (bytes.byteLength === 0) break;
      target.set(bytes, length);
      length += bytes.byteLength;
    }
    return length;
  }

  /** A copy of the next bytes: `byteLength` of them, or fewer at the end. Only for small numbers. */
  async read(byteLength: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(byteLength);
    return bytes.subarray(0, await this.fill(bytes));
  }

  /** Puts bytes back that were just read. */
  unread(bytes: Uint8Array): void {
    const joined = new Uint8Array(bytes.byteLength + this.#chunk.byteLength);
    joined.set(bytes);
    joined.set(this.#chunk, bytes.byteLength);
    this.#chunk = joined;
    this.position -= bytes.byteLength;
  }

  /** Goes on to an offset at or after this one, or to the end. */
  async skipTo(byteOffset: number): Promise<void> {
    while (this.position < byteOffset) {
      const bytes = await this.some(byteOffset - this.position);
      if (bytes.byteLength === 0) return;
    }
  }

  /** Lets the source close what it holds open. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#chunk = NOTHING;
    await this.#chunks.return?.();
  }

  #end(): void {
    this.#ended = true;
    const { byteLength, name } = this.#source;
    if (byteLength !== undefined && this.position < byteLength) {
      throw new WavError('WAV_SOURCE_CHANGED', `${name} ended at byte ${this.position} of ${byteLength}`, {
        byteOffset: this.position,
        expected: byteLength,
        actual: this.position,
      });
    }
  }
}
