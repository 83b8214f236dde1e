import type { RowChunks } from '@zarr-audio/packet-index';
import { lastAtMost } from '@zarr-audio/packet-index';
import type { RangeParts } from './range-parts';
import type { PlanOptions } from './range-plan';

/** Pre-roll is at most so long (docs/format.md): where it reaches into the chunk before, that is needed too. */
const PRE_ROLL_SECONDS = 4;
/** The read that comes next is taken to be as long as this one, up to here. */
const NEXT_SECONDS = 10;
/** Packets of 2.5 ms in the 4 s that lie between two rows at most. */
const ROW_SPACING_PACKETS = 1600;

/**
 * Asks in one round for all rows that a read of samples `[start, end)` can need, and the one after it: the first samples of
 * the index's chunks tell which chunks, those tell the range of packets, and that tells the chunks of seek points.
 * Whatever fails is met again where the rows are used.
 *
 * On a disk nothing is asked for that may not be needed.
 */
export function prefetchRows(parts: RangeParts, start: number, end: number, options: PlanOptions): void {
  const { index, seekPoints, readsAhead, description } = parts;
  if (!readsAhead || !index.chunkFirst) return;
  const { sampleRate } = description;
  const next = Math.min(end - start, NEXT_SECONDS * sampleRate);
  const first = Math.max(0, lastAtMost(index.chunkFirst, start - PRE_ROLL_SECONDS * sampleRate));
  const last = Math.max(first, lastAtMost(index.chunkFirst, end + next - 1));
  // A long read takes its chunks one after the other.
  if (last - first > 2) return;
  fetchChunks(index, first, last, options);
  if (options.seek === 'fast' || !seekPoints?.chunkFirst) return;
  // Rows lie at most 4 s apart; the last one that is needed is the one behind the range.
  const firstPacket = first * index.chunkRows;
  const lastPacket = (last + 1) * index.chunkRows + ROW_SPACING_PACKETS;
  const { chunkFirst } = seekPoints;
  fetchChunks(
    seekPoints,
    Math.max(0, lastAtMost(chunkFirst, firstPacket)),
    lastAtMost(chunkFirst, lastPacket),
    options,
  );
}

function fetchChunks(table: RowChunks, first: number, last: number, { signal }: PlanOptions): void {
  for (let chunk = first; chunk <= last; chunk++) table.chunk(chunk, { signal }).catch(() => undefined);
}
