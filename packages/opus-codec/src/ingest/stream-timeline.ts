import type { Gap, Repair } from '@zarr-audio/codec';
import { OpusCodecError } from '../errors';

/** With more holes or trims than this the attributes of the recording would be too long to open. */
const MAX_GAPS = 100_000;
export const MAX_TRIMS = 10_000;

/** A jump in the time of a source over this is taken for a wrong value, not for a hole: a year. */
export const LONGEST_GAP = 48_000 * 86_400 * 366;

/** More repairs than this are not listed one by one: attributes stay short. */
const MAX_REPAIRS = 1000;

/** Samples that are decoded and dropped: the first, counted at 48 kHz from the first packet, and how many. */
export type Trim = readonly [start: number, samples: number];

/** The time of one stream, from its first packet on, in samples at 48 kHz; and what had to be mended to know it. */
export class StreamTimeline {
  packets = 0;
  /** Samples so far, holes included. */
  samples = 0;
  /** Where the source counts the first sample from: not 0 if it was captured while it ran. */
  firstGranule = 0;
  /** Samples that are not heard at the start, besides the pre-skip. */
  startTrim = 0;
  /** Samples that are not heard at the end, as the source says it there. Known when the stream has ended. */
  endTrim = 0;
  /** Can the source be kept as it is, as far as this stream goes? */
  sound = true;
  readonly gaps: Gap[] = [];
  /** In mid-stream; ascending. */
  readonly trims: Trim[] = [];
  readonly repairs: Repair[] = [];
  #omitted = 0;

  add(packets: number, samples: number): void {
    this.packets += packets;
    this.samples += samples;
  }

  /** A hole in the source: it is told, and forbids nothing. @throws {OpusCodecError} `OPUS_TOO_MANY_GAPS` */
  gap(samples: number, byteOffset: number): void {
    if (this.gaps.length === MAX_GAPS) {
      const message = `the stream has over ${MAX_GAPS} holes; re-encode it, so that silence is packets`;
      throw new OpusCodecError('OPUS_TOO_MANY_GAPS', message, { byteOffset });
    }
    this.samples += samples;
    this.gaps.push({ end: this.samples, samples });
    this.note('OPUS_GAP', byteOffset, samples);
  }

  /** @throws {OpusCodecError} `OPUS_TOO_MANY_TRIMS` */
  trim(start: number, samples: number, byteOffset: number): void {
    if (this.trims.length === MAX_TRIMS) {
      const message = `the stream is trimmed in over ${MAX_TRIMS} places; re-encode it`;
      throw new OpusCodecError('OPUS_TOO_MANY_TRIMS', message, { byteOffset });
    }
    this.trims.push([start, samples]);
  }

  /** A thing that was mended: the source can't be kept as it is. */
  repair(code: string, byteOffset: number, samples: number): void {
    this.sound = false;
    this.note(code, byteOffset, samples);
  }

  /** A thing that is worth telling and changes nothing. */
  note(code: string, byteOffset: number, samples: number): void {
    if (this.repairs.length < MAX_REPAIRS) this.repairs.push({ code, byteOffset, samples });
    else this.#omitted++;
  }

  /** The stream has ended. */
  finish(): void {
    if (this.#omitted === 0) return;
    this.repairs.push({ code: 'REPAIRS_OMITTED', byteOffset: this.repairs.at(-1)!.byteOffset, samples: 0 });
    this.#omitted = 0;
  }
}

/**
 * Samples that a listener hears.
 *
 * @param preSkip  Dropped at the start.
 * @param end      Where the audio ends, counted like the trims.
 * @param trims    Ascending, none overlapping.
 */
export function heardSamples(preSkip: number, end: number, trims: readonly Trim[]): number {
  let heard = Math.max(0, end - preSkip);
  for (const [start, samples] of trims) {
    heard -= Math.max(0, Math.min(end, start + samples) - Math.max(preSkip, start));
  }
  return Math.max(0, heard);
}
