import type { DamageLog, Mp4DamageCode } from './damage';
import { GrowingFloats, GrowingWords } from './growing';
import { Mp4SampleTable } from './sample-table';

export interface SampleLimits {
  /** Length of the input. */
  readonly fileBytes: number;
  readonly maxSampleBytes: number;
}

/**
 * Makes a table of what the boxes claim, and drops what can't be: samples behind the end of the input, over the
 * limit, or before the end of the sample before them. A dropped sample keeps its time: there is a hole then.
 */
export class SampleTableBuilder {
  /** Decode time of the next sample. */
  time = 0;
  /** Offset in the input behind the last sample that was kept. */
  end = 0;
  #count = 0;
  #stretchEnd = -1;
  #runEnd = -1;
  readonly #limits: SampleLimits;
  readonly #log: DamageLog;
  readonly #stretchFirst = new GrowingFloats();
  readonly #stretchByteOffset = new GrowingFloats();
  readonly #stretchSize = new GrowingWords();
  readonly #stretchSizeIndex = new GrowingWords();
  readonly #sizes = new GrowingWords();
  readonly #runFirst = new GrowingFloats();
  readonly #runTime = new GrowingFloats();
  readonly #runDuration = new GrowingWords();

  constructor(limits: SampleLimits, log: DamageLog) {
    this.#limits = limits;
    this.#log = log;
  }

  /** The next sample begins at `time`, if that is not before the end of the last one. */
  startAt(time: number, byteOffset: number): void {
    if (time >= this.time) {
      this.time = time;
      return;
    }
    const what = `a fragment begins at ${time}, before the end ${this.time} of the samples before it`;
    this.#log.add('MP4_TIME_BACKWARDS', byteOffset, what);
  }

  /**
   * Do samples lie too high, though within the input: behind those that come next, which themselves lie well? Such an offset is
   * the wrong one, and taking it would cost all that come behind it.
   *
   * @param following  Where the next ones begin; Infinity if there are none.
   */
  isAstray(byteOffset: number, following: number): boolean {
    return following < byteOffset && following >= this.end && byteOffset < this.#limits.fileBytes;
  }

  /** One sample. */
  add(byteOffset: number, byteLength: number, duration: number): void {
    if (byteOffset < this.end) this.#dropUnordered(byteOffset, 1, duration);
    else if (byteOffset + byteLength > this.#limits.fileBytes) this.#dropOutside(byteOffset, 1, duration);
    else if (byteLength > this.#limits.maxSampleBytes) this.#dropTooLarge(byteOffset, byteLength, 1, duration);
    else {
      if (byteOffset !== this.#stretchEnd || this.#stretchSize.get(this.#stretchSize.length - 1) !== 0) {
        this.#beginStretch(byteOffset, 0);
      }
      this.#sizes.push(byteLength);
      this.#keep(byteOffset, 1, byteLength, duration);
    }
  }

  /** Many samples, one behind the other, of one size over 0 and one duration. Takes constant time. */
  addMany(byteOffset: number, count: number, byteLength: number, duration: number): void {
    if (byteOffset < this.end) {
      this.#dropUnordered(byteOffset, count, duration);
      return;
    }
    if (byteLength > this.#limits.maxSampleBytes) {
      this.#dropTooLarge(byteOffset, byteLength, count, duration);
      return;
    }
    const room = Math.max(0, Math.floor((this.#limits.fileBytes - byteOffset) / byteLength));
    const kept = Math.min(count, room);
    if (kept > 0) {
      if (byteOffset !== this.#stretchEnd || this.#stretchSize.get(this.#stretchSize.length - 1) !== byteLength) {
        this.#beginStretch(byteOffset, byteLength);
      }
      this.#keep(byteOffset, kept, byteLength, duration);
    }
    if (kept < count) this.#dropOutside(byteOffset + kept * byteLength, count - kept, duration);
  }

  /** Leaves samples out; they take `ticks` of time in all. */
  drop(code: Mp4DamageCode, byteOffset: number, what: string, count: number, ticks: number): void {
    this.#log.add(code, byteOffset, what, count);
    this.#pass(ticks, byteOffset);
  }

  #dropUnordered(byteOffset: number, count: number, duration: number): void {
    // A table may claim an offset below 0, by a fragment's signed data offset.
    const what = byteOffset < 0 ? 'begins before the input' : `begins before ${this.end}, where the one before it ends`;
    const code = byteOffset < 0 ? 'MP4_SAMPLE_OUTSIDE' : 'MP4_SAMPLES_UNORDERED';
    this.drop(code, byteOffset, `a sample ${what}`, count, count * duration);
  }

  #dropOutside(byteOffset: number, count: number, duration: number): void {
    const what = `a sample ends behind the ${this.#limits.fileBytes} bytes of the input`;
    this.drop('MP4_SAMPLE_OUTSIDE', byteOffset, what, count, count * duration);
  }

  #dropTooLarge(byteOffset: number, byteLength: number, count: number, duration: number): void {
    const what = `a sample of ${byteLength} bytes`;
    this.drop('MP4_SAMPLE_TOO_LARGE', byteOffset, what, count, count * duration);
  }

  #beginStretch(byteOffset: number, size: number): void {
    this.#stretchFirst.push(this.#count);
    this.#stretchByteOffset.push(byteOffset);
    this.#stretchSize.push(size);
    this.#stretchSizeIndex.push(this.#sizes.length);
  }

  #keep(byteOffset: number, count: number, byteLength: number, duration: number): void {
    const begin = this.time;
    this.#pass(count * duration, byteOffset);
    // Where the time can't go on it stands still.
    const counted = this.time === begin ? 0 : duration;
    const last = this.#runDuration.length - 1;
    if (begin !== this.#runEnd || this.#runDuration.get(last) !== counted) {
      this.#runFirst.push(this.#count);
      this.#runTime.push(begin);
      this.#runDuration.push(counted);
    }
    this.#runEnd = this.time;
    this.#count += count;
    this.end = byteOffset + count * byteLength;
    this.#stretchEnd = this.end;
  }

  #pass(ticks: number, byteOffset: number): void {
    if (this.time + ticks <= Number.MAX_SAFE_INTEGER) this.time += ticks;
    else this.#log.add('MP4_TIME_OVERFLOW', byteOffset, `the time passes ${Number.MAX_SAFE_INTEGER}`);
  }

  build(): Mp4SampleTable {
    this.#stretchFirst.push(this.#count);
    this.#runFirst.push(this.#count);
    return new Mp4SampleTable({
      count: this.#count,
      stretchFirst: this.#stretchFirst.take(),
      stretchByteOffset: this.#stretchByteOffset.take(),
      stretchSize: this.#stretchSize.take(),
      stretchSizeIndex: this.#stretchSizeIndex.take(),
      sizes: this.#sizes.take(),
      runFirst: this.#runFirst.take(),
      runTime: this.#runTime.take(),
      runDuration: this.#runDuration.take(),
    });
  }
}
