import type { Box } from './box';
import { type ReadDurations, readDurations } from './sample-durations';
import { readSizes, type SampleSizes } from './sample-sizes';
import type { SampleTableBuilder } from './sample-table-builder';

/** The boxes of a track's sample table, in the movie box. */
export interface SampleBoxes {
  /** Durations. */
  stts?: Box;
  /** Samples to chunks. */
  stsc?: Box;
  /** Sizes. */
  stsz?: Box;
  stz2?: Box;
  /** Offsets of chunks. */
  stco?: Box;
  co64?: Box;
}

/**
 * Adds the samples that the tables of the movie box list.
 *
 * ```
 * stco  version, flags: 4   count: 4   offset: 4 each     (co64: 8 each)
 * stsc  version, flags: 4   count: 4   (first chunk from 1: 4, samples in a chunk: 4, description: 4) each
 * ```
 *
 * @param isForeign  Is a sample description, from 1, another than the one that the track is read by?
 * @see ISO/IEC 14496-12 §8.7
 */
export function addMovieSamples(
  boxes: SampleBoxes,
  builder: SampleTableBuilder,
  isForeign: (description: number) => boolean,
): void {
  const offsets = boxes.co64 ?? boxes.stco;
  const sizes = readSizes(boxes.stsz ?? boxes.stz2);
  if (!sizes || sizes.count === 0) return;
  const durations = readDurations(boxes.stts, sizes);
  let sample = 0;
  if (offsets?.holds(8) && boxes.stsc?.holds(8)) {
    const adder = new ChunkAdder(builder, sizes, durations);
    sample = walkChunks(offsets, boxes.stsc, adder, isForeign);
  }
  const missing = sizes.count - sample;
  if (missing <= 0) return;
  const { log, byteOffset } = sizes.box;
  log.add('MP4_TABLE_MISMATCH', byteOffset, `${missing} of ${sizes.count} samples are in no chunk`, missing);
}

/** @returns How many samples there were in the chunks. */
function walkChunks(offsets: Box, stsc: Box, adder: ChunkAdder, isForeign: (description: number) => boolean): number {
  const wide = offsets.type === 'co64';
  const rowBytes = wide ? 8 : 4;
  const chunks = offsets.rows(offsets.u32(4), rowBytes, 8);
  const rows = orderedRows(stsc);
  const offsetOf = (chunk: number) => (wide ? offsets.offset64(8 + 8 * chunk) : offsets.u32(8 + 4 * chunk));
  let row = -1;
  for (let chunk = 0; chunk < chunks && rows > 0 && !adder.done; chunk++) {
    if (row + 1 < rows && (row < 0 || stsc.u32(8 + 12 * (row + 1)) === chunk + 1)) row++;
    const at = 8 + 12 * row;
    const byteOffset = offsetOf(chunk);
    const following = chunk + 1 < chunks ? offsetOf(chunk + 1) : Number.POSITIVE_INFINITY;
    adder.add(byteOffset, stsc.u32(at + 4), following, isForeign(stsc.u32(at + 8)));
  }
  return adder.sample;
}

/** How many rows of `stsc` there are until the first that can't be: chunks rise strictly, from 1. */
function orderedRows(stsc: Box): number {
  const rows = stsc.rows(stsc.u32(4), 12, 8);
  for (let row = 0; row < rows; row++) {
    const before = row === 0 ? 0 : stsc.u32(8 + 12 * (row - 1));
    const first = stsc.u32(8 + 12 * row);
    if (first > before && (row > 0 || first === 1)) continue;
    stsc.log.add('MP4_BAD_BOX', stsc.byteOffset, `box 'stsc' goes on with chunk ${first} after ${before}`);
    return row;
  }
  return rows;
}

class ChunkAdder {
  /** The next sample. */
  sample = 0;
  readonly #builder: SampleTableBuilder;
  readonly #sizes: SampleSizes;
  readonly #durations: ReadDurations;

  constructor(builder: SampleTableBuilder, sizes: SampleSizes, durations: ReadDurations) {
    this.#builder = builder;
    this.#sizes = sizes;
    this.#durations = durations;
  }

  get done(): boolean {
    return this.sample >= this.#sizes.count;
  }

  /** @param following  Where the chunk after it begins. */
  add(byteOffset: number, claimed: number, following: number, foreign: boolean): void {
    const builder = this.#builder;
    const { box } = this.#sizes;
    const count = Math.min(claimed, this.#sizes.count - this.sample);
    if (count < claimed) {
      const what = `a chunk holds ${claimed} samples where ${count} are left`;
      box.log.add('MP4_TABLE_MISMATCH', box.byteOffset, what);
    }
    if (foreign) {
      const what = 'samples of another description than the first';
      builder.drop('MP4_OTHER_SAMPLE_ENTRY', byteOffset, what, count, this.#durations.pass(count));
    } else if (builder.isAstray(byteOffset, following)) {
      const what = `a chunk lies behind the next one, at ${following}`;
      builder.drop('MP4_SAMPLES_UNORDERED', byteOffset, what, count, this.#durations.pass(count));
    } else if (this.#sizes.common > 0) {
      this.#addSame(byteOffset, count);
    } else {
      let at = byteOffset;
      for (let i = 0; i < count; i++) {
        const byteLength = this.#sizes.at(this.sample + i);
        builder.add(at, byteLength, this.#durations.next());
        at += byteLength;
      }
    }
    this.sample += count;
  }

  #addSame(byteOffset: number, count: number): void {
    const { common } = this.#sizes;
    for (let done = 0; done < count; ) {
      const { left, duration } = this.#durations.run();
      const some = Math.min(count - done, left);
      this.#builder.addMany(byteOffset + done * common, some, common, duration);
      this.#durations.pass(some);
      done += some;
    }
  }
}
