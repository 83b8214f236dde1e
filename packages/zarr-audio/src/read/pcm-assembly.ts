import { createPcm, type PcmData, type SampleType, type StreamDescription } from '@zarr-audio/codec';
import { StoreError } from '../errors';

/**
 * What type `dtype` means for a stream: `auto` is what the decoder gives (int16, or int32 above 16 bits).
 *
 * @throws {StoreError} `SAMPLE_TYPE_TOO_NARROW` for int16 where the recording has more bits.
 */
export function outputType(dtype: SampleType | 'auto', { sampleType, bitsPerSample }: StreamDescription): SampleType {
  if (dtype === 'auto' || dtype === sampleType) return sampleType;
  if (dtype === 'float32' || (dtype === 'int32' && sampleType === 'int16')) return dtype;
  throw new StoreError(
    'SAMPLE_TYPE_TOO_NARROW',
    `the recording has ${sampleType} samples of ${bitsPerSample} bits: ${dtype} would not hold them`,
    { dtype, sampleType, bitsPerSample },
  );
}

/** Room for samples of the asked-for type, zeros at first. */
export function allocate(type: SampleType, frames: number, channels: number): PcmData {
  const length = frames * channels;
  // Node and browsers hold no larger typed arrays for certain.
  if (length > 2 ** 31 - 1) {
    throw new StoreError(
      'READ_TOO_LARGE',
      `${frames} frames of ${channels} channels don't fit one array: read them in blocks`,
      { frames, channels },
    );
  }
  return createPcm(type, length);
}

/**
 * Copies decoded samples, converting integers to float32 where asked: over their full scale.
 *
 * @param length  Samples of all channels together.
 */
export function copySamples(
  from: PcmData,
  fromIndex: number,
  length: number,
  to: PcmData,
  toIndex: number,
  bitsPerSample: number,
): void {
  if (!(to instanceof Float32Array) || from instanceof Float32Array) {
    to.set(from.subarray(fromIndex, fromIndex + length), toIndex);
    return;
  }
  const scale = 2 ** (1 - bitsPerSample);
  // Indices that come of sums of doubles are ones to V8, which makes an access by them ten times as slow.
  const source = from.subarray(fromIndex, fromIndex + length);
  const target = to.subarray(toIndex, toIndex + length);
  for (let i = 0; i < length; i++) target[i] = source[i]! * scale;
}
