import { OpusError } from './errors';
import { hasMagic, writeMagic } from './magic';

const MAGIC = 'OpusTags';
const MAGIC_BYTES = 8;
/** Each comment becomes an object many times the 4 bytes that it takes at least: the number has to be bounded. */
const MAX_COMMENTS = 65_536;

export interface OpusComment {
  /** As it stands, upper and lower case kept; empty for a comment without `=`. */
  key: string;
  value: string;
  /** The comment's bytes, only where `key=value` in UTF-8 is not what was there: no `=`, or invalid UTF-8. */
  raw?: Uint8Array;
}

export interface OpusTags {
  /** What encoded the stream. */
  vendor: string;
  /** The vendor's bytes, only where they are not valid UTF-8. */
  vendorRaw?: Uint8Array;
  /** In the order of the packet; keys may occur several times. */
  comments: OpusComment[];
  /**
   * What follows the comments, mostly nothing: padding, or data that has to be kept, see `keepsBinaryTail`.
   * RFC 7845 §5.2
   */
  binaryTail: Uint8Array;
}

/** Is this the packet with the comments? */
export function isOpusTags(packet: Uint8Array): boolean {
  return hasMagic(packet, MAGIC);
}

/**
 * Reads the second packet of an Ogg Opus stream.
 *
 * ```
 * 'OpusTags'  length  vendor  number of comments  (length  comment)*  binary tail       numbers: 32 bits LE
 * ```
 *
 * Bytes that are not valid UTF-8 become U+FFFD in the strings and are kept in `raw`.
 *
 * @throws {OpusError} `OPUS_BAD_TAGS` if it is something else, a length goes past the end of the packet, or there
 *   are over 65,536 comments.
 * @see RFC 7845 §5.2
 */
export function parseOpusTags(packet: Uint8Array): OpusTags {
  if (!isOpusTags(packet)) throw bad('magic', 0, `does not begin with '${MAGIC}'`);
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  let at = MAGIC_BYTES;
  const readString = (field: string): Uint8Array => {
    const start = at;
    const rest = packet.length - start - 4;
    if (rest < 0) throw bad(field, start, 'its length is cut');
    const byteLength = view.getUint32(start, true);
    if (byteLength > rest) throw bad(field, start, `has ${byteLength} bytes where ${rest} are left`);
    at = start + 4 + byteLength;
    return packet.slice(start + 4, at);
  };

  const vendorBytes = readString('vendor');
  const vendor = decodeText(vendorBytes);
  if (packet.length - at < 4) throw bad('commentCount', at, 'is cut');
  const count = view.getUint32(at, true);
  if (count > MAX_COMMENTS) throw bad('commentCount', at, `is ${count}, more than ${MAX_COMMENTS}`);
  const mostThatFit = Math.floor((packet.length - at - 4) / 4);
  if (count > mostThatFit) throw bad('commentCount', at, `is ${count} where at most ${mostThatFit} fit`);
  at += 4;
  const comments: OpusComment[] = [];
  for (let i = 0; i < count; i++) comments.push(parseComment(readString(`comments[${i}]`)));
  return {
    vendor: vendor.text,
    ...(vendor.valid ? {} : { vendorRaw: vendorBytes }),
    comments,
    binaryTail: packet.slice(at),
  };
}

function parseComment(raw: Uint8Array): OpusComment {
  const { text, valid } = decodeText(raw);
  const equals = text.indexOf('=');
  if (equals < 0) return { key: '', value: text, raw };
  const comment = { key: text.slice(0, equals), value: text.slice(equals + 1) };
  return valid ? comment : { ...comment, raw };
}

/**
 * Writes an OpusTags packet; the inverse of `parseOpusTags`. Where `raw` is given it is written, and not the text.
 *
 * @throws {RangeError} if a key holds `=`, or there are over 65,536 comments.
 * @see RFC 7845 §5.2
 */
export function encodeOpusTags(tags: Omit<OpusTags, 'binaryTail'> & { binaryTail?: Uint8Array }): Uint8Array {
  if (tags.comments.length > MAX_COMMENTS) throw new RangeError(`more than ${MAX_COMMENTS} comments`);
  const encoder = new TextEncoder();
  const vendor = tags.vendorRaw ?? encoder.encode(tags.vendor);
  const comments = tags.comments.map(({ key, value, raw }) => {
    if (key.includes('=')) throw new RangeError(`the key '${key}' holds '='`);
    return raw ?? encoder.encode(`${key}=${value}`);
  });
  const tail = tags.binaryTail ?? new Uint8Array(0);
  const commentsBytes = comments.reduce((total, comment) => total + 4 + comment.length, 0);
  const packet = new Uint8Array(MAGIC_BYTES + 4 + vendor.length + 4 + commentsBytes + tail.length);
  const view = new DataView(packet.buffer);
  writeMagic(MAGIC, packet);
  let at = MAGIC_BYTES;
  const writeString = (bytes: Uint8Array): void => {
    view.setUint32(at, bytes.length, true);
    packet.set(bytes, at + 4);
    at += 4 + bytes.length;
  };
  writeString(vendor);
  view.setUint32(at, comments.length, true);
  at += 4;
  comments.forEach(writeString);
  packet.set(tail, at);
  return packet;
}

/**
 * The values of a key, in order. Keys are compared without regard to the case of ASCII letters.
 *
 * @see https://www.xiph.org/vorbis/doc/v-comment.html
 */
export function commentValues(tags: Pick<OpusTags, 'comments'>, key: string): string[] {
  return tags.comments.filter((comment) => isKey(comment.key, key)).map((comment) => comment.value);
}

/** Are these the same key? */
export function isKey(key: string, wanted: string): boolean {
  return key.length === wanted.length && lowerAscii(key) === lowerAscii(wanted);
}

/**
 * Is what follows the comments data that has to be kept when the tags are changed? If not it is padding, or there is
 * nothing, and `encodeOpusTags` may be given the tags without it.
 *
 * ```
 * first byte of the tail   x x x x x x x k      k = 1: keep all of it
 * ```
 *
 * @see RFC 7845 §5.2
 */
export function keepsBinaryTail(tags: Pick<OpusTags, 'binaryTail'>): boolean {
  return tags.binaryTail.length > 0 && (tags.binaryTail[0]! & 1) === 1;
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

// A byte order mark is text like any other: it has to come back when the tags are written again.
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

function decodeText(bytes: Uint8Array): { text: string; valid: boolean } {
  try {
    return { text: strict.decode(bytes), valid: true };
  } catch (error) {
    // The one thing that a fatal decoder throws at bytes; anything else is not ours to hide.
    if (!(error instanceof TypeError)) throw error;
    return { text: lenient.decode(bytes), valid: false };
  }
}

function bad(field: string, byteOffset: number, what: string): OpusError {
  return new OpusError('OPUS_BAD_TAGS', `OpusTags: ${field} ${what}`, { field, byteOffset });
}
