import { type DecodeSegment, type SeekPoint, UNMEASURED } from '@zarr-audio/codec';
import { findPackets, findRow, type RowChunks, readPackets, readRows } from '@zarr-audio/packet-index';
import { StoreError } from '../errors';
import { SORTED_COLUMNS } from '../store-layout';
import { prefetchRows } from './prefetch';
import type { PlannedDecoder, RangeParts } from './range-parts';

export interface PlanOptions {
  readonly seek: 'exact' | 'fast';
  /** The one that will do it. */
  readonly decoder: PlannedDecoder;
  readonly signal: AbortSignal | undefined;
}

/**
 * What has to be decoded for samples `[start, end)` of the index's own count: packets by binary search, resets where the
 * codec's plan says. Empty if the range lies in a hole.
 */
export async function planRange(
  parts: RangeParts,
  start: number,
  end: number,
  options: PlanOptions,
): Promise<readonly DecodeSegment[]> {
  prefetchRows(parts, start, end, options);
  const { first, last } = await findPackets(parts.index, start, end, options);
  return first > last ? [] : planPackets(parts, first, last, options);
}

/** The same for packets `first..last`. */
export async function planPackets(
  parts: RangeParts,
  first: number,
  last: number,
  options: PlanOptions,
): Promise<readonly DecodeSegment[]> {
  const { codec, seekPoints } = parts;
  if (!seekPoints) return codec.decodePlan([], first, last, { exact: options.decoder.exact });
  if (options.seek === 'fast') return fastPlan(parts, first, last, options);
  const { column } = SORTED_COLUMNS.seekPoints;
  const from = Math.max(0, await findRow(seekPoints, column, first, options));
  const to = Math.max(from, await findRow(seekPoints, column, last, options));
  // With the row after them: only that one proves that the search, which goes by an attribute, found the last.
  const points = await readSeekPoints(seekPoints, from, Math.min(to + 1, seekPoints.rows - 1), options);
  if (to + 1 < seekPoints.rows && points.pop()!.from <= last) {
    throw new StoreError(
      'INDEX_INCONSISTENT',
      `the list of first packets of the seek points is not that of their chunks: rebuild them with reindex`,
      { packet: last, row: to + 1 },
    );
  }
  return codec.decodePlan(points, first, last, { exact: parts.isMeasuredFor(options.decoder) });
}

/** So many rows are looked through at a time: nearly always the first ones hold what is looked for. */
const ROWS_AT_A_TIME = 16;

/**
 * Where samples are right again after a packet that can't be decoded: the `from` of the first row whose `packet` lies
 * behind it. So the same samples are lost wherever a read begins. With `fast`: when the decoder had its pre-roll, or a hole
 * comes before.
 *
 * @returns `last + 1` if they aren't, up to `last`.
 */
export async function packetAfterDamage(
  parts: RangeParts,
  damaged: number,
  last: number,
  options: PlanOptions,
): Promise<number> {
  const { seekPoints, index, codec, gaps } = parts;
  if (!seekPoints) return damaged + 1;
  if (options.seek === 'fast') {
    const { cumStart, sampleCount } = await readPackets(index, damaged, damaged, undefined, options);
    const sample = cumStart[0]! + sampleCount[0]! + codec.fastPreRoll;
    const { column } = SORTED_COLUMNS.index;
    // Behind a hole the decoder begins anew, so what lies there is sound.
    const hole = gaps.find(({ end }) => end > cumStart[0]! && end <= sample);
    if (hole) return Math.min(last + 1, await findRow(index, column, hole.end, options));
    return Math.min(last, await findRow(index, column, sample - 1, options)) + 1;
  }
  let row = 1 + (await findRow(seekPoints, SORTED_COLUMNS.seekPoints.column, damaged, options));
  while (row < seekPoints.rows) {
    const to = Math.min(row + ROWS_AT_A_TIME, seekPoints.rows) - 1;
    for (const { packet, from } of await readSeekPoints(seekPoints, row, to, options)) {
      if (from > last) return last + 1;
      if (packet > damaged) return from;
    }
    row = to + 1;
  }
  return last + 1;
}

async function readSeekPoints(
  seekPoints: RowChunks,
  first: number,
  last: number,
  options: PlanOptions,
): Promise<SeekPoint[]> {
  const [packets, froms, maxDiffs] = await readRows(seekPoints, first, last, options);
  return Array.from(packets!, (packet, i): SeekPoint => ({ packet, from: froms![i]!, maxDiff: maxDiffs![i]! }));
}

/** The codec's own short pre-roll, which crosses no hole. It needs no seek points. */
async function fastPlan(
  { codec, index, gaps }: RangeParts,
  first: number,
  last: number,
  options: PlanOptions,
): Promise<readonly DecodeSegment[]> {
  const { column } = SORTED_COLUMNS.index;
  const ends = await readPackets(index, first, first, undefined, options);
  const sample = ends.cumStart[0]! - codec.fastPreRoll;
  const preRoll = Math.max(0, await findRow(index, column, sample, options));
  const { cumStart: lastStart } = await readPackets(index, last, last, undefined, options);
  const segments: DecodeSegment[] = [];
  let segment = { reset: preRoll, from: first, maxDiff: UNMEASURED };
  for (const { end } of gaps) {
    if (end <= sample || end > lastStart[0]!) continue;
    const packet = await findRow(index, column, end, options);
    if (packet <= preRoll) continue;
    if (packet > first) segments.push({ ...segment, to: packet });
    segment = { reset: packet, from: Math.max(first, packet), maxDiff: UNMEASURED };
  }
  segments.push({ ...segment, to: last + 1 });
  return segments;
}
