import type { Box } from './box';
import type { FragmentRuns } from './fragment-runs';

/** What samples of a fragment are like unless the fragment says otherwise. */
export interface FragmentDefaults {
  readonly description: number;
  readonly duration: number;
  readonly size: number;
}

/** What a track takes of the fragments. */
export interface FragmentedTrack {
  readonly defaults: FragmentDefaults;
  readonly runs: FragmentRuns;
  /** Is a sample description, from 1, another than the one that the track is read by? */
  isForeign(description: number): boolean;
}

const TFHD = { baseOffset: 0x1, description: 0x2, duration: 0x8, size: 0x10, flags: 0x20, baseIsMoof: 0x20000 };
const TRUN = { dataOffset: 0x1, firstFlags: 0x4, duration: 0x100, size: 0x200, flags: 0x400, shift: 0x800 };

/**
 * Takes the samples that a fragment lists.
 *
 * ```
 * moof
 *   traf                one track
 *     tfhd              track, where offsets begin, defaults
 *     tfdt              decode time of the first sample
 *     trun              samples that lie one behind the other
 * ```
 *
 * @param moofOffset  Of the header of `moof`, in the input.
 * @param trackOf  The track of an id; undefined if the movie has none.
 * @see ISO/IEC 14496-12 §8.8
 */
export function readFragment(
  moof: Box,
  moofOffset: number,
  trackOf: (id: number) => FragmentedTrack | undefined,
): void {
  // Without a base of its own the data of a track lies behind that of the track before it.
  let dataEnd = moofOffset;
  for (const traf of moof.children()) {
    if (traf.type === 'traf') dataEnd = readTrackFragment(traf, moofOffset, dataEnd, trackOf);
  }
}

/** @returns Where the data of the track ends. */
function readTrackFragment(
  traf: Box,
  moofOffset: number,
  dataEnd: number,
  trackOf: (id: number) => FragmentedTrack | undefined,
): number {
  let header: TrackFragmentHeader | undefined;
  let tfdt: Box | undefined;
  const truns: Box[] = [];
  for (const box of traf.children()) {
    if (box.type === 'tfhd') header ??= readHeader(box, trackOf);
    else if (box.type === 'tfdt') tfdt ??= box;
    else if (box.type === 'trun') truns.push(box);
  }
  if (!header) return dataEnd;
  const { track, fields, log } = header;
  const base = fields.baseOffset ?? (fields.baseIsMoof ? moofOffset : dataEnd);
  let time = tfdt ? readDecodeTime(tfdt.withLog(log)) : Number.NaN;
  let at = base;
  for (const box of truns) {
    const trun = box.withLog(log);
    if (!trun.holds(8)) continue;
    at = readRun(trun, track, fields, base, at, time);
    time = Number.NaN;
  }
  return at;
}

interface HeaderFields extends FragmentDefaults {
  readonly baseOffset: number | undefined;
  readonly baseIsMoof: boolean;
}

interface TrackFragmentHeader {
  readonly track: FragmentedTrack;
  readonly fields: HeaderFields;
  readonly log: Box['log'];
}

/**
 * ```
 * tfhd  version: 1, flags: 3   track: 4   then what the flags say is there:
 *       [base offset: 8] [description: 4] [duration: 4] [size: 4] [flags: 4]
 * ```
 */
function readHeader(box: Box, trackOf: (id: number) => FragmentedTrack | undefined): TrackFragmentHeader | undefined {
  if (!box.holds(8)) return undefined;
  const id = box.u32(4);
  const track = trackOf(id);
  if (!track) {
    box.log.add('MP4_ORPHAN_FRAGMENT', box.byteOffset, `a fragment of track ${id}, which the movie hasn't got`);
    return undefined;
  }
  const { flags } = box;
  let at = 8;
  const place = (flag: number, byteLength: number) => {
    if (!(flags & flag)) return undefined;
    at += byteLength;
    return at - byteLength;
  };
  const places = {
    baseOffset: place(TFHD.baseOffset, 8),
    description: place(TFHD.description, 4),
    duration: place(TFHD.duration, 4),
    size: place(TFHD.size, 4),
  };
  if (!box.holds(at)) return undefined;
  const word = (where: number | undefined, otherwise: number) => (where === undefined ? otherwise : box.u32(where));
  const fields = {
    baseOffset: places.baseOffset === undefined ? undefined : box.offset64(places.baseOffset),
    baseIsMoof: (flags & TFHD.baseIsMoof) !== 0,
    description: word(places.description, track.defaults.description),
    duration: word(places.duration, track.defaults.duration),
    size: word(places.size, track.defaults.size),
  };
  return { track, fields, log: box.log.ofTrack(id) };
}

/** ```tfdt  version: 1, flags: 3   decode time: 4, or 8 in version 1``` */
function readDecodeTime(box: Box): number {
  if (!box.holds(8) || (box.version === 1 && !box.holds(12))) return Number.NaN;
  if (box.version !== 1) return box.u32(4);
  const time = box.offset64(4);
  if (time !== Number.POSITIVE_INFINITY) return time;
  box.log.add('MP4_TIME_OVERFLOW', box.byteOffset, `a fragment begins past ${Number.MAX_SAFE_INTEGER}`);
  return Number.NaN;
}

/**
 * ```
 * trun  version: 1, flags: 3   count: 4   [data offset, signed: 4] [flags of the first: 4]
 *       then for each sample:  [duration: 4] [size: 4] [flags: 4] [composition shift: 4]
 * ```
 *
 * @param at  Where the run before it ends.
 * @returns Where this one ends.
 */
function readRun(
  trun: Box,
  track: FragmentedTrack,
  fields: HeaderFields,
  base: number,
  at: number,
  time: number,
): number {
  const { flags } = trun;
  const has = (flag: number) => (flags & flag) !== 0;
  const rowsAt = 8 + (has(TRUN.dataOffset) ? 4 : 0) + (has(TRUN.firstFlags) ? 4 : 0);
  if (!trun.holds(rowsAt)) return at;
  const columns = [TRUN.duration, TRUN.size, TRUN.flags, TRUN.shift].filter(has).length;
  const claimed = trun.u32(4);
  const count = columns > 0 ? trun.rows(claimed, 4 * columns, rowsAt) : claimed;
  const byteOffset = has(TRUN.dataOffset) ? base + trun.i32(8) : at;
  if (!has(TRUN.size) && fields.size === 0) {
    if (count > 0) trun.log.add('MP4_EMPTY_RUN', trun.byteOffset, `${count} samples of no bytes`, count);
    return byteOffset;
  }
  const column = (shift: number) => (sample: number) => trun.u32(rowsAt + 4 * (sample * columns + shift));
  const byteLength = track.runs.add({
    byteOffset,
    count,
    time,
    size: fields.size,
    duration: fields.duration,
    durations: has(TRUN.duration) ? column(0) : undefined,
    sizes: has(TRUN.size) ? column(has(TRUN.duration) ? 1 : 0) : undefined,
    foreign: track.isForeign(fields.description),
  });
  return byteOffset + byteLength;
}
