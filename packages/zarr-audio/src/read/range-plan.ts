import { type DecodeSegment, type SeekPoint, UNMEASURED } from '@zarr-audio/codec';
import { findPackets, findRow, type RowChunks, readPackets, readRows } from '@zarr-audio/packet-index';
import { StoreError } from '../errors';
import { SORTED_COLUMNS } from '../store-layout';
import type { RangeParts } from './range-parts';

export interface PlanOptions {
  readonly seek: 'exact' | 'fast';
  /** `PacketDecoder.exact` of the decoder that will do it. */
  readonly exact: boolean;
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
  prefetchSeekPoints(parts.seekPoints, options);
  const { first, last } = await findPackets(parts.index, start, end, options);
  return first > last ? [] : planOf(parts, first, last, options);
}

/**
 * Seek points of up to some 80 minutes lie in one chunk: it is asked for together with the index, which over a network saves
 * a round. If it fails, that is met again where the rows are used.
 */
function prefetchSeekPoints(seekPoints: RowChunks | undefined, options: PlanOptions): void {
  if (options.seek === 'exact' && seekPoints && seekPoints.rows <= seekPoints.chunkRows) {
    seekPoints.chunk(0, options).catch(() => undefined);
  }
}

async function planOf(
  parts: RangeParts,
  first: number,
  last: number,
  options: PlanOptions,
): Promise<readonly DecodeSegment[]> {
  const { codec, seekPoints } = parts;
  if (!seekPoints) return codec.decodePlan([], first, last, { exact: options.exact });
  if (options.seek === 'fast') return fastPlan(parts, seekPoints, first, last, options);
  const { column } = SORTED_COLUMNS.seekPoints;
  const from = Math.max(0, await findRow(seekPoints, column, first, options));
  const to = Math.max(from, await findRow(seekPoints, column, last, options));
  // With the row after them: only that one proves that the search, which goes by an attribute, found the last.
  const rows = await readRows(seekPoints, from, Math.min(to + 1, seekPoints.rows - 1), options);
  const points = Array.from(
    rows[0]!,
    (packet, i): SeekPoint => ({ packet, from: rows[1]![i]!, maxDiff: rows[2]![i]! }),
  );
  if (to + 1 < seekPoints.rows && points.pop()!.from <= last) {
    throw new StoreError(
      'INDEX_INCONSISTENT',
      `the list of first packets of the seek points is not that of their chunks: rebuild them with reindex`,
      { packet: last, row: to + 1 },
    );
  }
  return codec.decodePlan(points, first, last, { exact: options.exact && parts.isMeasured });
}

/** The codec's own short pre-roll, which crosses no hole: there a row stands whose `packet` is its `from`. */
async function fastPlan(
  { codec, index }: RangeParts,
  seekPoints: RowChunks,
  first: number,
  last: number,
  options: PlanOptions,
): Promise<readonly DecodeSegment[]> {
  const { cumStart } = await readPackets(index, first, first, undefined, options);
  const sample = cumStart[0]! - codec.fastPreRoll;
  const preRoll = Math.max(0, await findRow(index, SORTED_COLUMNS.index.column, sample, options));
  const { column } = SORTED_COLUMNS.seekPoints;
  const from = Math.max(0, await findRow(seekPoints, column, preRoll, options));
  const to = Math.max(from, await findRow(seekPoints, column, last, options));
  const [packets, firsts] = await readRows(seekPoints, from, to, options);
  const segments: DecodeSegment[] = [];
  let segment = { reset: preRoll, from: first, maxDiff: UNMEASURED };
  for (const [i, packet] of packets!.entries()) {
    if (packet !== firsts![i] || packet <= preRoll) continue;
    if (packet > first) segments.push({ ...segment, to: packet });
    segment = { reset: packet, from: Math.max(first, packet), maxDiff: UNMEASURED };
  }
  segments.push({ ...segment, to: last + 1 });
  return segments;
}
