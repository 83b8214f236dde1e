import {
  type Codec,
  createPcm,
  type DecodeSegment,
  type PacketDecoder,
  type PcmData,
  type SeekPoint,
  type StreamDescription,
  UNMEASURED,
} from '@zarr-audio/codec';
import {
  findPackets,
  findRow,
  type PacketColumns,
  type RowChunks,
  readPackets,
  readRows,
} from '@zarr-audio/packet-index';
import type { BlobReader } from '../arrays/index';
import { StoreError } from '../errors';
import { SORTED_COLUMNS } from '../store-layout';

/** What a read needs of a recording. */
export interface RangeDecoderParts {
  readonly codec: Codec;
  readonly description: StreamDescription;
  readonly blob: BlobReader;
  readonly index: RowChunks;
  readonly seekPoints: RowChunks | undefined;
  /** The seek points were measured for what the codec decodes to: by the attributes of their array. */
  readonly isMeasured: boolean;
}

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
 * Decodes samples `[start, end)` of the index's own count: packets by binary search, resets where the codec's plan
 * says, byte ranges fetched in order, each packet decoded once except for pre-roll.
 *
 * Holes yield nothing; spans may reach beyond the range at both ends.
 */
export async function* decodeRange(
  parts: RangeDecoderParts,
  decoder: PacketDecoder,
  start: number,
  end: number,
  options: DecodeOptions,
): AsyncGenerator<DecodedSpan> {
  prefetchSeekPoints(parts.seekPoints, options);
  const { first, last } = await findPackets(parts.index, start, end, options);
  if (first > last) return;
  const plan = await planOf(parts, decoder, first, last, options);
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

/**
 * Seek points of up to some 80 minutes lie in one chunk: it is asked for together with the index, which over a network saves
 * a round. If it fails, that is met again where the rows are used.
 */
function prefetchSeekPoints(seekPoints: RowChunks | undefined, options: DecodeOptions): void {
  if (options.seek === 'exact' && seekPoints && seekPoints.rows <= seekPoints.chunkRows) {
    seekPoints.chunk(0, options).catch(() => undefined);
  }
}

function wrongLength(packet: number, expected: number, actual: number): StoreError {
  return new StoreError(
    'INDEX_INCONSISTENT',
    `packet ${packet} decodes to ${actual} samples, its row says ${expected}: rebuild the index with reindex`,
    { packet, expected, actual },
  );
}

function countWithin({ bytePosition, byteLength, count }: PacketColumns, limit: number): number {
  let within = 1;
  while (within < count && bytePosition[within]! + byteLength[within]! - bytePosition[0]! <= limit) within++;
  return within;
}

async function planOf(
  parts: RangeDecoderParts,
  decoder: PacketDecoder,
  first: number,
  last: number,
  options: DecodeOptions,
): Promise<readonly DecodeSegment[]> {
  const { codec, seekPoints } = parts;
  if (!seekPoints) return codec.decodePlan([], first, last, { exact: decoder.exact });
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
  return codec.decodePlan(points, first, last, { exact: decoder.exact && parts.isMeasured });
}

/** The codec's own short pre-roll, which crosses no hole: there a row stands whose `packet` is its `from`. */
async function fastPlan(
  { codec, index }: RangeDecoderParts,
  seekPoints: RowChunks,
  first: number,
  last: number,
  options: DecodeOptions,
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
