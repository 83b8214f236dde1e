import type { MetadataFields } from './pcm';
import { ascii, decodeWindows1252 } from './text';

/** A bound for hostile files: frames of one tag. */
const MAX_FRAMES = 10_000;
const HEADER_BYTES = 10;
/** Of the header. */
const UNSYNCHRONISED = 0x80;
const HAS_EXTENDED_HEADER = 0x40;

/** What the flags of a frame say of its content, by version. */
const FRAME_FLAGS = {
  3: { unreadable: 0x00c0, grouped: 0x0020, unsynchronised: 0, hasLength: 0 },
  4: { unreadable: 0x000c, grouped: 0x0040, unsynchronised: 0x0002, hasLength: 0x0001 },
} as const;

/** By the first byte of a text. UTF-16 begins with a mark of its byte order; without one it is little-endian. */
const LATIN1 = 0;
const UTF16 = 1;
const UTF16_BIG_ENDIAN = 2;
const UTF8 = 3;

interface Frame {
  readonly id: string;
  readonly content: Uint8Array;
}

/**
 * The texts of an `id3 ` or `ID3 ` chunk by the four letters of their frames (`TIT2`, `TPE1`, `TDRC`; of version 3 `TYER`, `TDAT`,
 * `TIME`), with the name behind where the frame has one: `TXXX:Location`, `COMM:note`, and `COMM` for the comment without a name.
 *
 *      0  'ID3'            then per frame:  0  4 letters                    text:  0  u8 encoding    1  text, NUL, more texts
 *      3  u8 version 3, 4                   4  u32 length (version 4: u28)  TXXX:  0  u8 encoding    1  name, NUL, text
 *      4  u8 revision                       8  u16 flags                    COMM:  0  u8 encoding    1  language  4  name, NUL, text
 *      5  u8 flags                         10  content
 *      6  u28 length                        u28: 4 bytes of 7 bits
 *
 * Of several texts in a frame, and of several frames of one name, the first counts, as in ffmpeg. Frames that are compressed or
 * encrypted say nothing, nor does a tag of another version. What stands before a defect is given.
 *
 * @see https://id3.org/id3v2.3.0 §3, §4.2, §4.11; https://id3.org/id3v2.4.0-structure §3-6
 */
export function parseId3(body: Uint8Array): MetadataFields {
  const fields = new Map<string, string>();
  for (const { id, content } of frames(body)) {
    const isComment = id === 'COMM';
    const textAt = isComment ? 4 : 1;
    if (!(isComment || id.startsWith('T')) || content.byteLength < textAt) continue;
    const encoding = content[0]!;
    let [text, rest] = firstText(content.subarray(textAt), encoding);
    let name = id;
    if (isComment || id === 'TXXX') {
      if (text !== '') name = `${id}:${text}`;
      [text] = firstText(rest, encoding);
    }
    if (text !== '' && !fields.has(name)) fields.set(name, text);
  }
  return Object.fromEntries(fields);
}

function* frames(body: Uint8Array): Generator<Frame> {
  const version = body[3];
  if (body.byteLength < HEADER_BYTES || ascii(body.subarray(0, 3)) !== 'ID3' || (version !== 3 && version !== 4))
    return;
  const flags = body[5]!;
  const isUnsynchronised = (flags & UNSYNCHRONISED) !== 0;
  let tag = body.subarray(HEADER_BYTES, HEADER_BYTES + uint28(body, 6));
  // Version 3 does it to the tag as a whole, version 4 to each frame.
  if (isUnsynchronised && version === 3) tag = synchronised(tag);
  const lengthAt = version === 4 ? uint28 : uint32;
  const of = FRAME_FLAGS[version];
  let at = 0;
  // Its length counts itself in version 4 alone.
  if (flags & HAS_EXTENDED_HEADER && tag.byteLength >= 4) at = lengthAt(tag, 0) + (version === 4 ? 0 : 4);
  for (let count = 0; count < MAX_FRAMES && at + HEADER_BYTES <= tag.byteLength; count++) {
    const id = ascii(tag.subarray(at, at + 4));
    // Zeros: padding.
    if (!/^[A-Z][A-Z0-9]{3}$/.test(id)) return;
    const frameFlags = tag[at + 9]!;
    const end = at + HEADER_BYTES + lengthAt(tag, at + 4);
    if (end > tag.byteLength) return;
    let contentAt = at + HEADER_BYTES;
    if (frameFlags & of.grouped) contentAt += 1;
    if (frameFlags & of.hasLength) contentAt += 4;
    const content = tag.subarray(contentAt, Math.max(contentAt, end));
    at = end;
    if (frameFlags & of.unreadable) continue;
    const isMixed = version === 4 && (isUnsynchronised || frameFlags & of.unsynchronised);
    yield { id, content: isMixed ? synchronised(content) : content };
  }
}

/** A zero was put behind every 0xFF, so that no decoder of MPEG audio takes the tag for sound. */
function synchronised(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.byteLength);
  let length = 0;
  for (let at = 0; at < bytes.byteLength; at++) {
    result[length++] = bytes[at]!;
    if (bytes[at] === 0xff && bytes[at + 1] === 0) at++;
  }
  return result.subarray(0, length);
}

/** The text up to the first NUL, and the bytes behind that. */
function firstText(bytes: Uint8Array, encoding: number): [text: string, rest: Uint8Array] {
  const width = encoding === UTF16 || encoding === UTF16_BIG_ENDIAN ? 2 : 1;
  let end = 0;
  while (end + width <= bytes.byteLength && (bytes[end] !== 0 || (width === 2 && bytes[end + 1] !== 0))) end += width;
  const rest = bytes.subarray(Math.min(end + width, bytes.byteLength));
  return [decode(bytes.subarray(0, end), encoding), rest];
}

function decode(bytes: Uint8Array, encoding: number): string {
  if (encoding === LATIN1) return decodeWindows1252(bytes);
  if (encoding === UTF8) return new TextDecoder('utf-8').decode(bytes);
  const isMarkedBig = encoding === UTF16 && bytes[0] === 0xfe && bytes[1] === 0xff;
  if (encoding === UTF16_BIG_ENDIAN || isMarkedBig) return new TextDecoder('utf-16be').decode(bytes);
  return encoding === UTF16 ? new TextDecoder('utf-16le').decode(bytes) : '';
}

function uint32(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 2 ** 24 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!);
}

/** The highest bit of each byte is 0. */
function uint28(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 2 ** 21 + bytes[at + 1]! * 2 ** 14 + bytes[at + 2]! * 2 ** 7 + bytes[at + 3]!;
}
