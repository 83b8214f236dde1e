import type { Gap, Repair, StreamDescription, StreamSummary } from '@zarr-audio/codec';
import { PacketRows } from '@zarr-audio/packet-index';
import { FlacError } from '../errors';
import type { FrameHeader } from '../frame/frame-header';
import { type FrameDamage, numberAfter } from '../stream/frame-finder';
import type { StreamInfo } from '../stream/stream-info';

/** With more holes than this the attributes of the recording would be too long to open. */
const MAX_GAPS = 100_000;
/** A longer jump of the numbers is taken for a wrong one, not for a hole: a year, in seconds. */
const LONGEST_GAP = 86_400 * 366;
/** More repairs than this are not listed one by one: attributes stay short. */
const MAX_REPAIRS = 1000;

/** The frames of one stream in time: its index rows, its holes, and what had to be mended. */
export class StreamTimeline {
  readonly rows = new PacketRows();
  readonly #description: StreamDescription;
  readonly #gaps: Gap[] = [];
  readonly #repairs: Repair[];
  readonly #info: StreamInfo | undefined;
  readonly #damagedStart: FrameDamage | undefined;
  #last: FrameHeader | undefined;
  #omitted = 0;
  /** Samples per frame where the numbers count frames. */
  #blockSize: number;

  /**
   * @param repairs       What was found before the first frame.
   * @param damagedStart  What lies in the place of the first frame, behind the metadata.
   */
  constructor(
    description: StreamDescription,
    info: StreamInfo | undefined,
    repairs: readonly Repair[] = [],
    damagedStart?: FrameDamage,
  ) {
    this.#description = description;
    this.#info = info;
    this.#damagedStart = damagedStart;
    this.#repairs = repairs.slice(0, MAX_REPAIRS);
    this.#blockSize = info && info.minBlockSize === info.maxBlockSize ? info.maxBlockSize : 0;
  }

  /**
   * The next frame.
   *
   * @param byteOffset    Where it lies in the source.
   * @param bytePosition  Where it lies in the blob.
   * @returns Does it belong to the stream? One of another format is told and left out.
   * @throws {FlacError} `FLAC_TOO_MANY_GAPS`
   */
  add(header: FrameHeader, byteOffset: number, bytePosition: number, byteLength: number): boolean {
    if (!this.#fits(header)) {
      this.#noteChange(byteOffset, header.blockSize);
      return false;
    }
    this.#blockSize ||= header.blockSize;
    if (!this.#last) this.#begin(header, byteOffset);
    else this.#follow(this.#last, header, byteOffset);
    this.#last = header;
    this.rows.add(bytePosition, byteLength, header.blockSize);
    return true;
  }

  /** A thing that is worth telling. */
  note(code: string, byteOffset: number, samples = 0): void {
    if (this.#repairs.length < MAX_REPAIRS) this.#repairs.push({ code, byteOffset, samples });
    else this.#omitted++;
  }

  /** The stream has ended. */
  summarize(): StreamSummary {
    const { packets, samples } = this.rows;
    const total = this.#info?.totalSamples ?? 0;
    if (total > 0 && total !== samples) this.note('FLAC_TOTAL_WRONG', 0, Math.abs(total - samples));
    const repairs = [...this.#repairs];
    if (this.#omitted > 0) {
      repairs.push({ code: 'REPAIRS_OMITTED', byteOffset: repairs.at(-1)!.byteOffset, samples: 0 });
    }
    return { packets, totalSamples: samples, gaps: this.#gaps, trims: [], repairs };
  }

  #fits({ sampleRate, channels, bitsPerSample }: FrameHeader): boolean {
    const stream = this.#description;
    return (
      channels === stream.channels &&
      (sampleRate === 0 || sampleRate === stream.sampleRate) &&
      (bitsPerSample === 0 || bitsPerSample === stream.bitsPerSample)
    );
  }

  /** Frames of another format that follow one another are one repair. */
  #noteChange(byteOffset: number, samples: number): void {
    const last = this.#repairs.at(-1);
    if (last?.code === 'FLAC_FORMAT_CHANGED') {
      this.#repairs[this.#repairs.length - 1] = { ...last, samples: last.samples + samples };
    } else {
      this.note('FLAC_FORMAT_CHANGED', byteOffset, samples);
    }
  }

  /** A capture of a stream that was running may begin anywhere: its first sample is ours. */
  #begin({ variable, number }: FrameHeader, byteOffset: number): void {
    if (number === 0) return;
    const samples = variable ? number : number * this.#blockSize;
    if (this.#isLost(samples)) this.#addGap(samples, byteOffset);
    else this.note('FLAC_STARTS_LATE', byteOffset, samples);
  }

  /** Were so many samples there before the first sound frame? Damage lies in their place that begins with frame 0, or STREAMINFO counts them. */
  #isLost(samples: number): boolean {
    if (!this.#damagedStart || this.#isTooLong(samples)) return false;
    return this.#damagedStart.header?.number === 0 || samples < (this.#info?.totalSamples ?? 0);
  }

  #isTooLong(samples: number): boolean {
    return samples > LONGEST_GAP * this.#description.sampleRate;
  }

  #follow(last: FrameHeader, { variable, number }: FrameHeader, byteOffset: number): void {
    const missing = number - numberAfter(last);
    if (missing === 0 && variable === last.variable) return;
    const samples = variable ? missing : missing * this.#blockSize;
    if (missing < 0 || variable !== last.variable || this.#isTooLong(samples)) {
      this.note('FLAC_NUMBER_WRONG', byteOffset);
      return;
    }
    this.#addGap(samples, byteOffset);
  }

  #addGap(samples: number, byteOffset: number): void {
    if (this.#gaps.length === MAX_GAPS) {
      const message = `the stream has over ${MAX_GAPS} holes: its frames are numbered wrongly, or most are lost`;
      throw new FlacError('FLAC_TOO_MANY_GAPS', message, { byteOffset });
    }
    this.rows.skip(samples);
    this.#gaps.push({ end: this.rows.samples, samples });
    this.note('FLAC_GAP', byteOffset, samples);
  }
}
