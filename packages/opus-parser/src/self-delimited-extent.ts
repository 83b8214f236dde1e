import { frameLengthBytes, readFrameLength } from './frame-length';
import { checkFrameCount } from './framing';
import { FRAME_SAMPLES_BY_TOC } from './toc';

/**
 * Bytes of the self-delimited packet that begins at `start`; `-n` if at least `n` of them, more than there are, must
 * be known to tell. `n` counts the frames and the padding that are announced already: who waits for that many bytes
 * never misses the end of the packet, and reads its header only a few times even if each byte comes alone.
 *
 * ```
 * code 0    TOC                               length           frame
 * code 1    TOC                               length of both   frame, frame
 * code 2    TOC                               length, length   frame, frame
 * code 3    TOC  v|p|M  padding length        length of all (or M lengths, if v)   M frames  padding
 * ```
 *
 * @param byteOffset  Of `start` in the input, for errors.
 * @throws {OpusError} `OPUS_BAD_PACKET` with rule R5.
 * @see RFC 6716 §3.2, appendix B
 */
export function selfDelimitedExtent(bytes: Uint8Array, start: number, end: number, byteOffset: number): number {
  // TOC, and either a length or a frame count.
  if (end - start < 2) return -2;
  const toc = bytes[start]!;
  const code = toc & 3;
  let at = start + 1;
  let frameCount = code === 0 ? 1 : 2;
  let lengths = code === 2 ? 2 : 1;
  let content = 0;
  if (code === 3) {
    const count = bytes[at++]!;
    frameCount = count & 63;
    checkFrameCount(frameCount, FRAME_SAMPLES_BY_TOC[toc]!, byteOffset + 1);
    if (count & 128) lengths = frameCount;
    if (count & 64) {
      for (let length = 255; length === 255; ) {
        // The padding so far, this byte, and a length at least.
        if (at >= end) return -(at - start + content + 1 + lengths);
        length = bytes[at++]!;
        content += length === 255 ? 254 : length;
      }
    }
  }
  const framesOfOneLength = lengths === 1 ? frameCount : 1;
  for (; lengths > 0; lengths--) {
    const length = readFrameLength(bytes, at, end);
    // Cut after the first byte of two: there is one more than a byte for each length.
    if (length < 0) return -(at - start + content + lengths + (at < end ? 1 : 0));
    content += length * framesOfOneLength;
    at += frameLengthBytes(length);
  }
  return at - start + content;
}
