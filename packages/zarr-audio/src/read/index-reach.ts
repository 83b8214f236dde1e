import { type RowChunks, readPackets } from '@zarr-audio/packet-index';

/**
 * One past the last sample that an index has, in its own count. Reads its last chunk.
 *
 * @param maxPacketFrames  The most that the last packet can decode to, whatever its row says.
 * @throws {IndexError} see `readPackets`
 */
export async function indexReach(
  index: RowChunks,
  maxPacketFrames: number,
  options: { signal: AbortSignal | undefined },
): Promise<number> {
  const last = index.rows - 1;
  const { cumStart, sampleCount } = await readPackets(index, last, last, undefined, options);
  return cumStart[0]! + Math.min(sampleCount[0]!, maxPacketFrames);
}
