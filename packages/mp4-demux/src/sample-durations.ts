import type { Box } from './box';
import type { SampleSizes } from './sample-sizes';

/** Walks the durations of samples. */
export interface ReadDurations {
  /** Duration of the next sample, which is passed. */
  next(): number;
  /** How many samples, of this duration, come next. */
  run(): { readonly left: number; readonly duration: number };
  /** Passes samples; gives their durations in sum. */
  pass(count: number): number;
}

/**
 * ```
 * stts  version, flags: 4   count: 4   (samples: 4, duration of each: 4) each
 * ```
 *
 * Samples that the box has no duration for last as long as the one before them.
 *
 * @see ISO/IEC 14496-12 §8.6.1.2
 */
export function readDurations(stts: Box | undefined, sizes: SampleSizes): ReadDurations {
  const rows = stts?.holds(8) ? stts.rows(stts.u32(4), 8, 8) : 0;
  let timed = 0;
  for (let row = 0; row < rows; row++) timed += stts!.u32(8 + 8 * row);
  if (timed !== sizes.count) {
    const { log, byteOffset } = stts ?? sizes.box;
    log.add('MP4_TABLE_MISMATCH', byteOffset, `durations of ${timed} samples, where there are ${sizes.count}`);
  }
  return new DurationWalk(stts, rows);
}

class DurationWalk implements ReadDurations {
  readonly #stts: Box | undefined;
  readonly #rows: number;
  #row = -1;
  #left = 0;
  #duration = 0;

  constructor(stts: Box | undefined, rows: number) {
    this.#stts = stts;
    this.#rows = rows;
  }

  next(): number {
    this.#reach();
    this.#left--;
    return this.#duration;
  }

  run(): { left: number; duration: number } {
    this.#reach();
    return { left: this.#left, duration: this.#duration };
  }

  pass(count: number): number {
    let ticks = 0;
    for (let done = 0; done < count; ) {
      this.#reach();
      const some = Math.min(count - done, this.#left);
      ticks += some * this.#duration;
      this.#left -= some;
      done += some;
    }
    return ticks;
  }

  /** Stands on a row that has samples left. */
  #reach(): void {
    while (this.#left === 0) {
      if (++this.#row >= this.#rows) {
        this.#left = Number.POSITIVE_INFINITY;
        return;
      }
      this.#left = this.#stts!.u32(8 + 8 * this.#row);
      if (this.#left > 0) this.#duration = this.#stts!.u32(12 + 8 * this.#row);
    }
  }
}
