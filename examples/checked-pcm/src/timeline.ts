import { CodedError, type Gap, type Repair, type StreamSummary } from '@zarr-audio/codec';
import { PacketRows } from '@zarr-audio/packet-index';

/** Attributes of a recording are read whole whenever it is opened: they stay short. */
const MAX_REPAIRS = 1000;
const MAX_GAPS = 100_000;

/** The blocks of a stream in time: rows of the index, holes, and what was wrong. */
export class Timeline {
  readonly rows = new PacketRows();
  readonly #blockFrames: number;
  readonly #gaps: Gap[] = [];
  readonly #repairs: Repair[] = [];
  #omitted = false;
  /** Number of the first block. */
  #first: number | undefined;
  #next = 0;

  constructor(blockFrames: number) {
    this.#blockFrames = blockFrames;
  }

  /** Number that the next block should have. */
  get next(): number {
    return this.#next;
  }

  /**
   * The next block. Samples are counted from the first block that there is; a block that comes twice, or too late, is left out.
   *
   * @throws {CodedError} `CPCM_TOO_MANY_GAPS`
   */
  add(number: number, frames: number, byteOffset: number, byteLength: number): void {
    if (number < this.#next) {
      this.note('CPCM_BLOCK_REPEATED', byteOffset, frames);
      return;
    }
    if (this.#first === undefined) {
      this.#first = number;
      if (number > 0) this.note('CPCM_STARTS_LATE', byteOffset, number * this.#blockFrames);
    }
    const missing = (number - this.#first) * this.#blockFrames - this.rows.samples;
    if (missing > 0) {
      if (this.#gaps.length === MAX_GAPS) {
        throw new CodedError('CPCM_TOO_MANY_GAPS', `the file has over ${MAX_GAPS} holes`, { byteOffset });
      }
      this.rows.skip(missing);
      this.#gaps.push({ end: this.rows.samples, samples: missing });
      this.note('CPCM_GAP', byteOffset, missing);
    }
    this.rows.add(byteOffset, byteLength, frames);
    this.#next = number + 1;
  }

  note(code: string, byteOffset: number, samples = 0): void {
    if (this.#repairs.length < MAX_REPAIRS) this.#repairs.push({ code, byteOffset, samples });
    else this.#omitted = true;
  }

  /** @param repairs  Of whoever gave the samples that were encoded. */
  summarize(repairs: readonly Repair[] = []): StreamSummary {
    const all = [...repairs, ...this.#repairs];
    if (this.#omitted) all.push({ code: 'REPAIRS_OMITTED', byteOffset: all.at(-1)!.byteOffset, samples: 0 });
    const { packets, samples } = this.rows;
    return { packets, totalSamples: samples, gaps: this.#gaps, trims: [], repairs: all };
  }
}
