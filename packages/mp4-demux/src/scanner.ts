import type { Box } from './box';
import { BoxCollector } from './box-collector';
import { DamageLog } from './damage';
import { Mp4DemuxError } from './errors';
import type { Mp4File } from './file';
import { readFragment } from './fragment';
import { type MovieDraft, readMovie } from './movie';
import { type TopLevelSink, TopLevelWalk } from './top-level-walk';

export interface Mp4ScannerOptions {
  /** The longest movie or fragment box; `MP4_METADATA_TOO_LARGE` if it is longer. 256 MiB if not given. */
  readonly maxMetadataBytes?: number;
  /** The longest sample; longer ones are dropped with `MP4_SAMPLE_TOO_LARGE`. 16 MiB if not given. */
  readonly maxSampleBytes?: number;
  /** The most tracks; more are ignored with `MP4_TOO_MANY_TRACKS`. 256 if not given. */
  readonly maxTracks?: number;
}

/** Longer brand lists are cut. */
const MAX_BRAND_BYTES = 4096;

/**
 * First pass over an MP4, M4A or MOV file, in pieces of any size: what is in it, and where its samples lie. The movie box may
 * stand in front or at the end, and there may be fragments. Media data is passed over and never held. Does no I/O.
 *
 * Memory: the movie box and one fragment, each up to `maxMetadataBytes` and never more than twice what came of it; the
 * tables (see `Mp4SampleTable`), which are bounded by the boxes that they come from. Time: linear in the input.
 *
 * @see ISO/IEC 14496-12
 */
export class Mp4Scanner {
  readonly #options: Required<Mp4ScannerOptions>;
  readonly #log = new DamageLog();
  readonly #walk: TopLevelWalk;
  #collector: BoxCollector | undefined;
  #brands: string[] = [];
  #movie: MovieDraft | undefined;
  #finished = false;

  /** @throws {RangeError} if an option is not an integer of at least 1. */
  constructor(options: Mp4ScannerOptions = {}) {
    const { maxMetadataBytes = 256 * 1024 * 1024, maxSampleBytes = 16 * 1024 * 1024, maxTracks = 256 } = options;
    this.#options = { maxMetadataBytes, maxSampleBytes, maxTracks };
    for (const [name, value] of Object.entries(this.#options)) {
      if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${name} must be an integer >= 1`);
    }
    const sink: TopLevelSink = {
      box: (type, byteOffset, payload) => this.#begin(type, byteOffset, payload),
      payload: (bytes) => this.#collector?.append(bytes),
      end: (truncated) => this.#end(truncated),
    };
    this.#walk = new TopLevelWalk(sink, this.#log);
  }

  /**
   * Takes the next bytes of the input, and keeps no reference to them.
   *
   * @throws {TypeError} if `bytes` is not a Uint8Array, or after `finish`.
   * @throws {Mp4DemuxError} `MP4_METADATA_TOO_LARGE`.
   */
  push(bytes: Uint8Array): void {
    if (!(bytes instanceof Uint8Array)) throw new TypeError('push takes a Uint8Array');
    if (this.#finished) throw new TypeError('push after finish');
    this.#walk.push(bytes);
  }

  /**
   * The input ends here.
   *
   * @throws {TypeError} if called before.
   * @throws {Mp4DemuxError} `MP4_NO_MOVIE`, `MP4_COMPRESSED_MOVIE`.
   */
  finish(): Mp4File {
    if (this.#finished) throw new TypeError('finish was called before');
    this.#finished = true;
    this.#walk.finish();
    const byteLength = this.#walk.byteOffset;
    const movie = this.#movie;
    if (!movie)
      throw new Mp4DemuxError('MP4_NO_MOVIE', 'the input ends without a movie box', { byteOffset: byteLength });
    if (movie.compressed && movie.tracks.length === 0) {
      throw new Mp4DemuxError('MP4_COMPRESSED_MOVIE', 'the movie box is compressed', { byteOffset: byteLength });
    }
    const limits = { fileBytes: byteLength, maxSampleBytes: this.#options.maxSampleBytes };
    const tracks = movie.tracks.map((track, index) => track.finish(index, movie.timescale, limits));
    return {
      brands: this.#brands,
      movieTimescale: movie.timescale,
      ...(movie.createdUtc !== undefined && { createdUtc: movie.createdUtc }),
      tags: movie.tags,
      tracks,
      damage: this.#log.list(),
      byteLength,
    };
  }

  #begin(type: string, byteOffset: number, payload: { byteOffset: number; byteLength: number }): void {
    this.#collector = undefined;
    const { maxMetadataBytes } = this.#options;
    if (type === 'moov' && this.#movie) {
      this.#log.add('MP4_SECOND_MOVIE', byteOffset, 'a further movie box');
    } else if (type === 'moov' || type === 'moof') {
      this.#collector = new BoxCollector(type, byteOffset, payload, maxMetadataBytes);
    } else if (type === 'ftyp' && this.#brands.length === 0 && payload.byteLength <= MAX_BRAND_BYTES) {
      this.#collector = new BoxCollector(type, byteOffset, payload, maxMetadataBytes);
    }
  }

  #end(truncated: boolean): void {
    const collector = this.#collector;
    this.#collector = undefined;
    if (!collector) return;
    const { type, byteOffset } = collector;
    if (type === 'ftyp') {
      if (!truncated) this.#brands = readBrands(collector.box(this.#log));
    } else if (type === 'moov') {
      this.#movie = readMovie(collector.box(this.#log), this.#options.maxTracks);
    } else {
      readFragment(collector.box(this.#log), byteOffset, (id) => this.#movie?.byId.get(id));
    }
  }
}

/** ```ftyp  major brand: 4   its version: 4   compatible brands: 4 each``` */
function readBrands(ftyp: Box): string[] {
  const brands = new Set<string>();
  for (let at = 0; at + 4 <= ftyp.byteLength; at += 4) if (at !== 4) brands.add(ftyp.type4(at));
  return [...brands];
}
