import type { Codec, DecodeSegment, PacketDecoder, StreamDescription } from './codec';
import { CodedError } from './errors';
import { createPcm, type PcmData } from './pcm';

/** The task that every codec has: `runDecodeJob`. */
export const DECODE_TASK = 'decode';

/** Packets that lie one behind another in a blob, with their bytes. Plain data. */
export interface PacketBatch {
  /** Number of the first packet. */
  readonly first: number;
  /** From the first byte of the first packet to the last of the last; headers of pages may lie in between. */
  readonly bytes: Uint8Array;
  /** Of every packet: where it begins in `bytes`, */
  readonly byteStart: Float64Array;
  /** its length there, */
  readonly byteLength: Float64Array;
  /** and what it decodes to, in samples per channel. */
  readonly sampleCount: Float64Array;
}

/** All that it takes to decode some packets: plain data, so it can be done on another thread. */
export interface DecodeJob {
  readonly stream: StreamDescription;
  /** `DecoderOptions.backend` */
  readonly backend: string | undefined;
  /** `PacketDecoder.backend` and `exact` of the decoder that `segments` were planned for: another one may need another plan. */
  readonly plannedFor: { readonly backend: string; readonly exact: boolean };
  readonly packets: PacketBatch;
  /** In order, within the packets. */
  readonly segments: readonly DecodeSegment[];
}

/**
 * Decodes the packets `[from, to)` of every segment, one segment behind another.
 *
 * @returns Interleaved samples of the stream's type.
 * @throws {CodedError} `INDEX_INCONSISTENT` if a packet decodes to another length than its row says; `DECODER_DIFFERS` if the
 *   decoder is not the one of the plan; and what the decoder throws.
 */
export async function runDecodeJob(codec: Codec, job: DecodeJob): Promise<PcmData> {
  const decoder = await codec.createDecoder(job.stream, { backend: job.backend });
  try {
    const { backend, exact } = decoder;
    if (backend !== job.plannedFor.backend || exact !== job.plannedFor.exact) {
      const message = `the decoder is ${backend}, and the plan was made for ${job.plannedFor.backend}`;
      throw new CodedError('DECODER_DIFFERS', message, { backend, exact, plannedFor: job.plannedFor });
    }
    return decodeSegments(decoder, job);
  } finally {
    decoder.free();
  }
}

/** @throws as `runDecodeJob` */
export function decodeSegments(
  decoder: PacketDecoder,
  { stream, packets, segments }: Pick<DecodeJob, 'stream' | 'packets' | 'segments'>,
): PcmData {
  const { channels, sampleType } = stream;
  const { first, bytes, byteStart, byteLength, sampleCount } = packets;
  let frames = 0;
  for (const { from, to } of segments) for (let i = from; i < to; i++) frames += sampleCount[i - first]!;
  // A packet that is longer than its row says is noticed after it was written.
  const output = createPcm(sampleType, (frames + decoder.maxPacketFrames) * channels);
  let at = 0;
  for (const { reset, from, to } of segments) {
    decoder.reset();
    for (let packet = reset; packet < to; packet++) {
      const i = packet - first;
      const start = byteStart[i]!;
      const decoded = decoder.decode(bytes.subarray(start, start + byteLength[i]!), output, at * channels);
      if (decoded !== sampleCount[i]) throw wrongLength(packet, sampleCount[i]!, decoded);
      if (packet >= from) at += decoded;
    }
  }
  return output.subarray(0, frames * channels);
}

/** What a packet decodes to is not what its row of the index says. */
export function wrongLength(packet: number, expected: number, actual: number): CodedError {
  const message = `packet ${packet} decodes to ${actual} samples, its row says ${expected}: rebuild the index with reindex`;
  return new CodedError('INDEX_INCONSISTENT', message, { packet, expected, actual });
}
