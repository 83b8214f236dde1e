import { GrowingFloats, GrowingWords } from './growing';
import type { SampleTableBuilder } from './sample-table-builder';

/** Samples of one fragment that lie one behind the other. */
export interface FragmentRun {
  /** Of the first sample; below 0 if the fragment says so. */
  readonly byteOffset: number;
  readonly count: number;
  /** Decode time of the first sample, or NaN: it follows the run before it. */
  readonly time: number;
  /** Of all samples, if they have none of their own. */
  readonly size: number;
  /** Of all samples, if they have none of their own. */
  readonly duration: number;
  readonly sizes: ((sample: number) => number) | undefined;
  readonly durations: ((sample: number) => number) | undefined;
  /** They are of another sample description than the track's first. */
  readonly foreign: boolean;
}

const OWN_SIZES = 1;
const OWN_DURATIONS = 2;
const FOREIGN = 4;

/**
 * What the fragments say of a track's samples, until the length of the input is known: 32 bytes a run, 4 bytes a sample
 * with a size of its own, 4 more where the durations of a run differ.
 */
export class FragmentRuns {
  readonly #byteOffset = new GrowingFloats();
  readonly #time = new GrowingFloats();
  readonly #count = new GrowingWords();
  readonly #kind = new GrowingWords();
  readonly #size = new GrowingWords();
  readonly #duration = new GrowingWords();
  readonly #sizes = new GrowingWords();
  readonly #durations = new GrowingWords();

  /** @returns Bytes that the samples take. */
  add(run: FragmentRun): number {
    const { count, sizes, durations } = run;
    const varying = durations !== undefined && !allSame(durations, count);
    const kind = (sizes ? OWN_SIZES : 0) | (varying ? OWN_DURATIONS : 0) | (run.foreign ? FOREIGN : 0);
    this.#byteOffset.push(run.byteOffset);
    this.#time.push(run.time);
    this.#count.push(count);
    this.#kind.push(kind);
    this.#size.push(run.size);
    this.#duration.push(durations && count > 0 ? durations(0) : run.duration);
    if (varying) for (let i = 0; i < count; i++) this.#durations.push(durations(i));
    if (!sizes) return count * run.size;
    let byteLength = 0;
    for (let i = 0; i < count; i++) {
      const size = sizes(i);
      this.#sizes.push(size);
      byteLength += size;
    }
    return byteLength;
  }

  addTo(builder: SampleTableBuilder): void {
    let nextSize = 0;
    let nextDuration = 0;
    for (let run = 0; run < this.#count.length; run++) {
      const byteOffset = this.#byteOffset.get(run);
      const time = this.#time.get(run);
      if (!Number.isNaN(time)) builder.startAt(time, byteOffset);
      const count = this.#count.get(run);
      const kind = this.#kind.get(run);
      const size = this.#size.get(run);
      const duration = this.#duration.get(run);
      const sizes = kind & OWN_SIZES ? this.#sizes : undefined;
      const durations = kind & OWN_DURATIONS ? this.#durations : undefined;
      const dropped = this.#reasonToDrop(run, builder);
      if (dropped) {
        let ticks = durations ? 0 : count * duration;
        if (durations) for (let i = 0; i < count; i++) ticks += durations.get(nextDuration + i);
        builder.drop(dropped.code, byteOffset, dropped.what, count, ticks);
      } else if (!sizes && !durations) {
        builder.addMany(byteOffset, count, size, duration);
      } else {
        let at = byteOffset;
        for (let i = 0; i < count; i++) {
          const byteLength = sizes ? sizes.get(nextSize + i) : size;
          builder.add(at, byteLength, durations ? durations.get(nextDuration + i) : duration);
          at += byteLength;
        }
      }
      if (sizes) nextSize += count;
      if (durations) nextDuration += count;
    }
  }

  #reasonToDrop(run: number, builder: SampleTableBuilder) {
    if (this.#kind.get(run) & FOREIGN) {
      return { code: 'MP4_OTHER_SAMPLE_ENTRY', what: 'samples of another description than the first' } as const;
    }
    const following = run + 1 < this.#count.length ? this.#byteOffset.get(run + 1) : Number.POSITIVE_INFINITY;
    if (!builder.isAstray(this.#byteOffset.get(run), following)) return undefined;
    return {
      code: 'MP4_SAMPLES_UNORDERED',
      what: `a run of samples lies behind the next one, at ${following}`,
    } as const;
  }
}

function allSame(values: (index: number) => number, count: number): boolean {
  for (let i = 1; i < count; i++) if (values(i) !== values(0)) return false;
  return true;
}
