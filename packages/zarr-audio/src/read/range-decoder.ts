import { createPcm, type DecodeSegment, type PacketDecoder, type PcmData, wrongLength } from '@zarr-audio/codec';
import { readPackets } from '@zarr-audio/packet-index';
import { isRefusedPacket } from './blob-damage';
import { type PacketBatch, PacketReader } from './packet-reader';
import type { RangeParts } from './range-parts';
import { packetAfterDamage, planPackets, planRange } from './range-plan';

/** Samples that were decoded, or are lost: valid until the next ones are asked for. */
export interface DecodedSpan {
  /** First sample, in the count of the index. */
  readonly cumStart: number;
  readonly frames: number;
  /** Interleaved, `frames` frames from index 0 on. Undefined: they are lost, */
  readonly data: PcmData | undefined;
  /** and this is why. */
  readonly damage: Error | undefined;
  readonly maxDiff: number;
}

export interface DecodeOptions {
  readonly seek: 'exact' | 'fast';
  /** Samples that can't be decoded: an error, or spans that say so. */
  readonly onDamage: 'throw' | 'zeros';
  readonly signal: AbortSignal | undefined;
}

/** A packet that can't be decoded. */
interface BrokenPacket {
  readonly packet: number;
  readonly error: Error;
}

/**
 * Decodes samples `[start, end)` of the index's own count, as `planRange` says: byte ranges fetched in order, each packet
 * decoded once except for pre-roll.
 *
 * Holes yield nothing; spans may reach beyond the range at both ends. They come in lists that are made while they are gone
 * through, each of which has to be gone through before the next is asked for.
 */
export async function* decodeRange(
  parts: RangeParts,
  decoder: PacketDecoder,
  start: number,
  end: number,
  options: DecodeOptions,
): AsyncGenerator<Iterable<DecodedSpan>> {
  const { channels, sampleType } = parts.description;
  const output = createPcm(sampleType, decoder.maxPacketFrames * channels);
  const planOptions = { ...options, decoder };
  let plan = await planRange(parts, start, end, planOptions);
  if (plan.length === 0) return;
  const last = plan.at(-1)!.to - 1;
  const { signal } = options;
  const reader = new PacketReader(parts, last, { signal, passesDamage: options.onDamage === 'zeros' });
  for (;;) {
    const broken = yield* decodePlan(plan, reader, decoder, output, options);
    if (!broken) return;
    const resumed = await packetAfterDamage(parts, broken.packet, last, planOptions);
    yield [await lostSpan(parts, broken, plan, resumed, options)];
    if (resumed > last) return;
    plan = await planPackets(parts, resumed, last, planOptions);
  }
}

/** Goes through a plan, up to a packet that can't be decoded. */
async function* decodePlan(
  plan: readonly DecodeSegment[],
  reader: PacketReader,
  decoder: PacketDecoder,
  output: PcmData,
  options: DecodeOptions,
): AsyncGenerator<Iterable<DecodedSpan>, BrokenPacket | undefined> {
  for (const segment of plan) {
    decoder.reset();
    for (let packet = segment.reset; packet < segment.to; ) {
      const batch = await reader.batchAt(packet);
      const decoding = new BatchDecoding(batch, segment, packet, decoder, output, options);
      yield decoding;
      if (decoding.broken) return decoding.broken;
      packet = Math.min(batch.end, segment.to);
    }
  }
  return undefined;
}

/** The packets of one segment that lie in one batch, decoded while they are gone through. */
class BatchDecoding implements Iterable<DecodedSpan> {
  broken: BrokenPacket | undefined;
  readonly #batch: PacketBatch;
  readonly #segment: DecodeSegment;
  readonly #first: number;
  readonly #decoder: PacketDecoder;
  readonly #output: PcmData;
  readonly #options: DecodeOptions;

  constructor(
    batch: PacketBatch,
    segment: DecodeSegment,
    first: number,
    decoder: PacketDecoder,
    output: PcmData,
    options: DecodeOptions,
  ) {
    this.#batch = batch;
    this.#segment = segment;
    this.#first = first;
    this.#decoder = decoder;
    this.#output = output;
    this.#options = options;
  }

  *[Symbol.iterator](): Generator<DecodedSpan> {
    const { first, cumStart, sampleCount } = this.#batch.columns;
    const { from, to, maxDiff } = this.#segment;
    const span = { cumStart: 0, frames: 0, data: this.#output, damage: undefined, maxDiff };
    const end = Math.min(this.#batch.end, to);
    for (let packet = this.#first; packet < end; packet++) {
      const frames = sampleCount[packet - first]!;
      if (!this.#decode(packet, frames)) return;
      if (packet < from) continue;
      span.cumStart = cumStart[packet - first]!;
      span.frames = frames;
      yield span;
    }
  }

  /** @returns false if it can't be decoded. */
  #decode(packet: number, expected: number): boolean {
    const bytes = this.#batch.packet(packet);
    let error = bytes instanceof Error ? bytes : undefined;
    if (!(bytes instanceof Error)) {
      try {
        const frames = this.#decoder.decode(bytes, this.#output, 0);
        if (frames === expected) return true;
        throw wrongLength(packet, expected, frames);
      } catch (refusal) {
        if (this.#options.onDamage === 'throw' || !isRefusedPacket(refusal)) throw refusal;
        error = refusal;
      }
    }
    this.broken = { packet, error: error! };
    return false;
  }
}

/** What is lost by a packet: the samples from there, or from where the plan's output counts, up to packet `resumed`. */
async function lostSpan(
  parts: RangeParts,
  { packet, error }: BrokenPacket,
  plan: readonly DecodeSegment[],
  resumed: number,
  { signal }: DecodeOptions,
): Promise<DecodedSpan> {
  // Segments overlap by their pre-roll: the first one that has the packet met it.
  const { from } = plan.find((segment) => packet < segment.to)!;
  const first = Math.max(packet, from);
  const begin = await readPackets(parts.index, first, first, undefined, { signal });
  const final = await readPackets(parts.index, resumed - 1, resumed - 1, undefined, { signal });
  const cumStart = begin.cumStart[0]!;
  const frames = final.cumStart[0]! + final.sampleCount[0]! - cumStart;
  return { cumStart, frames, data: undefined, damage: error, maxDiff: 0 };
}
