import type { PcmData } from '@zarr-audio/codec';

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Bytes of a file into samples in memory, from index `at` on. A copy, so that not even the bits of a NaN change. */
export function copyToSamples(bytes: Uint8Array, output: PcmData, at: number): void {
  const size = output.BYTES_PER_ELEMENT;
  const target = new Uint8Array(output.buffer, output.byteOffset + at * size, bytes.length);
  target.set(bytes);
  if (!IS_LITTLE_ENDIAN) swap(target, size);
}

/** The other way round. */
export function toFileBytes(samples: PcmData): Uint8Array {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  if (IS_LITTLE_ENDIAN) return bytes;
  const copy = bytes.slice();
  swap(copy, samples.BYTES_PER_ELEMENT);
  return copy;
}

function swap(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}
