import type { PcmData, PcmFormat } from '@zarr-audio/codec';

/** libFLAC as it is in libflacjs takes no more; and float32 holds no more. */
export const MAX_BITS = 24;
/** Depths that a frame header can say, and libFLAC takes. RFC 9639 §9.1.4 */
const DEPTHS = [8, 12, 16, 20, 24];

/** The depth that such samples are encoded with; undefined if there is none. float32 becomes 24 bits. */
export function encodedBits({ sampleType, bitsPerSample }: PcmFormat): number | undefined {
  return sampleType === 'float32' ? MAX_BITS : DEPTHS.find((depth) => depth >= bitsPerSample);
}

export interface Integers {
  readonly samples: Int32Array;
  /** Samples of float32 that lay outside of [-1, 1) and were cut to it. */
  readonly clipped: number;
}

/** Right-aligned integers; float32 rounded to 24 bits (halves upwards), saturated. */
export function toIntegers(block: PcmData): Integers {
  if (block instanceof Int32Array) return { samples: block, clipped: 0 };
  if (block instanceof Int16Array) return { samples: Int32Array.from(block), clipped: 0 };
  const full = 2 ** (MAX_BITS - 1);
  const samples = new Int32Array(block.length);
  let clipped = 0;
  for (let i = 0; i < block.length; i++) {
    const value = Math.round(block[i]! * full);
    const cut = Math.max(-full, Math.min(full - 1, value));
    if (cut !== value) clipped++;
    samples[i] = cut;
  }
  return { samples, clipped };
}
