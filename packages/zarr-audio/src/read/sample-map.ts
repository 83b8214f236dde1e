import type { Gap } from '@zarr-audio/codec';

/** A stretch of what a listener hears, where the decoder has it. */
export interface HeardStretch {
  /** First sample, of the recording. */
  readonly start: number;
  /** The same sample, in the count of the index. */
  readonly decoded: number;
  readonly samples: number;
}

/**
 * From the listener's samples to the index's: pre-skip and trims are decoded and not heard (docs/format.md). Holes are
 * heard, as zeros.
 */
export class SampleMap {
  readonly #preSkip: number;
  readonly #trims: readonly (readonly [number, number])[];

  /** @param trims  `[first dropped, samples]` in the count of the index, ascending, none overlapping. */
  constructor(preSkip: number, trims: readonly (readonly [number, number])[]) {
    this.#preSkip = preSkip;
    this.#trims = trims;
  }

  /** Where samples `[start, end)` of the recording are decoded: in order, one stretch unless a trim lies in between. */
  stretches(start: number, end: number): HeardStretch[] {
    const stretches: HeardStretch[] = [];
    let heard = 0;
    let decoded = this.#preSkip;
    const keep = (samples: number) => {
      const from = Math.max(start, heard);
      const to = Math.min(end, heard + samples);
      if (from < to) stretches.push({ start: from, decoded: decoded + from - heard, samples: to - from });
      heard += samples;
      decoded += samples;
    };
    for (const [dropped, samples] of this.#trims) {
      if (dropped > decoded) keep(dropped - decoded);
      decoded = Math.max(decoded, dropped + samples);
    }
    keep(Number.POSITIVE_INFINITY);
    return stretches;
  }

  /** Holes in the listener's count, as far as they lie in `[start, end)`. */
  gapsWithin(gaps: readonly Gap[], start: number, end: number): Gap[] {
    return this.stretches(start, end).flatMap((stretch) =>
      gaps.flatMap((gap) => {
        const from = Math.max(gap.end - gap.samples, stretch.decoded);
        const to = Math.min(gap.end, stretch.decoded + stretch.samples);
        return from < to ? [{ end: to - stretch.decoded + stretch.start, samples: to - from }] : [];
      }),
    );
  }
}
