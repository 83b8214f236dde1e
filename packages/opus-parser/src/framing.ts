import { badPacket } from './errors';
import { frameLengthBytes, MAX_FRAME_BYTES, readFrameLength } from './frame-length';
import { FRAME_SAMPLES_BY_TOC } from './toc';

/** 120 ms at 48 kHz. RFC 6716 §3.2.5 */
export const MAX_PACKET_SAMPLES = 5760;
/** 120 ms in frames of 2.5 ms. */
export const MAX_FRAMES = 48;

/** Where the parts of one packet lie. One object is filled again and again. */
export interface Framing {
  toc: number;
  frameCount: number;
  frameSamples: number;
  /** Each frame has a length of its own (code 2, or code 3 with the bit `v`). */
  vbr: boolean;
  /** The bit `p` is set, even if no byte of padding follows. */
  padded: boolean;
  /** Bytes behind the last frame. */
  paddingBytes: number;
  /** First byte of the first frame; all before it is header. */
  framesStart: number;
  /** First byte after the packet. */
  end: number;
  readonly frameOffsets: Float64Array;
  readonly frameLengths: Float64Array;
}

export function createFraming(): Framing {
  return {
    toc: 0,
    frameCount: 0,
    frameSamples: 0,
    vbr: false,
    padded: false,
    paddingBytes: 0,
    framesStart: 0,
    end: 0,
    frameOffsets: new Float64Array(MAX_FRAMES),
    frameLengths: new Float64Array(MAX_FRAMES),
  };
}

/**
 * Finds the frames of the packet in `bytes[start, end)`; allocates nothing.
 *
 * ```
 * code 0    TOC                               frame
 * code 1    TOC                               frame, frame (same length)
 * code 2    TOC  length of the first          frame, frame
 * code 3    TOC  v|p|M  padding length  lengths of the first M-1 (if v)  M frames  padding
 * ```
 *
 * Self-delimited, the length of the last frame (or of all, where they are equal) comes last in the header.
 *
 * @throws {OpusError} `OPUS_BAD_PACKET` with the rule that is broken.
 * @see RFC 6716 §3.2, §3.4, appendix B
 */
export function scanFraming(
  bytes: Uint8Array,
  start: number,
  end: number,
  selfDelimited: boolean,
  into: Framing,
): void {
  if (start >= end) badPacket('R1', 'toc', start, 'it is empty');
  const toc = bytes[start]!;
  into.toc = toc;
  into.frameSamples = FRAME_SAMPLES_BY_TOC[toc]!;
  const code = toc & 3;
  into.frameCount = code === 0 ? 1 : 2;
  into.vbr = code === 2;
  into.padded = false;
  into.paddingBytes = 0;
  let at = start + 1;
  if (code === 3) at = scanCountAndPadding(bytes, at, end, into);

  const limit = end - into.paddingBytes;
  if (limit < at) {
    const rule = into.vbr ? 'R7' : 'R6';
    badPacket(rule, 'padding', start + 2, `${into.paddingBytes} bytes of padding in ${end - start} bytes`);
  }
  at = into.vbr
    ? scanLengths(bytes, at, limit, selfDelimited, into)
    : scanCommonLength(bytes, at, limit, selfDelimited, into);
  into.framesStart = at;
  for (let i = 0; i < into.frameCount; i++) {
    into.frameOffsets[i] = at;
    at += into.frameLengths[i]!;
  }
  into.end = at + into.paddingBytes;
}

/** The frame count byte and the padding length after it: code 3. RFC 6716 §3.2.5 */
function scanCountAndPadding(bytes: Uint8Array, start: number, end: number, into: Framing): number {
  if (start >= end) badPacket('R6', 'frameCount', start, 'code 3 without a frame count');
  const count = bytes[start]!;
  checkFrameCount(count & 63, into.frameSamples, start);
  into.frameCount = count & 63;
  into.vbr = (count & 128) !== 0;
  into.padded = (count & 64) !== 0;
  let at = start + 1;
  if (!into.padded) return at;
  // 255 stands for 254 bytes and another length byte.
  for (let length = 255; length === 255; at++) {
    if (at >= end) badPacket(into.vbr ? 'R7' : 'R6', 'padding', start + 1, 'the padding length is cut');
    length = bytes[at]!;
    into.paddingBytes += length === 255 ? 254 : length;
  }
  return at;
}

/** RFC 6716 §3.4 [R5] */
export function checkFrameCount(count: number, frameSamples: number, byteOffset: number): void {
  if (count === 0) badPacket('R5', 'frameCount', byteOffset, 'it has no frames');
  if (count * frameSamples > MAX_PACKET_SAMPLES) {
    badPacket('R5', 'frameCount', byteOffset, `${count} frames of ${frameSamples / 48} ms are over 120 ms`);
  }
}

/** One length a frame; the last one is what remains, unless self-delimited. */
function scanLengths(bytes: Uint8Array, start: number, limit: number, selfDelimited: boolean, into: Framing): number {
  const rule = (into.toc & 3) === 2 ? 'R4' : 'R7';
  const last = into.frameCount - 1;
  const explicit = selfDelimited ? into.frameCount : last;
  let at = start;
  let total = 0;
  for (let i = 0; i < explicit; i++) {
    const length = readFrameLength(bytes, at, limit);
    if (length < 0) badPacket(i === last ? 'B' : rule, 'frameLength', at, `the length of frame ${i} is cut`);
    into.frameLengths[i] = length;
    total += length;
    at += frameLengthBytes(length);
  }
  const rest = limit - at - total;
  if (rest < 0) {
    badPacket(selfDelimited ? 'B' : rule, 'frameLength', start, `its frames are ${-rest} bytes longer than the packet`);
  }
  if (!selfDelimited) {
    if (rest > MAX_FRAME_BYTES) badPacket('R2', 'frameLength', at, `a frame of ${rest} bytes`);
    into.frameLengths[last] = rest;
  }
  return at;
}

/** All frames have one length: what there is by the number of frames, unless self-delimited. */
function scanCommonLength(
  bytes: Uint8Array,
  start: number,
  limit: number,
  selfDelimited: boolean,
  into: Framing,
): number {
  let at = start;
  let length: number;
  if (selfDelimited) {
    length = readFrameLength(bytes, at, limit);
    if (length < 0) badPacket('B', 'frameLength', at, 'the frame length is cut');
    at += frameLengthBytes(length);
    const missing = length * into.frameCount - (limit - at);
    if (missing > 0) badPacket('B', 'frameLength', start, `its frames are ${missing} bytes longer than the packet`);
  } else {
    length = (limit - at) / into.frameCount;
    if (!Number.isInteger(length)) {
      const rule = (into.toc & 3) === 1 ? 'R3' : 'R6';
      badPacket(rule, 'frameLength', at, `${limit - at} bytes are not ${into.frameCount} frames of one length`);
    }
    if (length > MAX_FRAME_BYTES) badPacket('R2', 'frameLength', at, `a frame of ${length} bytes`);
  }
  into.frameLengths.fill(length, 0, into.frameCount);
  return at;
}
