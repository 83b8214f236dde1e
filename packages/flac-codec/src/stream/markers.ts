const MARKER = [0x66, 0x4c, 0x61, 0x43] as const;
export const MARKER_BYTES = 4;
/** Of an ID3v2 tag; its footer is as long. */
export const ID3_HEADER_BYTES = 10;

/** Does `fLaC` lie there, with which a native stream begins? RFC 9639 §6 */
export function isMarker(bytes: Uint8Array, at: number): boolean {
  return MARKER.every((byte, i) => bytes[at + i] === byte);
}

/** The marker, and the header of the STREAMINFO block behind it. */
export const SECOND_FILE_BYTES = 8;

/** Where another file begins whose STREAMINFO comes first, as it has to. @returns -1: nowhere from `from` on and whole before `end`. */
export function findSecondFile(bytes: Uint8Array, from: number, end: number): number {
  for (
    let at = bytes.indexOf(MARKER[0], from);
    at >= 0 && at + SECOND_FILE_BYTES <= end;
    at = bytes.indexOf(MARKER[0], at + 1)
  ) {
    const isInfo = (bytes[at + 4]! & 0x7f) === 0 && bytes[at + 5] === 0 && bytes[at + 6] === 0 && bytes[at + 7] === 34;
    if (isInfo && isMarker(bytes, at)) return at;
  }
  return -1;
}

/**
 * Bytes that the ID3v2 tag at the start takes, header and footer included; 0 if there is none.
 *
 * ```text
 * "ID3" | 16 version | 8 flags (0x10: footer) | 4 * 7 bits of length, each in a byte
 * ```
 *
 * @see id3.org, ID3v2.4.0 §3.1
 */
export function id3Length(bytes: Uint8Array): number {
  const isTag = bytes[0] === 0x49 && bytes[1] === 0x44 && bytes[2] === 0x33 && bytes.length >= ID3_HEADER_BYTES;
  if (!isTag) return 0;
  const [a, b, c, d] = bytes.subarray(6) as unknown as [number, number, number, number];
  if ((a | b | c | d) & 0x80) return 0;
  const hasFooter = (bytes[5]! & 0x10) !== 0;
  return ID3_HEADER_BYTES + ((a << 21) | (b << 14) | (c << 7) | d) + (hasFooter ? ID3_HEADER_BYTES : 0);
}
