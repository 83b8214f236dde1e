import { badPacket } from './errors';
import { frameLengthBytes, MAX_FRAME_BYTES, writeFrameLength } from './frame-length';
import { checkFrameCount, createFraming, MAX_FRAMES, MAX_PACKET_SAMPLES, scanFraming } from './framing';
import { FRAME_SAMPLES_BY_TOC, parseToc, type Toc } from './toc';

export interface OpusFrame {
  /** First byte of the frame in the packet. */
  readonly byteOffset: number;
  /** 0 to 1275; a frame of 0 bytes was not sent (DTX, loss). */
  readonly byteLength: number;
}

export interface OpusPacket {
  readonly toc: Toc;
  readonly frames: readonly OpusFrame[];
  /** Samples per channel at 48 kHz, 120 to 5760. */
  readonly samples: number;
  /** Each frame has a length of its own in the header (code 2; code 3 with the bit `v`). */
  readonly vbr: boolean;
  /** There is a padding length in the header, be it 0. Only code 3 has one. */
  readonly padded: boolean;
  /** Bytes of padding behind the last frame. */
  readonly paddingBytes: number;
}

/**
 * Samples per channel that a packet decodes to, at 48 kHz. Reads two bytes at the most and allocates nothing;
 * what stands behind them is not checked (`parsePacket` does). It holds for self-delimited and multistream
 * packets too.
 *
 * @param bytes  Holds the packet, without container framing.
 * @param start  First byte of the packet.
 * @param end  First byte after it.
 * @returns Integer in [120, 5760].
 * @throws {OpusError} `OPUS_BAD_PACKET` if the packet is empty, has code 3 and no frame count, has no frames, or
 *   lasts over 120 ms.
 * @throws {RangeError} if `start` and `end` are not integers in the bounds of `bytes`.
 * @see RFC 6716 §3.1, §3.2.5
 */
export function packetSamples(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const samples = packetSamplesOrZero(bytes, start, end);
  if (samples > 0) return samples;
  if (start >= end) badPacket('R1', 'toc', start, 'it is empty');
  if (start + 1 >= end) badPacket('R6', 'frameCount', start + 1, 'code 3 without a frame count');
  checkFrameCount(bytes[start + 1]! & 63, FRAME_SAMPLES_BY_TOC[bytes[start]!]!, start + 1);
  return samples;
}

/**
 * The same, and 0 for a packet that it would throw at: an error costs a thousand times more, and a hostile file can hold
 * millions of such packets.
 *
 * @throws {RangeError} as `packetSamples`.
 */
export function packetSamplesOrZero(bytes: Uint8Array, start = 0, end = bytes.length): number {
  if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end > bytes.length) {
    throw new RangeError(`bytes [${start}, ${end}) are not in an array of ${bytes.length}`);
  }
  if (start >= end) return 0;
  const toc = bytes[start]!;
  const frameSamples = FRAME_SAMPLES_BY_TOC[toc]!;
  const code = toc & 3;
  if (code === 0) return frameSamples;
  if (code !== 3) return 2 * frameSamples;
  if (start + 1 >= end) return 0;
  const samples = (bytes[start + 1]! & 63) * frameSamples;
  return samples <= MAX_PACKET_SAMPLES ? samples : 0;
}

/** Filled anew by each call: making it costs more than reading a packet. */
const framing = createFraming();

/**
 * Takes a packet apart. Every rule of RFC 6716 §3.4 is enforced.
 *
 * @param packet  One packet of ordinary framing. Of a multistream packet see `splitMultistream`.
 * @throws {OpusError} `OPUS_BAD_PACKET` with `rule` R1 to R7.
 * @see RFC 6716 §3.2, §3.4
 */
export function parsePacket(packet: Uint8Array): OpusPacket {
  scanFraming(packet, 0, packet.length, false, framing);
  const frames: OpusFrame[] = [];
  for (let i = 0; i < framing.frameCount; i++) {
    frames.push({ byteOffset: framing.frameOffsets[i]!, byteLength: framing.frameLengths[i]! });
  }
  return {
    toc: parseToc(framing.toc),
    frames,
    samples: framing.frameCount * framing.frameSamples,
    vbr: framing.vbr,
    padded: framing.padded,
    paddingBytes: framing.paddingBytes,
  };
}

/**
 * Puts frames into one packet: the shortest there is, without padding. One frame: code 0. Two: code 1 if they
 * have one length, else 2. More: code 3, CBR if they have one length, else VBR.
 *
 * @param toc  Any TOC byte with the configuration and channels of the frames; its code is of no meaning.
 * @param frames  1 to 48 of at most 1275 bytes each, together at most 120 ms.
 * @throws {RangeError} if there are no frames, too many, or one that is too long.
 * @see RFC 6716 §3.2
 */
export function encodePacket(toc: number, frames: readonly Uint8Array[]): Uint8Array {
  const { frameSamples } = parseToc(toc);
  const count = frames.length;
  if (count < 1 || count > MAX_FRAMES || count * frameSamples > MAX_PACKET_SAMPLES) {
    throw new RangeError(`${count} frames of ${frameSamples / 48} ms make no packet`);
  }
  const first = frames[0]!.length;
  let vbr = false;
  let framesBytes = 0;
  let lengthsBytes = 0;
  for (let i = 0; i < count; i++) {
    const { length } = frames[i]!;
    if (length > MAX_FRAME_BYTES) throw new RangeError(`frame ${i} has ${length} bytes, more than ${MAX_FRAME_BYTES}`);
    if (length !== first) vbr = true;
    framesBytes += length;
    if (i < count - 1) lengthsBytes += frameLengthBytes(length);
  }
  const code = count > 2 ? 3 : count === 1 ? 0 : vbr ? 2 : 1;
  const headerBytes = (code === 3 ? 2 : 1) + (vbr ? lengthsBytes : 0);
  const packet = new Uint8Array(headerBytes + framesBytes);
  packet[0] = (toc & 0xfc) | code;
  let at = 1;
  if (code === 3) packet[at++] = (vbr ? 128 : 0) | count;
  if (vbr) for (let i = 0; i < count - 1; i++) at = writeFrameLength(frames[i]!.length, packet, at);
  for (const frame of frames) {
    packet.set(frame, at);
    at += frame.length;
  }
  return packet;
}
