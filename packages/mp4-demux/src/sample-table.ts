/** One sample: to Opus one packet. */
export interface Mp4SampleInfo {
  /** Number of the sample in its table, from 0. */
  readonly index: number;
  /** Of its first byte, in the input. */
  readonly byteOffset: number;
  readonly byteLength: number;
  /** In units of the track's timescale. */
  readonly decodeTime: number;
  /** In units of the track's timescale. */
  readonly duration: number;
}

/** What a table is made of; one array element each. */
export interface SampleColumns {
  readonly count: number;
  /** A stretch is samples that lie one behind the other: its first sample, and at the end the count. */
  readonly stretchFirst: Float64Array;
  readonly stretchByteOffset: Float64Array;
  /** The size of all samples of the stretch, or 0: each has its own. */
  readonly stretchSize: Uint32Array;
  /** Where in `sizes` its own sizes begin. */
  readonly stretchSizeIndex: Uint32Array;
  readonly sizes: Uint32Array;
  /** A run is samples of one duration without a hole: its first sample, and at the end the count. */
  readonly runFirst: Float64Array;
  readonly runTime: Float64Array;
  readonly runDuration: Uint32Array;
}

/**
 * The samples of a track, in the order of decode time and of byte offset, which are one; they don't overlap and lie within
 * the input. Takes 4 bytes a sample (none where many have one size), 24 a stretch of samples without other bytes in
 * between, and 20 a change of duration.
 */
export class Mp4SampleTable {
  /** Samples. */
  readonly count: number;
  /** Decode time of the first sample, 0 without one. */
  readonly startTime: number;
  /** Decode time at which the last sample ends, 0 without one. */
  readonly endTime: number;
  readonly #columns: SampleColumns;

  /** Made by `Mp4Scanner`. */
  constructor(columns: SampleColumns) {
    const { count, runFirst, runTime, runDuration } = columns;
    this.#columns = columns;
    this.count = count;
    const last = runTime.length - 1;
    this.startTime = last < 0 ? 0 : runTime[0]!;
    this.endTime = last < 0 ? 0 : runTime[last]! + (count - runFirst[last]!) * runDuration[last]!;
  }

  /** Walks the samples without an allocation for each. */
  cursor(): Mp4SampleCursor {
    return new Mp4SampleCursor(this.#columns);
  }

  /** The samples in order. */
  *[Symbol.iterator](): Generator<Mp4SampleInfo> {
    const cursor = this.cursor();
    while (cursor.next()) {
      const { index, byteOffset, byteLength, decodeTime, duration } = cursor;
      yield { index, byteOffset, byteLength, decodeTime, duration };
    }
  }
}

/** Stands on one sample after another; `next` goes to the first. */
export class Mp4SampleCursor implements Mp4SampleInfo {
  index = -1;
  byteOffset = 0;
  byteLength = 0;
  decodeTime = 0;
  duration = 0;
  readonly #columns: SampleColumns;
  #stretch = -1;
  #run = -1;

  constructor(columns: SampleColumns) {
    this.#columns = columns;
  }

  /** Goes to the next sample; false if there is none, and then the fields mean nothing. */
  next(): boolean {
    const columns = this.#columns;
    if (this.index + 1 >= columns.count) return false;
    const index = ++this.index;
    if (this.#stretch < 0 || index === columns.stretchFirst[this.#stretch + 1]) {
      this.byteOffset = columns.stretchByteOffset[++this.#stretch]!;
    } else {
      this.byteOffset += this.byteLength;
    }
    const stretch = this.#stretch;
    const common = columns.stretchSize[stretch]!;
    this.byteLength =
      common > 0 ? common : columns.sizes[columns.stretchSizeIndex[stretch]! + index - columns.stretchFirst[stretch]!]!;
    if (this.#run < 0 || index === columns.runFirst[this.#run + 1]) {
      this.decodeTime = columns.runTime[++this.#run]!;
      this.duration = columns.runDuration[this.#run]!;
    } else {
      this.decodeTime += this.duration;
    }
    return true;
  }
}
