import { checkPacketRows } from './packet-check';
import { findRow, type RowChunks, readRows } from './row-chunks';

/** Columns of an index: `INDEX_COLUMNS` by name. */
export interface PacketColumns {
  /** Number of the first packet in the columns. */
  readonly first: number;
  readonly count: number;
  readonly bytePosition: Float64Array;
  readonly byteLength: Float64Array;
  readonly sampleCount: Float64Array;
  readonly cumStart: Float64Array;
}

const CUM_START = 3;

/**
 * The packets that hold samples `[startSample, endSample)` of the index's own count, by binary search over one chunk
 * or two. Packets before or after a hole are not included for the hole's sake.
 *
 * @returns First and last packet, inclusive; `first > last` if the range lies in a hole.
 * @throws {IndexError} `INDEX_INCONSISTENT` if there is no packet at or before the range.
 */
export async function findPackets(
  index: RowChunks,
  startSample: number,
  endSample: number,
  options?: { signal?: AbortSignal | undefined },
): Promise<{ first: number; last: number }> {
  const [from, last] = await Promise.all([
    findRow(index, CUM_START, startSample, options),
    findRow(index, CUM_START, endSample - 1, options),
  ]);
  let first = from;
  if (first < 0) return { first: 0, last };
  const { cumStart, sampleCount } = await readPackets(index, first, first, undefined, options);
  if (cumStart[0]! + sampleCount[0]! <= startSample) first++;
  return { first, last };
}

/**
 * Rows of packets `first..last`, checked.
 *
 * @param blobByteLength  For the check of bounds; left out where the blob is not known.
 * @throws {IndexError} see `checkPacketRows`.
 */
export async function readPackets(
  index: RowChunks,
  first: number,
  last: number,
  blobByteLength?: number,
  options?: { signal?: AbortSignal | undefined },
): Promise<PacketColumns> {
  const columns = await readRows(index, first, last, options);
  checkPacketRows(columns, first, blobByteLength);
  const [bytePosition, byteLength, sampleCount, cumStart] = columns as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return { first, count: last - first + 1, bytePosition, byteLength, sampleCount, cumStart };
}
