import type { DecodeJob, DecodeSegment } from '@zarr-audio/codec';
import { type PacketColumns, readPackets } from '@zarr-audio/packet-index';
import type { RangeParts } from '../range-parts';
import type { Need } from './pending-range';

/** Packets that are decoded in one go. */
export interface PacketRun {
  /** At least one, in order. */
  readonly segments: readonly DecodeSegment[];
  /** Of all packets from the first that is decoded to the last. */
  readonly rows: PacketColumns;
  /** Where they lie in the blob. */
  readonly byteStart: number;
  readonly byteEnd: number;
  /** What it is decoded for. */
  readonly needs: Need[];
}

/** Most packets of a run: one with a pre-roll so long is none that is worth sharing. */
const MAX_PACKETS = 2 ** 16;
/** Most bytes of a run. */
const MAX_BYTES = 4 * 2 ** 20;

/**
 * The run of these segments, with copies of its rows: the chunks that they are from are not kept alive.
 *
 * @throws {RangeError} if that is too long to be decoded in one go.
 * @throws {IndexError} see `readPackets`
 */
export async function packetRun(
  { index, blob }: RangeParts,
  segments: readonly DecodeSegment[],
  signal: AbortSignal,
): Promise<PacketRun> {
  const first = segments[0]!.reset;
  const last = segments.at(-1)!.to - 1;
  if (last - first >= MAX_PACKETS) throw new RangeError(`${last - first + 1} packets in one run`);
  const { count, bytePosition, byteLength, sampleCount, cumStart } = await readPackets(
    index,
    first,
    last,
    blob.byteLength,
    { signal },
  );
  const byteStart = bytePosition[0]!;
  const byteEnd = bytePosition[count - 1]! + byteLength[count - 1]!;
  if (byteEnd - byteStart > MAX_BYTES) throw new RangeError(`${byteEnd - byteStart} bytes in one run`);
  const rows: PacketColumns = {
    first,
    count,
    bytePosition: bytePosition.slice(),
    byteLength: byteLength.slice(),
    sampleCount: sampleCount.slice(),
    cumStart: cumStart.slice(),
  };
  return { segments, rows, byteStart, byteEnd, needs: [] };
}

/** The samples that a run gives: `[start, end)` in the count of the index, holes included. */
export function runSpan({ segments, rows }: PacketRun): { start: number; end: number } {
  const last = segments.at(-1)!.to - 1 - rows.first;
  return { start: rows.cumStart[segments[0]!.from - rows.first]!, end: rows.cumStart[last]! + rows.sampleCount[last]! };
}

/** @param bytes  Of the run, from its first packet on, in a buffer of their own. */
export function decodeJob(
  { description }: RangeParts,
  { segments, rows, byteStart }: PacketRun,
  bytes: Uint8Array,
  { backend, plannedFor }: Pick<DecodeJob, 'backend' | 'plannedFor'>,
): DecodeJob {
  const { first, byteLength, sampleCount } = rows;
  const packets = { first, bytes, byteStart: rows.bytePosition.map((at) => at - byteStart), byteLength, sampleCount };
  return { stream: description, backend, plannedFor, packets, segments };
}
