import { FrameDecoder, type FrameFormat } from '../../src/decode/frame-decoder';

/** The samples of a frame, interleaved. */
export function decodeFrame(bytes: Uint8Array, format: FrameFormat, blockSize: number): number[] {
  const length = blockSize * format.channels;
  const output = format.bitsPerSample > 16 ? new Int32Array(length) : new Int16Array(length);
  const decoder = new FrameDecoder();
  const frames = decoder.decode(bytes, 0, bytes.length, format, output, 0);
  if (frames !== blockSize || decoder.byteLength !== bytes.length) {
    throw new Error(`${frames} samples in ${decoder.byteLength} bytes, not ${blockSize} in ${bytes.length}`);
  }
  return [...output];
}
