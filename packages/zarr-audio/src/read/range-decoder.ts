import { createPcm, type PacketDecoder, type PcmData, wrongLength } from '@zarr-audio/codec';
import { type PacketColumns, readPackets } from '@zarr-audio/packet-index';
import type { RangeParts } from './range-parts';
import { planRange } from './range-plan';

/** Samples that were decoded: valid until the next ones are asked for. */
export interface DecodedSpan {
  /** First sample, in the count of the index. */
  readonly cumStart: number;
  readonly frames: number;
  /** Interleaved, `frames` frames from index 0 on. */
  readonly data: PcmData;
  readonly maxDiff: number;
}

export interface DecodeOptions {
  readonly seek: 'exact' | 'fast';
  readonly signal: AbortSignal | undefined;
}

/** So many bytes of blob are fetched at a time: a bound on memory, and a request that is worth its round trip. */
const BATCH_BYTES = 1024 * 1024;
/** So many rows of the index are held at a time. */
const BATCH_PACKETS = 8192;

/**
 * Decodes samples `[start, end)` of the index's own count, as `planRange` says: byte ranges fetched in order, each packet
 * decoded once except for pre-roll.
 *
 * Holes yield nothing; spans may reach beyond the range at both ends.
 */
export async function* decodeRange(
  parts: RangeParts,
  decoder: PacketDecoder,
  start: number,
  end: number,
  options: DecodeOptions,
): AsyncGenerator<DecodedSpan> {
  const plan = await planRange(parts, start, end, { ...options, exact: decoder.exact });
  const { channels, sampleType } = parts.description;
  const output = createPcm(sampleType, decoder.maxPacketFrames * channels);
  for (const segment of plan) {
    decoder.reset();
    for (let packet = segment.reset; packet < segment.to; ) {
      const batch = await readPackets(
        parts.index,
        packet,
        Math.min(segment.to, packet + BATCH_PACKETS) - 1,
        parts.blob.byteLength,
        options,
      );
      const count = countWithin(batch, BATCH_BYTES);
      const from = batch.bytePosition[0]!;
      const bytes = await parts.blob.read(from, batch.bytePosition[count - 1]! + batch.byteLength[count - 1]!, options);
      for (let i = 0; i < count; i++) {
        const at = batch.bytePosition[i]! - from;
        const frames = decoder.decode(bytes.subarray(at, at + batch.byteLength[i]!), output, 0);
        if (frames !== batch.sampleCount[i]) throw wrongLength(packet + i, batch.sampleCount[i]!, frames);
        if (packet + i < segment.from) continue;
        yield { cumStart: batch.cumStart[i]!, frames, data: output, maxDiff: segment.maxDiff };
      }
      packet += count;
    }
  }
}

function countWithin({ bytePosition, byteLength, count }: PacketColumns, limit: number): number {
  let within = 1;
  while (within < count && bytePosition[within]! + byteLength[within]! - bytePosition[0]! <= limit) within++;
  return within;
}
