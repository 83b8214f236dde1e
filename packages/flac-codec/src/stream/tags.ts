/** A longer value is no text (cover art): the blob keeps it, attributes stay short. */
const MAX_TAG_LENGTH = 4096;
/** Of all together. */
const MAX_TAGS_LENGTH = 65_536;

export interface Comments {
  readonly tags: Record<string, string>;
  /** All lengths in the block hold together. */
  readonly isSound: boolean;
}

/**
 * The text in a VORBIS_COMMENT block: names in lower case, the values of repeated ones joined.
 *
 * ```text
 * 32 vendor length | vendor | 32 number | for each: 32 length | "NAME=value", UTF-8       (little-endian)
 * ```
 *
 * @param body  Of the block. What is sound of a damaged one is taken.
 * @see RFC 9639 §8.6
 */
export function parseComments(body: Uint8Array): Comments {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const tags = new Map<string, string>();
  const decoder = new TextDecoder();
  const comments = () => Object.fromEntries(tags);
  if (body.length < 8) return { tags: {}, isSound: false };
  let at = 4 + view.getUint32(0, true);
  if (at + 4 > body.length) return { tags: {}, isSound: false };
  const count = view.getUint32(at, true);
  at += 4;
  let length = 0;
  for (let i = 0; i < count; i++) {
    if (at + 4 > body.length) return { tags: comments(), isSound: false };
    const byteLength = view.getUint32(at, true);
    at += 4;
    if (at + byteLength > body.length) return { tags: comments(), isSound: false };
    const bytes = body.subarray(at, at + byteLength);
    at += byteLength;
    const equals = bytes.indexOf(0x3d);
    if (equals < 1 || byteLength > MAX_TAG_LENGTH || length + byteLength > MAX_TAGS_LENGTH) continue;
    const name = decoder.decode(bytes.subarray(0, equals)).toLowerCase();
    const value = decoder.decode(bytes.subarray(equals + 1));
    const before = tags.get(name);
    const text = before === undefined ? value : `${before}; ${value}`;
    if (text.length > MAX_TAG_LENGTH) continue;
    length += byteLength;
    tags.set(name, text);
  }
  return { tags: comments(), isSound: true };
}
