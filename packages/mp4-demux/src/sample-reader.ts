import { Mp4DemuxError } from './errors';
import type { Mp4Track } from './file';
import type { Mp4SampleCursor, Mp4SampleInfo } from './sample-table';

/** One sample with its bytes: to Opus one packet. */
export interface Mp4Sample extends Mp4SampleInfo {
  readonly track: Mp4Track;
  readonly data: Uint8Array;
}

interface OpenTrack {
  readonly track: Mp4Track;
  /** Stands on the next sample. */
  readonly cursor: Mp4SampleCursor;
  /** Of a sample that began in an earlier piece: what came of it. */
  part: Uint8Array | undefined;
  partLength: number;
}

/**
 * Second pass over the same bytes: cuts the samples of some tracks out. They come in the order in which they lie in the
 * file; of samples of several tracks that share bytes the one that ends first comes first. Does no I/O.
 *
 * Memory: one sample of each track. Time: linear in the input, and in the samples times the tracks asked for.
 */
export class Mp4SampleReader {
  /** Tracks that have a sample to come. */
  #open: OpenTrack[] = [];
  #byteOffset = 0;
  #finished = false;

  /** @throws {TypeError} if a track comes twice. */
  constructor(tracks: Mp4Track | readonly Mp4Track[]) {
    const list: readonly Mp4Track[] = 'samples' in tracks ? [tracks] : tracks;
    if (new Set(list).size !== list.length) throw new TypeError('a track comes twice');
    for (const track of list) {
      const cursor = track.samples.cursor();
      if (cursor.next()) this.#open.push({ track, cursor, part: undefined, partLength: 0 });
    }
  }

  /** All samples have come: no further byte is needed. */
  get done(): boolean {
    return this.#open.length === 0;
  }

  /**
   * Takes the next bytes of the input, and gives the samples that end in them.
   *
   * The data of a sample that lies wholly in `bytes` is a view into it, so don't overwrite it as long as it is in use. The
   * reader itself keeps no reference to it.
   *
   * @throws {TypeError} if `bytes` is not a Uint8Array, or after `finish`.
   */
  push(bytes: Uint8Array): Mp4Sample[] {
    if (!(bytes instanceof Uint8Array)) throw new TypeError('push takes a Uint8Array');
    if (this.#finished) throw new TypeError('push after finish');
    const samples: Mp4Sample[] = [];
    if (bytes.length === 0) return samples;
    // A subclass (Buffer) would make views of its own kind, whose `slice` may not copy.
    const { buffer, byteOffset, length } = bytes;
    const piece = bytes.constructor === Uint8Array ? bytes : new Uint8Array(buffer, byteOffset, length);
    const end = this.#byteOffset + piece.length;
    for (let open = this.#first(end); open; open = this.#first(end)) samples.push(this.#cut(open, piece));
    for (const open of this.#open) this.#begin(open, piece);
    this.#byteOffset = end;
    return samples;
  }

  /**
   * The input ends here.
   *
   * @throws {TypeError} if called before.
   * @throws {Mp4DemuxError} `MP4_SOURCE_CHANGED` if samples are missing: then these are not the bytes of the first pass.
   */
  finish(): void {
    if (this.#finished) throw new TypeError('finish was called before');
    this.#finished = true;
    const [open] = this.#open;
    if (!open) return;
    const { byteOffset, byteLength } = open.cursor;
    const details = { byteOffset: this.#byteOffset, expected: byteOffset + byteLength, actual: this.#byteOffset };
    throw new Mp4DemuxError('MP4_SOURCE_CHANGED', 'the input ends before its samples do', details);
  }

  /** The track whose sample ends first, of those that end no later than `end`. */
  #first(end: number): OpenTrack | undefined {
    let first: OpenTrack | undefined;
    let firstEnd = Number.POSITIVE_INFINITY;
    for (const open of this.#open) {
      const { byteOffset, byteLength } = open.cursor;
      const sampleEnd = byteOffset + byteLength;
      if (sampleEnd > end || sampleEnd >= firstEnd) continue;
      first = open;
      firstEnd = sampleEnd;
    }
    return first;
  }

  #cut(open: OpenTrack, piece: Uint8Array): Mp4Sample {
    const { track, cursor, part, partLength } = open;
    const { index, byteOffset, byteLength, decodeTime, duration } = cursor;
    const at = byteOffset - this.#byteOffset;
    let data: Uint8Array;
    if (part) {
      part.set(piece.subarray(0, byteLength - partLength), partLength);
      data = part;
    } else {
      data = piece.subarray(Math.max(0, at), Math.max(0, at + byteLength));
    }
    open.part = undefined;
    open.partLength = 0;
    if (!cursor.next()) this.#open = this.#open.filter((other) => other !== open);
    return { track, index, byteOffset, byteLength, decodeTime, duration, data };
  }

  /** Keeps what the piece holds of a sample that goes on behind it. */
  #begin(open: OpenTrack, piece: Uint8Array): void {
    const { byteOffset, byteLength } = open.cursor;
    const at = byteOffset + open.partLength - this.#byteOffset;
    if (at >= piece.length) return;
    open.part ??= new Uint8Array(byteLength);
    const rest = piece.subarray(at);
    open.part.set(rest, open.partLength);
    open.partLength += rest.length;
  }
}
