import type { Box } from './box';
import { readTags } from './tags';
import { TrackDraft } from './track';

/** The movie box, before the samples. */
export interface MovieDraft {
  readonly timescale: number;
  readonly createdUtc: string | undefined;
  readonly tags: Record<string, string>;
  readonly tracks: readonly TrackDraft[];
  /** Of several with one number the first. */
  readonly byId: ReadonlyMap<number, TrackDraft>;
  /** It is compressed: there is nothing to read. */
  readonly compressed: boolean;
}

/**
 * ```
 * moov
 *   mvhd                  timescale, date
 *   trak                  a track each
 *   mvex / trex           what samples in fragments are like
 *   udta, meta            tags
 * ```
 *
 * @see ISO/IEC 14496-12 §8.2
 */
export function readMovie(moov: Box, maxTracks: number): MovieDraft {
  const tracks: TrackDraft[] = [];
  const extended: Box[] = [];
  let header: Box | undefined;
  let compressed = false;
  for (const box of moov.children()) {
    if (box.type === 'mvhd') header ??= box;
    else if (box.type === 'mvex') extended.push(box);
    else if (box.type === 'cmov') compressed = true;
    else if (box.type === 'trak') {
      if (tracks.length < maxTracks) tracks.push(new TrackDraft(box));
      else box.log.add('MP4_TOO_MANY_TRACKS', box.byteOffset, `more than ${maxTracks} tracks`);
    }
  }
  const byId = new Map(tracks.toReversed().map((track) => [track.id, track]));
  for (const mvex of extended) {
    for (const box of mvex.children()) if (box.type === 'trex') readDefaults(box, byId);
  }
  return { ...readMovieHeader(header, moov), tags: readTags(moov), tracks, byId, compressed };
}

/** ```trex  version, flags: 4   track: 4   description: 4   duration: 4   size: 4   flags: 4``` */
function readDefaults(trex: Box, tracks: ReadonlyMap<number, TrackDraft>): void {
  if (!trex.holds(20)) return;
  const track = tracks.get(trex.u32(4));
  if (track) track.defaults = { description: trex.u32(8), duration: trex.u32(12), size: trex.u32(16) };
}

/** ```mvhd  version: 1, flags: 3   created, modified: 4 or 8 each   timescale: 4``` */
function readMovieHeader(mvhd: Box | undefined, moov: Box): Pick<MovieDraft, 'timescale' | 'createdUtc'> {
  const wide = mvhd !== undefined && mvhd.byteLength > 0 && mvhd.version === 1;
  const at = wide ? 20 : 12;
  const timescale = mvhd?.holds(at + 4) ? mvhd.u32(at) : 0;
  if (timescale === 0) {
    moov.log.add('MP4_BAD_BOX', mvhd?.byteOffset ?? moov.byteOffset, 'a movie without a timescale, taken for 1');
    return { timescale: 1, createdUtc: undefined };
  }
  return { timescale, createdUtc: dateOf(wide ? mvhd!.offset64(4) : mvhd!.u32(4)) };
}

/** From 1904 to 1970. */
const EPOCH_SECONDS = 2_082_844_800;

/** ISO 8601 of seconds from 1904 on; undefined for 0 (not said), before 1970 (then it is no such time), and after 9999. */
function dateOf(seconds: number): string | undefined {
  const date = new Date((seconds - EPOCH_SECONDS) * 1000);
  return seconds >= EPOCH_SECONDS && date.getTime() < Date.UTC(10_000, 0) ? date.toISOString() : undefined;
}
