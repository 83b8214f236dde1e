import { pageCrc } from './crc';

export const PAGE_HEADER_BYTES = 27;

/** The most lacing values of a page. */
export const MAX_SEGMENTS = 255;

/** The most bytes of body. */
export const MAX_BODY_BYTES = 65_025;

/** What a page says. All numbers are written little-endian. */
export interface OggPageFields {
  /** In [0, 2^32), as `sequence`. */
  readonly serial: number;
  readonly sequence: number;
  /** In units of the codec, at the end of the last packet that ends on the page; -1n: none does. Signed 64 bits. */
  readonly granulePosition: bigint;
  /** The page begins inside a packet. */
  readonly continued?: boolean;
  /** First page of its logical stream. */
  readonly bos?: boolean;
  /** Last page of its logical stream. */
  readonly eos?: boolean;
  /** Lengths of the segments, at most 255 of them: 255 goes on, less ends a packet. */
  readonly lacing: Uint8Array;
  /** As long as the sum of the lacing values. */
  readonly body: Uint8Array;
}

/**
 * The bytes of a page, with its checksum.
 *
 * @throws {RangeError} if a number is out of its range, or lacing and body don't go together.
 * @see RFC 3533 §6
 */
export function encodeOggPage(page: OggPageFields): Uint8Array {
  const { lacing, body, granulePosition } = page;
  checkUint32('serial', page.serial);
  checkUint32('sequence', page.sequence);
  if (BigInt.asIntN(64, granulePosition) !== granulePosition) {
    throw new RangeError(`granulePosition ${granulePosition} does not fit 64 bits`);
  }
  if (lacing.length > MAX_SEGMENTS) throw new RangeError(`${lacing.length} lacing values: a page takes 255`);
  let byteLength = 0;
  for (let i = 0; i < lacing.length; i++) byteLength += lacing[i]!;
  if (byteLength !== body.length) {
    throw new RangeError(`the lacing values make ${byteLength} bytes, the body has ${body.length}`);
  }
  const bytes = new Uint8Array(PAGE_HEADER_BYTES + lacing.length + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x4f676753);
  bytes[5] = (page.continued ? 1 : 0) | (page.bos ? 2 : 0) | (page.eos ? 4 : 0);
  view.setBigInt64(6, granulePosition, true);
  view.setUint32(14, page.serial, true);
  view.setUint32(18, page.sequence, true);
  bytes[26] = lacing.length;
  bytes.set(lacing, PAGE_HEADER_BYTES);
  bytes.set(body, PAGE_HEADER_BYTES + lacing.length);
  view.setUint32(22, pageCrc(bytes), true);
  return bytes;
}

export function checkUint32(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new RangeError(`${name} must be an integer in [0, 2^32)`);
  }
}
