import type { ByteSource } from '@zarr-audio/codec';

const FIRST_BYTES = 256;

/** The bytes of a source, in pieces of the length that the reader wants, whatever the pieces are that they come in. */
export class ByteWindow {
  /** What has come and was not taken yet. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Offset of `bytes` in the source. */
  position = 0;
  readonly #pieces: AsyncIterator<Uint8Array>;

  constructor(source: ByteSource, signal: AbortSignal | undefined) {
    this.#pieces = source.open({ signal })[Symbol.asyncIterator]();
  }

  /**
   * Waits until so many bytes are there, or all that the source has.
   *
   * @returns Whether they are.
   */
  async has(byteLength: number): Promise<boolean> {
    if (this.bytes.length >= byteLength) return true;
    let length = this.bytes.length;
    // Grows with what comes, not by what a file claims; doubling it keeps the work linear, also if bytes come one by one.
    let buffer: Uint8Array = new Uint8Array(0);
    while (length < byteLength) {
      const { done, value } = await this.#pieces.next();
      if (done) break;
      if (length === 0 && value.length >= byteLength) {
        this.bytes = value;
        return true;
      }
      if (length + value.length > buffer.length) {
        const grown = new Uint8Array(Math.max(FIRST_BYTES, 2 * (length + value.length)));
        grown.set(buffer.length === 0 ? this.bytes : buffer.subarray(0, length));
        buffer = grown;
      }
      buffer.set(value, length);
      length += value.length;
    }
    if (buffer.length > 0) this.bytes = buffer.subarray(0, length);
    return length >= byteLength;
  }

  /** The next bytes, which have to be there. */
  take(byteLength: number): Uint8Array {
    const taken = this.bytes.subarray(0, byteLength);
    this.bytes = this.bytes.subarray(byteLength);
    this.position += taken.length;
    return taken;
  }

  /** Lets go of the source, before its end too. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}
