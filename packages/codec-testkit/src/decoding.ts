import {
  type Codec,
  type DecodeSegment,
  decodeSegments,
  INDEX_WIDTH,
  type PacketBatch,
  type PacketDecoder,
  type PcmData,
  SEEK_WIDTH,
  type SeekPoint,
} from '@zarr-audio/codec';
import type { TakenStream } from './ingested';
import type { Subject } from './subject';

/** The packets of a stream, where they lie in its blob. */
export function batchOf({ blob, rows }: TakenStream): PacketBatch {
  const column = (at: number) => Float64Array.from({ length: rows.length / INDEX_WIDTH }, (_, i) => rows[5 * i + at]!);
  return { first: 0, bytes: blob, byteStart: column(0), byteLength: column(1), sampleCount: column(2) };
}

/** The bytes of one packet; a copy. */
export function packetOf({ blob, rows }: TakenStream, packet: number): Uint8Array {
  const start = rows[packet * INDEX_WIDTH]!;
  return blob.slice(start, start + rows[packet * INDEX_WIDTH + 1]!);
}

/** Samples per channel that packets decode to, by their rows. */
export function samplesOf({ rows }: TakenStream, from: number, to: number): number {
  let samples = 0;
  for (let packet = from; packet < to; packet++) samples += rows[packet * INDEX_WIDTH + 2]!;
  return samples;
}

export function seekPointsOf({ seekRows }: TakenStream): SeekPoint[] {
  return Array.from({ length: seekRows.length / SEEK_WIDTH }, (_, i) => {
    const [packet, from, maxDiff] = seekRows.subarray(i * SEEK_WIDTH);
    return { packet: packet!, from: from!, maxDiff: maxDiff! };
  });
}

/** Whether seek points were measured for a decoder: `StreamSummary.seekPointAttributes`. */
export function isMeasuredFor({ hasSeekPoints }: Codec, { summary }: TakenStream, decoder: PacketDecoder): boolean {
  if (!hasSeekPoints) return decoder.exact;
  const { portable, measured_by: measuredBy } = summary.seekPointAttributes ?? {};
  return decoder.exact && (portable === true || measuredBy === decoder.backend);
}

/** The codec's plan for packets `[first, last]`, with the seek points that govern them. */
export function planOf(
  codec: Codec,
  stream: TakenStream,
  decoder: PacketDecoder,
  first: number,
  last: number,
): readonly DecodeSegment[] {
  const points = seekPointsOf(stream);
  const governing = points.findLastIndex(({ from }) => from <= first);
  const rows = points.slice(Math.max(0, governing)).filter(({ from }) => from <= last);
  return codec.decodePlan(rows, first, last, { exact: isMeasuredFor(codec, stream, decoder) });
}

/** Decodes packets `[first, last]` as the codec plans it, with a decoder. */
export function decodePackets(
  codec: Codec,
  stream: TakenStream,
  decoder: PacketDecoder,
  first: number,
  last: number,
): PcmData {
  const segments = planOf(codec, stream, decoder, first, last);
  return decodeSegments(decoder, { stream: stream.description, packets: batchOf(stream), segments });
}

/** The same with a decoder of its own. */
export async function decodeAnew(subject: Subject, stream: TakenStream, first: number, last: number): Promise<PcmData> {
  return withDecoder(subject, stream, (decoder) => decodePackets(subject.codec, stream, decoder, first, last));
}

export async function withDecoder<T>(
  { codec, options }: Subject,
  { description }: TakenStream,
  use: (decoder: PacketDecoder) => T | Promise<T>,
): Promise<T> {
  const decoder = await codec.createDecoder(description, options.decoder);
  try {
    return await use(decoder);
  } finally {
    decoder.free();
  }
}

/** One packet after another from the first on, without a reset. */
export function decodeSequentially(stream: TakenStream, decoder: PacketDecoder): PcmData {
  const to = stream.rows.length / INDEX_WIDTH;
  const segments = [{ reset: 0, from: 0, to, maxDiff: 0 }];
  return decodeSegments(decoder, { stream: stream.description, packets: batchOf(stream), segments });
}
