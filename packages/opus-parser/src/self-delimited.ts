import { frameLengthBytes, writeFrameLength } from './frame-length';
import { createFraming, scanFraming } from './framing';

const framing = createFraming();

export interface SelfDelimitedPacket {
  /** The packet in ordinary framing: a copy. */
  readonly packet: Uint8Array;
  /** Bytes that it took in self-delimited framing, padding included. */
  readonly byteLength: number;
}

/**
 * The packet in self-delimited framing: the length of the last frame (of all frames, where they have one length)
 * is put at the end of the header. Padding is kept.
 *
 * @param packet  One packet of ordinary framing.
 * @throws {OpusError} `OPUS_BAD_PACKET` as `parsePacket`.
 * @see RFC 6716 appendix B
 */
export function encodeSelfDelimited(packet: Uint8Array): Uint8Array {
  scanFraming(packet, 0, packet.length, false, framing);
  const { framesStart } = framing;
  const lastLength = framing.frameLengths[framing.frameCount - 1]!;
  const out = new Uint8Array(packet.length + frameLengthBytes(lastLength));
  out.set(packet.subarray(0, framesStart));
  out.set(packet.subarray(framesStart), writeFrameLength(lastLength, out, framesStart));
  return out;
}

/**
 * The self-delimited packet that begins at `start`, in ordinary framing; the inverse of `encodeSelfDelimited`.
 *
 * @param bytes  Other packets may follow.
 * @throws {OpusError} `OPUS_BAD_PACKET` with `rule` `B` where the bytes end too early, else as `parsePacket`.
 * @throws {RangeError} if `start` is no integer in [0, length].
 * @see RFC 6716 appendix B
 */
export function parseSelfDelimited(bytes: Uint8Array, start = 0): SelfDelimitedPacket {
  if (!Number.isInteger(start) || start < 0 || start > bytes.length) {
    throw new RangeError(`byte ${start} is not in an array of ${bytes.length}`);
  }
  scanFraming(bytes, start, bytes.length, true, framing);
  const { framesStart, end } = framing;
  const headerEnd = framesStart - frameLengthBytes(framing.frameLengths[framing.frameCount - 1]!);
  const packet = new Uint8Array(headerEnd - start + end - framesStart);
  packet.set(bytes.subarray(start, headerEnd));
  packet.set(bytes.subarray(framesStart, end), headerEnd - start);
  return { packet, byteLength: end - start };
}
