import type { MetadataFields } from './pcm';
import { ascii, decodeText } from './text';

/** A bound for hostile files: items of one list. */
const MAX_ITEMS = 10_000;

/**
 * The texts of a `LIST` chunk of type INFO by their four letters; nothing of another type. An item that is cut short gives what
 * is there.
 *
 *     0  'INFO'    then per item:  0  FourCC    4  u32 length    8  the text, up to a NUL; a pad byte if it is odd
 *
 * @see "Multimedia Programming Interface and Data Specifications 1.0", IBM and Microsoft, 1991, "INFO List Chunk"
 */
export function parseInfo(body: Uint8Array, littleEndian = true): MetadataFields {
  if (ascii(body.subarray(0, 4)) !== 'INFO') return {};
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const fields = new Map<string, string>();
  let at = 4;
  while (at + 8 <= body.byteLength && fields.size < MAX_ITEMS) {
    const id = ascii(body.subarray(at, at + 4));
    const byteLength = view.getUint32(at + 4, littleEndian);
    const text = decodeText(body.subarray(at + 8, at + 8 + byteLength));
    if (text !== '' && /^[\x20-\x7e]{4}$/.test(id)) fields.set(id, text);
    at += 8 + byteLength + (byteLength % 2);
  }
  return Object.fromEntries(fields);
}
