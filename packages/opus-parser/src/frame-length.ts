/** The longest frame that can be expressed, in bytes. RFC 6716 §3.2.1 */
export const MAX_FRAME_BYTES = 1275;

/** Lengths up to this one take one byte, all others two. */
const MAX_ONE_BYTE = 251;

/** Bytes that a frame length takes: 1 or 2. */
export function frameLengthBytes(byteLength: number): 1 | 2 {
  return byteLength > MAX_ONE_BYTE ? 2 : 1;
}

/** Writes a frame length of 0 to 1275, and gives the offset after it. RFC 6716 §3.2.1 */
export function writeFrameLength(byteLength: number, out: Uint8Array, at: number): number {
  if (byteLength <= MAX_ONE_BYTE) {
    out[at] = byteLength;
    return at + 1;
  }
  const first = 252 + (byteLength & 3);
  out[at] = first;
  out[at + 1] = (byteLength - first) >> 2;
  return at + 2;
}

/**
 * The frame length that begins at `at`.
 *
 * @param end  First byte that no longer belongs to it.
 * @returns 0 to 1275, or -1 if it is cut.
 */
export function readFrameLength(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return -1;
  const first = bytes[at]!;
  if (first <= MAX_ONE_BYTE) return first;
  return at + 1 < end ? first + 4 * bytes[at + 1]! : -1;
}
