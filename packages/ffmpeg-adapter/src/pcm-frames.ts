import type { PcmData, PcmFormat } from '@zarr-audio/codec';
import { FfmpegError } from './errors';

/**
 * The bytes of `s16le`, `s32le` or `f32le`, as they come out of a pipe, cut after whole frames.
 *
 * @throws {FfmpegError} `FFMPEG_BAD_OUTPUT` if they end within one.
 */
export async function* wholeFrames(output: AsyncIterable<Uint8Array>, format: PcmFormat): AsyncGenerator<PcmData> {
  const frameBytes = format.channels * (format.sampleType === 'int16' ? 2 : 4);
  let rest: Uint8Array = new Uint8Array(0);
  for await (const bytes of output) {
    const length = rest.byteLength + bytes.byteLength;
    const whole = length - (length % frameBytes);
    const joined = new Uint8Array(length);
    joined.set(rest);
    joined.set(bytes, rest.byteLength);
    rest = joined.subarray(whole);
    if (whole > 0) yield samples(joined.buffer, whole, format);
  }
  if (rest.byteLength > 0) {
    throw new FfmpegError('FFMPEG_BAD_OUTPUT', `ffmpeg's output ends ${rest.byteLength} bytes into a frame`, {
      frameBytes,
    });
  }
}

/** ffmpeg fills 32 bits from the top: samples of fewer move to the bottom. */
function samples(buffer: ArrayBuffer, byteLength: number, { sampleType, bitsPerSample }: PcmFormat): PcmData {
  if (sampleType === 'int16') return new Int16Array(buffer, 0, byteLength / 2);
  if (sampleType === 'float32') return new Float32Array(buffer, 0, byteLength / 4);
  const data = new Int32Array(buffer, 0, byteLength / 4);
  const shift = 32 - bitsPerSample;
  if (shift > 0) for (let i = 0; i < data.length; i++) data[i] = data[i]! >> shift;
  return data;
}

/** No codec pads its last packet by more: what lies further behind a stated end is no padding. */
const MAX_PADDING = 8_192;

/**
 * The blocks without their first `skip` frames and, if `end` is known, without the padding of the last packet behind it.
 * More than a packet's padding is kept: then the end is stated wrong.
 *
 * @param end  In frames after the skipped ones.
 */
export async function* trimmed(
  blocks: AsyncIterable<PcmData>,
  channels: number,
  skip: number,
  end = Number.POSITIVE_INFINITY,
): AsyncGenerator<PcmData> {
  const last = skip + end;
  /** Those that may be padding. */
  let held: PcmData[] = [];
  let frames = 0;
  for await (const block of blocks) {
    const before = frames;
    frames += block.length / channels;
    const from = Math.max(0, skip - before);
    const to = Math.max(from, Math.min(last, frames) - before);
    const inside = block.subarray(from * channels, to * channels);
    if (inside.length > 0) yield inside;
    if (frames <= last) continue;
    const outside = block.subarray(to * channels);
    if (outside.length > 0) held.push(outside);
    if (frames - last <= MAX_PADDING) continue;
    yield* held;
    held = [];
  }
}
