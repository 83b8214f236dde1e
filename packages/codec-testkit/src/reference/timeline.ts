import type { Gap, Repair, StreamSummary } from '@zarr-audio/codec';
import { ReferenceCodecError } from '../errors';
import type { BlockEvent } from './block-parser';

/** Attributes of a recording stay short. */
const MAX_REPAIRS = 1000;
const MAX_GAPS = 100_000;

/** The blocks of a stream in time: rows, holes, and what was wrong. */
export class Timeline {
  readonly #gaps: Gap[] = [];
  readonly #repairs: Repair[] = [];
  #omitted = false;
  #rows: number[] = [];
  #packets = 0;
  #samples = 0;
  /** Samples of the file before the first that there is. */
  #late = 0;

  /** @throws {ReferenceCodecError} `REFERENCE_TOO_MANY_GAPS` */
  add({ block, byteOffset, byteLength }: Extract<BlockEvent, { type: 'block' }>): void {
    const { firstSample, frames } = block;
    if (this.#packets === 0 && firstSample > 0) {
      this.#late = firstSample;
      this.note('REFERENCE_STARTS_LATE', byteOffset, firstSample);
    }
    const missing = firstSample - this.#late - this.#samples;
    if (missing < 0) {
      this.note('REFERENCE_POSITION_WRONG', byteOffset, frames);
      return;
    }
    if (missing > 0) this.#skip(missing, byteOffset);
    const cumStart = this.#samples;
    this.#samples += frames;
    this.#packets++;
    this.#rows.push(byteOffset, byteLength, frames, cumStart, this.#samples - 1);
  }

  note(code: string, byteOffset: number, samples = 0): void {
    if (this.#repairs.length < MAX_REPAIRS) this.#repairs.push({ code, byteOffset, samples });
    else this.#omitted = true;
  }

  /** Rows since the last call. */
  takeRows(): Float64Array {
    const rows = Float64Array.from(this.#rows);
    this.#rows = [];
    return rows;
  }

  /**
   * @param announced  Samples that the header says; 0 where it does not.
   * @throws {ReferenceCodecError} `REFERENCE_NO_BLOCKS`
   */
  summarize(announced: number): StreamSummary {
    if (this.#packets === 0) {
      throw new ReferenceCodecError('REFERENCE_NO_BLOCKS', 'the file has not one sound block');
    }
    const missing = Math.abs(announced - this.#late - this.#samples);
    if (announced > 0 && missing > 0) this.note('REFERENCE_TOTAL_WRONG', 0, missing);
    const omitted: Repair = { code: 'REPAIRS_OMITTED', byteOffset: this.#repairs.at(-1)?.byteOffset ?? 0, samples: 0 };
    return {
      packets: this.#packets,
      totalSamples: this.#samples,
      gaps: this.#gaps,
      trims: [],
      repairs: this.#omitted ? [...this.#repairs, omitted] : this.#repairs,
    };
  }

  #skip(samples: number, byteOffset: number): void {
    if (this.#gaps.length === MAX_GAPS) {
      throw new ReferenceCodecError('REFERENCE_TOO_MANY_GAPS', `the stream has over ${MAX_GAPS} holes`, { byteOffset });
    }
    this.#samples += samples;
    this.#gaps.push({ end: this.#samples, samples });
    this.note('REFERENCE_GAP', byteOffset, samples);
  }
}
