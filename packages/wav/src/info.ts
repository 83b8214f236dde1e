import type { MetadataFields } from './pcm';
import { ascii, decodeText } from './text';

/** A bound for hostile files: items of one list. */
const MAX_ITEMS = 10_000;

interface Item {
  readonly id: string;
  readonly bytes: Uint8Array;
  /** It claims to go on behind the end of its list. */
  readonly isCut: boolean;
}

/**
 * The texts of a `LIST` chunk of type INFO by their four letters; nothing of another type. An item that is cut short gives what
 * is there.
 *
 *     0  'INFO'    then per item:  0  FourCC    4  u32 length    8  the text, up to a NUL; a pad byte if it is odd
 *
 * @see "Multimedia Programming Interface and Data Specifications 1.0", IBM and Microsoft, 1991, "INFO List Chunk"
 */
export function parseInfo(body: Uint8Array, littleEndian = true): MetadataFields {
  const fields = new Map<string, string>();
  for (const { id, bytes } of items(body, littleEndian)) {
    const text = decodeText(bytes);
    if (text !== '' && /^[\x20-\x7e]{4}$/.test(id)) fields.set(id, text);
    if (fields.size === MAX_ITEMS) break;
  }
  return Object.fromEntries(fields);
}

/** Is it a list of texts of which one leads out of it? */
export function isInfoCut(body: Uint8Array, littleEndian: boolean): boolean {
  for (const { isCut } of items(body, littleEndian)) if (isCut) return true;
  return false;
}

function* items(body: Uint8Array, littleEndian: boolean): Generator<Item> {
  if (ascii(body.subarray(0, 4)) !== 'INFO') return;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  for (let at = 4; at + 8 <= body.byteLength; ) {
    const byteLength = view.getUint32(at + 4, littleEndian);
    const end = at + 8 + byteLength;
    yield { id: ascii(body.subarray(at, at + 4)), bytes: body.subarray(at + 8, end), isCut: end > body.byteLength };
    at = end + (byteLength % 2);
  }
}
