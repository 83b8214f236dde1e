/** A longer value is no text (cover art): the blob keeps it, attributes stay short. */
const MAX_TAG_LENGTH = 4096;
/** Of all together. */
const MAX_TAGS_LENGTH = 65_536;

/**
 * The text in the VORBIS_COMMENT blocks of a stream: names in lower case, the values of repeated ones joined.
 *
 * ```text
 * 32 vendor length | vendor | 32 number | for each: 32 length | "NAME=value", UTF-8       (little-endian)
 * ```
 *
 * @see RFC 9639 §8.6
 */
export class TagReader {
  readonly #tags = new Map<string, string>();
  readonly #decoder = new TextDecoder();
  #length = 0;

  get tags(): Record<string, string> {
    return Object.fromEntries(this.#tags);
  }

  /**
   * @param body  Of a block. What is sound of a damaged one is taken.
   * @returns Do all lengths in it hold together?
   */
  add(body: Uint8Array): boolean {
    const view = new DataView(body.buffer, body.byteOffset, body.length);
    if (body.length < 8) return false;
    let at = 4 + view.getUint32(0, true);
    if (at + 4 > body.length) return false;
    const count = view.getUint32(at, true);
    at += 4;
    for (let i = 0; i < count; i++) {
      if (at + 4 > body.length) return false;
      const byteLength = view.getUint32(at, true);
      at += 4;
      if (at + byteLength > body.length) return false;
      this.#addComment(body.subarray(at, at + byteLength));
      at += byteLength;
    }
    return true;
  }

  #addComment(bytes: Uint8Array): void {
    const equals = bytes.length > MAX_TAG_LENGTH ? -1 : bytes.indexOf(0x3d);
    if (equals < 1 || this.#length + bytes.length > MAX_TAGS_LENGTH) return;
    const name = this.#decoder.decode(bytes.subarray(0, equals)).toLowerCase();
    const value = this.#decoder.decode(bytes.subarray(equals + 1));
    const before = this.#tags.get(name);
    const text = before === undefined ? value : `${before}; ${value}`;
    if (text.length > MAX_TAG_LENGTH) return;
    this.#length += bytes.length;
    this.#tags.set(name, text);
  }
}
