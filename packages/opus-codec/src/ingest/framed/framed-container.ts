import type { ByteSource } from '@zarr-audio/codec';
import {
  createPacketFraming,
  encodeOpusHead,
  type FramedPacket,
  type OpusHead,
  type PacketFraming,
  packetSamplesOrZero,
  parseToc,
} from '@zarr-audio/opus-parser';
import { asCoded, OpusCodecError } from '../../errors';
import { madeTags, plainHead } from '../made-headers';
import type { OpusContainer, OpusStream, OpusStreamEvent, PacketBatch, TimedBatch } from '../opus-stream';
import { StreamTimeline } from '../stream-timeline';

/**
 * Packets that are framed one after another, without a container: one stream. It is stereo if one of its packets is, and
 * nothing is skipped at its start, for nothing says how much. A packet without bytes is one that was lost: a hole of the
 * length of the one before it.
 */
export function framedContainer(source: ByteSource, framing: PacketFraming): OpusContainer {
  return {
    isOgg: false,
    async *read(signal) {
      const head = plainHead((await hasStereo(source, framing, signal)) ? 2 : 1, 0);
      const batches = new FramedBatches();
      const { timeline } = batches;
      let stream: OpusStream | undefined;
      for await (const packets of framedPackets(source, framing, timeline, signal)) {
        const found: OpusStreamEvent[] = [];
        for (const batch of batches.split(packets)) {
          if (!stream) {
            stream = streamOf(head, timeline);
            found.push({ type: 'begin', stream });
          }
          found.push({ type: 'batch', stream, batch });
        }
        yield found;
      }
      if (!stream) throw noPackets(timeline);
      batches.finish();
      timeline.finish();
      yield [{ type: 'end', stream }];
    },
  };
}

function streamOf(head: OpusHead, timeline: StreamTimeline): OpusStream {
  const headers = { headPacket: encodeOpusHead(head), tagsPacket: madeTags([]) };
  return { number: 0, container: 'packets', serial: 1, head, ...headers, tags: {}, timeline };
}

/** A stereo packet in a mono stream would be mixed down: one is enough to decide. */
async function hasStereo(source: ByteSource, framing: PacketFraming, signal?: AbortSignal): Promise<boolean> {
  for await (const packets of framedPackets(source, framing, new StreamTimeline(), signal)) {
    for (const { packet } of packets) if (packet.length > 0 && parseToc(packet[0]!).channels === 2) return true;
  }
  return false;
}

async function* framedPackets(
  source: ByteSource,
  framing: PacketFraming,
  timeline: StreamTimeline,
  signal?: AbortSignal,
): AsyncGenerator<readonly FramedPacket[]> {
  const reader = createPacketFraming(framing);
  const take = (packets: () => FramedPacket[]) => {
    try {
      return packets();
    } catch (error) {
      // What came before the place where the framing fails is sound.
      const { code, details } = asCoded(error);
      timeline.repair(code, Number(details.byteOffset ?? 0), 0);
      return undefined;
    }
  };
  for await (const bytes of source.open({ signal })) {
    const packets = take(() => reader.push(bytes));
    if (!packets) return;
    yield packets;
  }
  yield take(() => reader.finish()) ?? [];
}

/** Packets as they come to batches that end where packets were lost. */
class FramedBatches {
  readonly timeline = new StreamTimeline();
  #gap = 0;
  #lastSamples = 0;
  #lostAt = 0;

  *split(framed: readonly FramedPacket[]): Generator<TimedBatch> {
    let from = 0;
    for (const [i, { packet, byteOffset }] of framed.entries()) {
      if (packet.length > 0) continue;
      yield* this.#batch(framed.slice(from, i));
      from = i + 1;
      if (this.#lastSamples === 0) this.timeline.repair('OPUS_BAD_PACKET', byteOffset, 0);
      else this.#gap += this.#lastSamples;
      this.#lostAt = byteOffset;
    }
    yield* this.#batch(framed.slice(from));
  }

  /** Packets that were lost at the end are no hole: nothing follows. */
  finish(): void {
    if (this.#gap > 0) this.timeline.note('OPUS_PACKETS_LOST', this.#lostAt, this.#gap);
  }

  *#batch(framed: readonly FramedPacket[]): Generator<TimedBatch> {
    const samples = new Uint16Array(framed.length);
    let gap = 0;
    for (const [i, { packet, byteOffset }] of framed.entries()) {
      const count = packetSamplesOrZero(packet);
      if (count === 0) {
        this.timeline.repair('OPUS_BAD_PACKET', byteOffset, 0);
        continue;
      }
      if (this.#gap > 0) {
        gap = this.#gap;
        this.timeline.gap(gap, byteOffset);
        this.#gap = 0;
      }
      samples[i] = count;
      this.#lastSamples = count;
      this.timeline.add(1, count);
    }
    if (samples.every((count) => count === 0)) return;
    const batch: PacketBatch = {
      count: framed.length,
      packet: (i) => framed[i]!.packet,
      byteOffset: (i) => framed[i]!.byteOffset,
      byteLength: (i) => framed[i]!.byteLength,
    };
    yield { packets: batch, samples, gap };
  }
}

function noPackets({ repairs }: StreamTimeline): OpusCodecError {
  const [first] = repairs;
  const why = first ? `: ${first.code} at byte ${first.byteOffset}` : '';
  return new OpusCodecError('OPUS_NO_PACKETS', `no packet of Opus stands in such frames in this file${why}`);
}
