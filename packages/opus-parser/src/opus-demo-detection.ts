import { OpusError } from './errors';
import { createFraming, scanFraming } from './framing';
import { packetSamples } from './packet';

const HEADER_BYTES = 8;
/** 48 frames of 1275 bytes (120 ms) with their lengths: without padding there is none longer. `opus_demo` stops at 1500. */
const MAX_PACKET_BYTES = 61_296;
/** The range coder's state lies in (2^23, 2^31] after each symbol. RFC 6716 §4.1, §5.1 */
const RANGE_BOTTOM = 2 ** 23;
const RANGE_TOP = 2 ** 31;

const framing = createFraming();

/**
 * Do these bytes begin a `.bit` file of `opus_demo`? Such files have no magic: the answer comes from their structure.
 * The records must follow each other to the end of what is given, every packet in it must hold to RFC 6716 §3.4, at
 * least two whole ones with bytes in them must be there (one, if it is all of the file), and the final ranges must be
 * such that a range coder can have.
 *
 * @param head  The first bytes: 4 KiB are enough for most files, 128 KiB for all.
 * @param totalBytes  Bytes of the whole file, if known: then no record may go beyond.
 * @throws {RangeError} if `head` is longer than that.
 */
export function looksLikeOpusDemo(head: Uint8Array, totalBytes?: number): boolean {
  if (totalBytes !== undefined && !(totalBytes >= head.length)) {
    throw new RangeError(`${head.length} bytes are no part of a file of ${totalBytes}`);
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  let at = 0;
  let whole = 0;
  let impossibleRanges = 0;
  let rangesOfLetters = 0;
  while (at + HEADER_BYTES <= head.length) {
    const byteLength = view.getUint32(at);
    const finalRange = view.getUint32(at + 4);
    const start = at + HEADER_BYTES;
    const end = start + byteLength;
    if (byteLength > MAX_PACKET_BYTES || (totalBytes !== undefined && end > totalBytes)) return false;
    if (byteLength > 0 && !isPacket(head, start, end)) return false;
    at = end;
    if (byteLength === 0 || end > head.length) continue;
    whole++;
    if (finalRange !== 0 && (finalRange <= RANGE_BOTTOM || finalRange > RANGE_TOP)) impossibleRanges++;
    if (isLetters(view, start - 4)) rangesOfLetters++;
  }
  const isAll = at === head.length && at === totalBytes;
  if (whole < (isAll ? 1 : 2)) return false;
  // Where a frame holds a redundant one, two ranges are combined into any value: not all have to be possible.
  return 2 * impossibleRanges <= whole && rangesOfLetters < whole;
}

/** Of a packet that is cut, the first two bytes tell. */
function isPacket(bytes: Uint8Array, start: number, end: number): boolean {
  try {
    if (end <= bytes.length) scanFraming(bytes, start, end, false, framing);
    else if (start + 1 < bytes.length) packetSamples(bytes, start, bytes.length);
    return true;
  } catch (error) {
    if (!(error instanceof OpusError)) throw error;
    return false;
  }
}

/** Boxes of MP4 and chunks of IFF: a length of 32 bits, then four letters. Their content, too, may hold such boxes. */
function isLetters(view: DataView, at: number): boolean {
  for (let i = at; i < at + 4; i++) {
    const letter = view.getUint8(i);
    if (letter < 0x20 || letter > 0x7e) return false;
  }
  return true;
}
