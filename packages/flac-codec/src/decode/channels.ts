import type { PcmData } from '@zarr-audio/codec';
import type { Decorrelation } from '../frame/frame-header';

/** Channels that are coded each on its own, interleaved into `output` from `at` on. */
export function interleave(
  channels: readonly Int32Array[],
  blockSize: number,
  output: Int16Array | Int32Array,
  at: number,
): void {
  const count = channels.length;
  if (count === 1) {
    output.set(channels[0]!.subarray(0, blockSize), at);
    return;
  }
  for (let channel = 0; channel < count; channel++) {
    const samples = channels[channel]!;
    for (let i = 0, to = at + channel; i < blockSize; i++, to += count) output[to] = samples[i]!;
  }
}

/** Two channels of up to 31 bits, of which one or both are a side or a middle. RFC 9639 §4.2 */
export function interleaveStereo(
  first: Int32Array,
  second: Int32Array,
  decorrelation: Decorrelation,
  blockSize: number,
  output: Int16Array | Int32Array,
  at: number,
): void {
  let to = at;
  if (decorrelation === 'left-side') {
    for (let i = 0; i < blockSize; i++, to += 2) {
      const left = first[i]!;
      output[to] = left;
      output[to + 1] = left - second[i]!;
    }
  } else if (decorrelation === 'side-right') {
    for (let i = 0; i < blockSize; i++, to += 2) {
      const right = second[i]!;
      output[to] = first[i]! + right;
      output[to + 1] = right;
    }
  } else {
    for (let i = 0; i < blockSize; i++, to += 2) {
      const side = second[i]!;
      const middle = (first[i]! << 1) | (side & 1);
      output[to] = (middle + side) >> 1;
      output[to + 1] = (middle - side) >> 1;
    }
  }
}

/** The same with a side channel of 33 bits: in float64, which is exact here (a middle doubled has 33 bits, a sum 34). */
export function interleaveWideStereo(
  plain: Int32Array,
  side: Float64Array,
  decorrelation: Decorrelation,
  blockSize: number,
  output: PcmData,
  at: number,
): void {
  for (let i = 0, to = at; i < blockSize; i++, to += 2) {
    const difference = side[i]!;
    const other = plain[i]!;
    if (decorrelation === 'left-side') {
      output[to] = other;
      output[to + 1] = other - difference;
    } else if (decorrelation === 'side-right') {
      output[to] = other + difference;
      output[to + 1] = other;
    } else {
      const middle = 2 * other + Math.abs(difference % 2);
      output[to] = (middle + difference) / 2;
      output[to + 1] = (middle - difference) / 2;
    }
  }
}
