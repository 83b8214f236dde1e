import { decodeBase64, encodeBase64 } from './base64';
import { OpusError } from './errors';

/** A picture in the comments of a stream. */
export interface OpusPicture {
  /** 0: other; 3: front cover; 4: back cover; ... 20. RFC 9639 §8.8, table 13 */
  type: number;
  /** `image/jpeg`, ...; `-->` if `data` is the address of the picture and not the picture. */
  mimeType: string;
  description: string;
  /** In pixels; 0 if not told. What the picture itself says may differ. */
  width: number;
  height: number;
  /** Bits per pixel; 0 if not told. */
  depth: number;
  /** Colours of the palette; 0 if there is none. */
  colors: number;
  data: Uint8Array;
}

/** Eight numbers of 32 bits. */
const NUMBERS_BYTES = 32;
const MAX_UINT32 = 0xffff_ffff;

/**
 * The picture in a value of `METADATA_BLOCK_PICTURE`: the content of a FLAC picture block, in Base64.
 *
 * ```
 * type  length  MIME type  length  description  width  height  depth  colours  length  data       numbers: 32 bits BE
 * ```
 *
 * Lengths are compared with what is there before anything is made of them. Text that is not valid UTF-8 reads as
 * U+FFFD; bytes after the data are passed over.
 *
 * @param value  As in the comment, without the key.
 * @throws {OpusError} `OPUS_BAD_PICTURE`; `field` is `base64` or one of `OpusPicture`, `byteOffset` counts in the block.
 * @see RFC 9639 §8.8, https://wiki.xiph.org/VorbisComment#METADATA_BLOCK_PICTURE
 */
export function parsePicture(value: string): OpusPicture {
  const block = decodeBase64(value);
  if (!block) throw bad('base64', 0, 'is no Base64');
  const view = new DataView(block.buffer);
  let at = 0;
  const readNumber = (field: string): number => {
    if (block.length - at < 4) throw bad(field, at, 'is cut');
    at += 4;
    return view.getUint32(at - 4);
  };
  const readBytes = (field: string): Uint8Array => {
    const byteLength = readNumber(field);
    if (byteLength > block.length - at) {
      throw bad(field, at - 4, `has ${byteLength} bytes where ${block.length - at} are left`);
    }
    at += byteLength;
    return block.subarray(at - byteLength, at);
  };
  const text = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    type: readNumber('type'),
    mimeType: text.decode(readBytes('mimeType')),
    description: text.decode(readBytes('description')),
    width: readNumber('width'),
    height: readNumber('height'),
    depth: readNumber('depth'),
    colors: readNumber('colors'),
    data: readBytes('data'),
  };
}

/**
 * The value for a comment with the key `METADATA_BLOCK_PICTURE`; the inverse of `parsePicture`.
 *
 * @throws {RangeError} if a number is not of 32 bits.
 * @see RFC 9639 §8.8
 */
export function encodePicture(picture: OpusPicture): string {
  const encoder = new TextEncoder();
  const mimeType = encoder.encode(picture.mimeType);
  const description = encoder.encode(picture.description);
  const { data } = picture;
  const block = new Uint8Array(NUMBERS_BYTES + mimeType.length + description.length + data.length);
  const view = new DataView(block.buffer);
  let at = 0;
  const writeNumber = (field: string, value: number): void => {
    if (!Number.isInteger(value) || value < 0 || value > MAX_UINT32) {
      throw new RangeError(`picture: ${field} is ${value}, no integer of 32 bits`);
    }
    view.setUint32(at, value);
    at += 4;
  };
  const writeBytes = (field: string, bytes: Uint8Array): void => {
    writeNumber(field, bytes.length);
    block.set(bytes, at);
    at += bytes.length;
  };
  writeNumber('type', picture.type);
  writeBytes('mimeType', mimeType);
  writeBytes('description', description);
  for (const field of ['width', 'height', 'depth', 'colors'] as const) writeNumber(field, picture[field]);
  writeBytes('data', data);
  return encodeBase64(block);
}

function bad(field: string, byteOffset: number, what: string): OpusError {
  return new OpusError('OPUS_BAD_PICTURE', `picture in OpusTags: ${field} ${what}`, { field, byteOffset });
}
