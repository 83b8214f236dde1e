/**
 * Boxes:
 * - `MP4_TRUNCATED`: the input ends inside a box; of a movie or fragment box what is there is read.
 * - `MP4_GARBAGE`: bytes between top-level boxes that are no box.
 * - `MP4_BAD_BOX`: a box shorter than its header or its fixed fields, or with a field that can't be.
 * - `MP4_BOX_OVER_PARENT`: a box claims to go on behind the end of the box that it is in; read up to there.
 * - `MP4_SECOND_MOVIE`: a further movie box, ignored.
 * - `MP4_ORPHAN_FRAGMENT`: a fragment before the movie box, or of a track that the movie hasn't got; ignored.
 * - `MP4_TOO_MANY_TRACKS`: tracks over `maxTracks`, ignored.
 *
 * Tracks:
 * - `MP4_BAD_DOPS`: the Opus box is missing, short, or of an unknown version; there is no `opusHead`.
 * - `MP4_EXTERNAL_DATA`: the samples lie in another file; none is listed.
 * - `MP4_OTHER_SAMPLE_ENTRY`: samples of another description than the track's first, dropped.
 * - `MP4_EDIT_LIST_UNSUPPORTED`: several edits that are not one stretch of the media (the span of all is presented), or
 *   a rate other than 1 (presented at rate 1).
 * - `MP4_EDIT_OUTSIDE_MEDIA`: the edit list shows nothing of what is there; the whole media is presented.
 *
 * Samples:
 * - `MP4_TABLE_MISMATCH`: tables of a track that don't hold equally many samples; `samples` of them are dropped.
 * - `MP4_SAMPLE_OUTSIDE`: samples behind the end of the input, dropped.
 * - `MP4_SAMPLES_UNORDERED`: samples that begin before the end of the one before them, dropped.
 * - `MP4_SAMPLE_TOO_LARGE`: samples over `maxSampleBytes`, dropped.
 * - `MP4_EMPTY_RUN`: samples without a size each, of a common size of 0, dropped.
 * - `MP4_TIME_BACKWARDS`: a fragment begins before the end of the samples before it; its samples follow them instead.
 * - `MP4_TIME_OVERFLOW`: times past 2^53 - 1; they stand still there.
 */
export type Mp4DamageCode =
  | 'MP4_TRUNCATED'
  | 'MP4_GARBAGE'
  | 'MP4_BAD_BOX'
  | 'MP4_BOX_OVER_PARENT'
  | 'MP4_SECOND_MOVIE'
  | 'MP4_ORPHAN_FRAGMENT'
  | 'MP4_TOO_MANY_TRACKS'
  | 'MP4_BAD_DOPS'
  | 'MP4_EXTERNAL_DATA'
  | 'MP4_OTHER_SAMPLE_ENTRY'
  | 'MP4_EDIT_LIST_UNSUPPORTED'
  | 'MP4_EDIT_OUTSIDE_MEDIA'
  | 'MP4_TABLE_MISMATCH'
  | 'MP4_SAMPLE_OUTSIDE'
  | 'MP4_SAMPLES_UNORDERED'
  | 'MP4_SAMPLE_TOO_LARGE'
  | 'MP4_EMPTY_RUN'
  | 'MP4_TIME_BACKWARDS'
  | 'MP4_TIME_OVERFLOW';

/** Something that is wrong with the input; one of each code a track, however often it happened. */
export interface Mp4Damage {
  readonly code: Mp4DamageCode;
  /** Of the first. */
  readonly message: string;
  /** Of the first: where in the input. */
  readonly byteOffset: number;
  /** The track that it belongs to, where that is known. */
  readonly trackId?: number;
  /** How often it happened. */
  readonly times: number;
  /** Samples that are dropped because of it, in all. */
  readonly samples: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Collects damage. It takes no more memory the more there is: what repeats is counted. */
export class DamageLog {
  readonly #found: Map<string, Mutable<Mp4Damage>>;
  readonly #trackId: number | undefined;

  constructor(found = new Map<string, Mutable<Mp4Damage>>(), trackId?: number) {
    this.#found = found;
    this.#trackId = trackId;
  }

  /** The same log, for damage of this track. */
  ofTrack(trackId: number): DamageLog {
    return new DamageLog(this.#found, trackId);
  }

  add(code: Mp4DamageCode, byteOffset: number, what: string, samples = 0): void {
    const key = `${code} ${this.#trackId ?? ''}`;
    const known = this.#found.get(key);
    if (known) {
      known.times++;
      known.samples += samples;
      return;
    }
    const track = this.#trackId === undefined ? {} : { trackId: this.#trackId };
    this.#found.set(key, { code, message: `${what}, at byte ${byteOffset}`, byteOffset, ...track, times: 1, samples });
  }

  list(): Mp4Damage[] {
    return [...this.#found.values()];
  }
}
