import type { Box } from './box';
import type { DamageLog } from './damage';

/** One edit, as the file has it. */
export interface Mp4Edit {
  /** In units of the movie's timescale; 0: to the end of the media. Infinity past 2^53. */
  readonly segmentDuration: number;
  /** Where in the media it begins, in units of the track's timescale; -1: nothing is shown. */
  readonly mediaTime: number;
  /** Speed; 1 is normal. */
  readonly mediaRate: number;
}

/** What of the media is meant to be heard. Times are in units of the track's timescale. */
export interface Mp4Presentation {
  /** There is an edit list that says so. Without one, all of the media is presented. */
  readonly fromEdits: boolean;
  /** Media time at which it begins. */
  readonly mediaStart: number;
  /** Media time at which it ends. */
  readonly mediaEnd: number;
  /** From the first sample's decode time to `mediaStart`: what is decoded and dropped. Never below 0. */
  readonly startTrim: number;
  /** From `mediaEnd` to the end of the last sample. Never below 0. */
  readonly endTrim: number;
  /**
   * How far the true end may lie from `mediaEnd`, because the file tells it in a coarser timescale; 0: it is exact.
   */
  readonly endTolerance: number;
  /** Nothing is heard for so long before it begins (empty edits in front). */
  readonly initialGap: number;
}

/** Times of a track's samples. */
export interface MediaSpan {
  readonly startTime: number;
  readonly endTime: number;
}

const MAX_EDITS = 4096;

/**
 * ```
 * elst  version: 1, flags: 3   count: 4
 *       (segment duration: 4 or 8, media time, signed: 4 or 8, media rate, 16.16: 4) each     8 in version 1
 * ```
 *
 * @see ISO/IEC 14496-12 §8.6.6
 */
export function readEditList(elst: Box | undefined): Mp4Edit[] {
  if (!elst?.holds(8)) return [];
  const wide = elst.version === 1;
  const rowBytes = wide ? 20 : 12;
  const rows = elst.rows(elst.u32(4), rowBytes, 8);
  if (rows > MAX_EDITS) {
    elst.log.add('MP4_EDIT_LIST_UNSUPPORTED', elst.byteOffset, `${rows} edits, of which ${MAX_EDITS} are read`);
  }
  const edits: Mp4Edit[] = [];
  for (let row = 0; row < Math.min(rows, MAX_EDITS); row++) {
    const at = 8 + row * rowBytes;
    const signed = wide ? elst.i64(at + 8) : BigInt(elst.i32(at + 4));
    edits.push({
      segmentDuration: wide ? elst.offset64(at) : elst.u32(at),
      mediaTime: signed < 0n ? -1 : signed <= MAX_SAFE ? Number(signed) : Number.POSITIVE_INFINITY,
      mediaRate: elst.i32(at + rowBytes - 4) / 65_536,
    });
  }
  return edits;
}

/** The timescales of a track and of its movie: units a second. */
export interface Timescales {
  readonly track: number;
  readonly movie: number;
}

/**
 * What of the media the edits show.
 *
 * An end that is told in the movie's timescale and lies less than one of its units from the end of the media is the end
 * of the media: writers round it (ffmpeg: to milliseconds), and the duration of the last sample says it exactly.
 *
 * Edits that show several stretches, or at another speed, have no such form: then it is the span from the first to the
 * last instant that any of them shows, at normal speed, and there is damage.
 *
 * @param byteOffset  Of the edit list, for damage.
 * @see ISO/IEC 14496-12 §8.6.6; Encapsulation of Opus in ISO Base Media File Format §4.4
 */
export function presentationOf(
  edits: readonly Mp4Edit[],
  timescales: Timescales,
  media: MediaSpan,
  log: DamageLog,
  byteOffset: number,
): Mp4Presentation {
  const firstShown = edits.findIndex(({ mediaTime }) => mediaTime >= 0);
  const before = firstShown < 0 ? edits : edits.slice(0, firstShown);
  const gap = before.reduce((sum, { segmentDuration }) => sum + inTrackUnits(segmentDuration, timescales), 0);
  const initialGap = Math.min(Math.round(gap), Number.MAX_SAFE_INTEGER);
  const span = firstShown < 0 ? { start: 0, end: 0 } : spanOf(edits.slice(firstShown), timescales, log, byteOffset);
  const { startTime, endTime } = media;
  // Units of the track in one of the movie.
  const coarseness = timescales.track / timescales.movie;
  const toMediaEnd = span.end > endTime - Math.max(1, coarseness);
  const mediaEnd = toMediaEnd ? endTime : Math.round(span.end);
  if (mediaEnd <= Math.max(span.start, startTime)) {
    if (edits.length > 0 && endTime > startTime) {
      log.add('MP4_EDIT_OUTSIDE_MEDIA', byteOffset, `the edit list shows nothing of what lies before ${endTime}`);
    }
    const all = { mediaStart: startTime, mediaEnd: endTime, startTrim: 0, endTrim: 0, endTolerance: 0 };
    return { fromEdits: false, ...all, initialGap };
  }
  return {
    fromEdits: true,
    mediaStart: span.start,
    mediaEnd,
    startTrim: Math.max(0, span.start - startTime),
    endTrim: endTime - mediaEnd,
    endTolerance: toMediaEnd || coarseness <= 1 ? 0 : Math.ceil(coarseness),
    initialGap,
  };
}

/** From the first to the last instant that edits show; the first of them shows something. */
function spanOf(edits: readonly Mp4Edit[], timescales: Timescales, log: DamageLog, byteOffset: number) {
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  let expected = -1;
  let pause = false;
  const unsupported = (what: string) => log.add('MP4_EDIT_LIST_UNSUPPORTED', byteOffset, `the edit list ${what}`);
  for (const { segmentDuration, mediaTime, mediaRate } of edits) {
    if (mediaTime < 0) {
      // At the end it says nothing that the end itself doesn't.
      pause = true;
      continue;
    }
    const length = segmentDuration === 0 ? Number.POSITIVE_INFINITY : inTrackUnits(segmentDuration, timescales);
    const slack = Math.max(1, timescales.track / timescales.movie);
    if (pause) unsupported('has a pause within');
    else if (expected >= 0 && !(Math.abs(mediaTime - expected) <= slack)) unsupported('jumps within the media');
    if (mediaRate !== 1) unsupported(`asks for a rate of ${mediaRate}`);
    pause = false;
    expected = mediaTime + length;
    start = Math.min(start, mediaTime);
    end = Math.max(end, expected);
  }
  return { start, end };
}

/** Multiplied first: the quotient of the timescales may have no exact form. */
function inTrackUnits(duration: number, { track, movie }: Timescales): number {
  return (duration * track) / movie;
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
