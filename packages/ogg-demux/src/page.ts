/** Bytes of a page header before the lacing values. */
export const PAGE_HEADER_BYTES = 27;

/** The greatest page: 27 bytes, 255 lacing values, 255 * 255 bytes of body. */
export const MAX_PAGE_BYTES = 65_307;

/** The most that one page can hold of a packet; a whole packet is at most one byte less. */
export const MAX_BODY_BYTES = 65_025;

/**
 * A page whose checksum is right.
 *
 * ```text
 *  0      4       5     6                14       18         22    26         27        27 + segments
 *  "OggS" version flags granule position serial   sequence   CRC   segments   lacing    body
 *  4      1       1     8                4        4          4     1          segments  sum of the lacing values
 * ```
 *
 * All numbers are little-endian.
 *
 * @see RFC 3533 §6
 */
export interface OggPage {
  /** Offset of `OggS` in the input. */
  readonly byteOffset: number;
  /** Header and body. */
  readonly byteLength: number;
  /** 27 and the number of lacing values. */
  readonly headerLength: number;
  /** 0, the only version there is. */
  readonly version: number;
  /** The page begins inside a packet. */
  readonly continued: boolean;
  /** First page of its logical stream. */
  readonly bos: boolean;
  /** Last page of its logical stream. */
  readonly eos: boolean;
  /** In units of the codec, at the end of the last packet that ends on the page; -1n: none does. */
  readonly granulePosition: bigint;
  /** In [0, 2^32), as `sequence` and `checksum`. */
  readonly serial: number;
  readonly sequence: number;
  readonly checksum: number;
  /** At most 255 values. */
  readonly lacing: Uint8Array;
  /** At most 65,025 bytes. */
  readonly body: Uint8Array;
}

/** Reads the page at `bytes[at]`, which is there in full. `lacing` and `body` are views. */
export function readPage(bytes: Uint8Array, at: number, byteLength: number, byteOffset: number): OggPage {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, PAGE_HEADER_BYTES);
  const flags = bytes[at + 5]!;
  const headerLength = PAGE_HEADER_BYTES + bytes[at + 26]!;
  return {
    byteOffset,
    byteLength,
    headerLength,
    version: bytes[at + 4]!,
    continued: (flags & 1) !== 0,
    bos: (flags & 2) !== 0,
    eos: (flags & 4) !== 0,
    granulePosition: view.getBigInt64(6, true),
    serial: view.getUint32(14, true),
    sequence: view.getUint32(18, true),
    checksum: view.getUint32(22, true),
    lacing: bytes.subarray(at + PAGE_HEADER_BYTES, at + headerLength),
    body: bytes.subarray(at + headerLength, at + byteLength),
  };
}

/** A little-endian unsigned number of 32 bits. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/**
 * Index of the first `OggS` in `bytes[start..end)`, or -1.
 *
 * Looks at every fourth byte where the pattern can't be.
 */
export function findCapture(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i + 4 <= end) {
    const last = bytes[i + 3]!;
    if (last === 0x53) {
      if (bytes[i] === 0x4f && bytes[i + 1] === 0x67 && bytes[i + 2] === 0x67) return i;
      i += 4;
    } else if (last === 0x67) i += 1;
    else if (last === 0x4f) i += 3;
    else i += 4;
  }
  return -1;
}

/**
 * Does this look like Ogg? Says nothing of what is in it.
 *
 * @param head  The first bytes of an input; with fewer than 4 the answer is false.
 */
export function isOgg(head: Uint8Array): boolean {
  return findCapture(head, 0, Math.min(head.length, 4)) === 0 && (head.length < 5 || head[4] === 0);
}
