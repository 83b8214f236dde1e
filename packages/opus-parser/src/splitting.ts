import { createFraming, type Framing, scanFraming } from './framing';
import { encodePacket } from './packet';

/** 60 ms at 48 kHz: the most that every decoder takes at once. */
const DEFAULT_MAX_SAMPLES = 2880;

const framing = createFraming();

/**
 * The frames of a packet as packets of at most 60 ms, without padding.
 *
 * Always in the same way, for a decoder's soft clipping shows where one call ends: each packet gets as many whole
 * frames as fit, in order, so only the last can be shorter; `encodePacket` says how they are framed. The bytes of
 * the frames stay as they are. 120 ms of 20 ms frames: 3 + 3. 100 ms: 3 + 2. 80 ms of 40 ms frames: 1 + 1.
 *
 * @param packet  One packet of ordinary framing.
 * @param maxSamples  Samples per channel at 48 kHz that a packet may have.
 * @returns `[packet]`, the same object, if it is short enough and has no padding.
 * @throws {OpusError} `OPUS_BAD_PACKET` as `parsePacket`.
 * @throws {RangeError} if one frame alone has more than `maxSamples`.
 */
export function splitPacket(packet: Uint8Array, maxSamples = DEFAULT_MAX_SAMPLES): Uint8Array[] {
  scanFraming(packet, 0, packet.length, false, framing);
  const { frameCount, frameSamples, padded } = framing;
  const framesPerPacket = Math.floor(maxSamples / frameSamples);
  if (!(framesPerPacket >= 1)) {
    throw new RangeError(`a frame of ${frameSamples} samples can't be split into ${maxSamples}`);
  }
  if (frameCount <= framesPerPacket && !padded) return [packet];
  const pieces: Uint8Array[] = [];
  for (let first = 0; first < frameCount; first += framesPerPacket) {
    pieces.push(regroup(packet, framing, first, Math.min(first + framesPerPacket, frameCount)));
  }
  return pieces;
}

/**
 * The packet without its padding, framed as `encodePacket` does. What libopus 1.5 and later hide in the padding
 * (extensions such as DRED) is dropped with it.
 *
 * @param packet  One packet of ordinary framing.
 * @returns The same object if it has no padding.
 * @throws {OpusError} `OPUS_BAD_PACKET` as `parsePacket`.
 * @see RFC 6716 §3.2.5
 */
export function stripPadding(packet: Uint8Array): Uint8Array {
  scanFraming(packet, 0, packet.length, false, framing);
  return framing.padded ? regroup(packet, framing, 0, framing.frameCount) : packet;
}

function regroup(packet: Uint8Array, { toc, frameOffsets, frameLengths }: Framing, first: number, last: number) {
  const frames: Uint8Array[] = [];
  for (let i = first; i < last; i++) {
    frames.push(packet.subarray(frameOffsets[i]!, frameOffsets[i]! + frameLengths[i]!));
  }
  return encodePacket(toc, frames);
}
