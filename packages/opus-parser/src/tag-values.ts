import { OpusError } from './errors';
import { isKey, type OpusTags } from './opus-tags';
import { type OpusPicture, parsePicture } from './picture';

/** A comment that does not hold what its key promises. */
export interface InvalidComment {
  /** In `OpusTags.comments`. */
  readonly index: number;
  /** `OPUS_BAD_GAIN` or `OPUS_BAD_PICTURE`. */
  readonly error: OpusError;
}

export interface R128Gains {
  /** In 1/256 dB, -32,768 to 32,767 (Q7.8), to be added to `OpusHead.outputGainQ8`; not there if no comment tells. */
  readonly trackGainQ8?: number;
  /** The same for the album. */
  readonly albumGainQ8?: number;
  /** Values that are no such number, and all but the first valid one of a key. */
  readonly invalid: readonly InvalidComment[];
}

/**
 * The gains in `R128_TRACK_GAIN` and `R128_ALBUM_GAIN`: whole numbers in ASCII, without spaces, at most one of each.
 * `-573` is -2.24 dB.
 *
 * @see RFC 7845 §5.2.1
 */
export function r128Gains(tags: Pick<OpusTags, 'comments'>): R128Gains {
  const invalid: InvalidComment[] = [];
  const trackGainQ8 = firstGain(tags, 'R128_TRACK_GAIN', invalid);
  const albumGainQ8 = firstGain(tags, 'R128_ALBUM_GAIN', invalid);
  invalid.sort((a, b) => a.index - b.index);
  return {
    ...(trackGainQ8 === undefined ? {} : { trackGainQ8 }),
    ...(albumGainQ8 === undefined ? {} : { albumGainQ8 }),
    invalid,
  };
}

function firstGain({ comments }: Pick<OpusTags, 'comments'>, key: string, invalid: InvalidComment[]) {
  let gain: number | undefined;
  for (const [index, comment] of comments.entries()) {
    if (!isKey(comment.key, key)) continue;
    const value = gainOf(comment.value);
    if (value === undefined) invalid.push({ index, error: badGain(key, 'is no integer in [-32768, 32767]') });
    else if (gain !== undefined) invalid.push({ index, error: badGain(key, 'occurs a second time') });
    else gain = value;
  }
  return gain;
}

function gainOf(value: string): number | undefined {
  if (!/^[+-]?[0-9]+$/.test(value)) return undefined;
  // "-0" is 0.
  const gain = Number(value) + 0;
  return gain >= -32_768 && gain <= 32_767 ? gain : undefined;
}

function badGain(key: string, what: string): OpusError {
  return new OpusError('OPUS_BAD_GAIN', `OpusTags: ${key} ${what}`, { field: key, byteOffset: 0 });
}

export interface OpusPictures {
  /** In the order of the comments. */
  readonly pictures: readonly OpusPicture[];
  /** Comments that should hold a picture and don't. */
  readonly invalid: readonly InvalidComment[];
}

/**
 * The pictures in the comments `METADATA_BLOCK_PICTURE`, each decoded as `parsePicture` does. One that is broken does
 * not hide the others.
 *
 * @see RFC 7845 §5.2, RFC 9639 §8.8
 */
export function pictures(tags: Pick<OpusTags, 'comments'>): OpusPictures {
  const found: OpusPicture[] = [];
  const invalid: InvalidComment[] = [];
  for (const [index, { key, value }] of tags.comments.entries()) {
    if (!isKey(key, 'METADATA_BLOCK_PICTURE')) continue;
    try {
      found.push(parsePicture(value));
    } catch (error) {
      if (!(error instanceof OpusError)) throw error;
      invalid.push({ index, error });
    }
  }
  return { pictures: found, invalid };
}
