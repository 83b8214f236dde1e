import { pageCrc } from './crc';
import { OggDemuxError } from './errors';
import { findCapture, MAX_BODY_BYTES, PAGE_HEADER_BYTES, readUint32 } from './page';

/**
 * A packet that lies over several pages, from the bytes it lies in: from its first byte to its last, with the headers of
 * the second and later pages in between.
 *
 * The packet must begin a page of its own, so its first 65,025 bytes lie together. Up to 65,025 bytes there is no header
 * to strip and `bytes` itself comes back. Each header is checked: capture pattern, version, the continued flag, one
 * serial, numbers that rise by one, lacing values that are this packet's, and the checksum of every page that is in
 * `bytes` in full (all but the first; the last only if the packet ends it). Nothing may follow the packet.
 *
 * @returns A view where nothing had to be stripped, else a copy.
 * @throws {OggDemuxError} `OGG_BAD_SPAN`, `OGG_CRC_MISMATCH`, `OGG_TRUNCATED_PAGE`; `byteOffset` counts in `bytes`.
 */
export function stripPageHeaders(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= MAX_BODY_BYTES) return bytes;
  const packet = new Uint8Array(bytes.length);
  packet.set(bytes.subarray(0, MAX_BODY_BYTES));
  let byteLength = MAX_BODY_BYTES;
  let at = MAX_BODY_BYTES;
  let previous: number | undefined;
  while (at < bytes.length) {
    const page = checkHeader(bytes, at, previous);
    const bodyAt = at + PAGE_HEADER_BYTES + bytes[at + 26]!;
    const end = bodyAt + page.packetBytes;
    if (end > bytes.length) throw spanError('OGG_TRUNCATED_PAGE', bytes.length, 'the bytes end inside the packet');
    if (page.ends && end < bytes.length) throw spanError('OGG_BAD_SPAN', end, 'the packet ends before its bytes do');
    if (page.whole) checkSum(bytes, at, end);
    packet.set(bytes.subarray(bodyAt, end), byteLength);
    byteLength += page.packetBytes;
    previous = at;
    at = end;
  }
  return packet.subarray(0, byteLength);
}

interface SpannedPage {
  /** Bytes of the packet in the body. */
  readonly packetBytes: number;
  /** The packet ends on the page. */
  readonly ends: boolean;
  /** Nothing but the packet is on the page. */
  readonly whole: boolean;
}

function checkHeader(bytes: Uint8Array, at: number, previous: number | undefined): SpannedPage {
  const lacingAt = at + PAGE_HEADER_BYTES;
  if (lacingAt > bytes.length || lacingAt + bytes[at + 26]! > bytes.length) {
    throw spanError('OGG_TRUNCATED_PAGE', bytes.length, 'the bytes end inside a page header');
  }
  if (findCapture(bytes, at, at + 4) !== at) throw spanError('OGG_BAD_SPAN', at, 'no page where one must begin');
  if (bytes[at + 4] !== 0) throw spanError('OGG_BAD_SPAN', at + 4, 'a page of an unknown version');
  if ((bytes[at + 5]! & 3) !== 1) throw spanError('OGG_BAD_SPAN', at + 5, 'the page does not go on with the packet');
  if (previous !== undefined) {
    if (readUint32(bytes, at + 14) !== readUint32(bytes, previous + 14)) {
      throw spanError('OGG_BAD_SPAN', at + 14, 'a page of another stream');
    }
    if (readUint32(bytes, at + 18) !== (readUint32(bytes, previous + 18) + 1) >>> 0) {
      throw spanError('OGG_BAD_SPAN', at + 18, 'a page is missing, or out of order');
    }
  }
  const segments = bytes[at + 26]!;
  let packetBytes = 0;
  let taken = 0;
  let last = 255;
  while (taken < segments && last === 255) {
    last = bytes[lacingAt + taken++]!;
    packetBytes += last;
  }
  if (packetBytes === 0) throw spanError('OGG_BAD_SPAN', at + 26, 'a page without a byte of the packet');
  return { packetBytes, ends: last < 255, whole: taken === segments };
}

function checkSum(bytes: Uint8Array, at: number, end: number): void {
  const expected = pageCrc(bytes, at, end);
  const actual = readUint32(bytes, at + 22);
  if (expected === actual) return;
  throw new OggDemuxError('OGG_CRC_MISMATCH', 'a page with a wrong checksum', { byteOffset: at, expected, actual });
}

function spanError(code: 'OGG_BAD_SPAN' | 'OGG_TRUNCATED_PAGE', byteOffset: number, message: string): OggDemuxError {
  return new OggDemuxError(code, message, { byteOffset });
}
