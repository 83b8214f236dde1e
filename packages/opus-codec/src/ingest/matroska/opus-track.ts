import type { MatroskaBlock, MatroskaTrack } from '@zarr-audio/matroska-demux';
import { encodeOpusHead, type OpusHead, packetSamplesOrZero, parseOpusHead } from '@zarr-audio/opus-parser';
import { plainHead } from '../made-headers';
import type { OpusStream, OpusStreamEvent, PacketBatch } from '../opus-stream';
import { StreamTimeline } from '../stream-timeline';
import { type Placed, TimestampSteps } from '../timestamp-steps';
import { TrimPlacement } from '../trim-placement';

const SAMPLES_PER_NS = 48_000 / 1e9;

interface OpusBlock {
  readonly packets: PacketBatch;
  readonly samples: Uint16Array;
  readonly total: number;
  /** Samples cut from its end, or if negative from its start. */
  readonly discard: number;
  readonly byteOffset: number;
}

/** One Opus track: blocks in, packets with their time out. */
export class OpusTrack {
  readonly track: MatroskaTrack;
  readonly timeline = new StreamTimeline();
  readonly number: number;
  readonly #head: OpusHead;
  readonly #headPacket: Uint8Array;
  readonly #steps: TimestampSteps<OpusBlock>;
  readonly #trims = new TrimPlacement(this.timeline);
  #stream: OpusStream | undefined;

  /**
   * @param tickNs  Resolution of the timestamps.
   * @throws {OpusError} `OPUS_BAD_HEAD` if CodecPrivate holds a header that can't be used.
   */
  constructor(track: MatroskaTrack, number: number, tickNs: number) {
    this.track = track;
    this.number = number;
    this.#steps = new TimestampSteps(this.timeline, tickNs * SAMPLES_PER_NS);
    const delay = Math.round(track.codecDelayNs * SAMPLES_PER_NS);
    if (track.codecPrivate && track.codecPrivate.length > 0) {
      this.#headPacket = track.codecPrivate;
      this.#head = parseOpusHead(track.codecPrivate);
    } else {
      this.#head = plainHead(track.channels === 2 ? 2 : 1, Math.min(delay, 65_535));
      this.#headPacket = encodeOpusHead(this.#head);
      this.timeline.repair('OPUS_HEAD_MISSING', track.byteOffset, 0);
    }
    // The header is what decoders go by; the delay says the same, in ns.
    const differs = delay - this.#head.preSkip;
    if (track.hasCodecDelay && Math.abs(differs) > 1) {
      this.timeline.note('MATROSKA_CODEC_DELAY_DIFFERS', track.byteOffset, Math.abs(differs));
    }
  }

  block(block: MatroskaBlock, comments: Comments, out: OpusStreamEvent[]): void {
    const samples = new Uint16Array(block.frameCount);
    let total = 0;
    let packets = 0;
    let shortest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < samples.length; i++) {
      const count = this.#duration(block, i);
      if (count === 0) continue;
      samples[i] = count;
      total += count;
      packets++;
      shortest = Math.min(shortest, count);
    }
    if (packets === 0) return;
    const { byteOffset } = block;
    const discard = this.#discard(block, total);
    const batch: PacketBatch = {
      count: block.frameCount,
      packet: (i) => block.frame(i),
      byteOffset: (i) => block.frameOffset(i),
      byteLength: (i) => block.frameLength(i),
    };
    const placed = this.#steps.add({
      start: block.timestampNs * SAMPLES_PER_NS,
      packets,
      samples: total,
      trimmed: Math.abs(discard),
      packetSamples: shortest,
      byteOffset,
      payload: { packets: batch, samples, total, discard, byteOffset },
    });
    this.#emit(placed, comments, out);
  }

  /** @returns false if the track held no packet. */
  finish(comments: Comments, out: OpusStreamEvent[]): boolean {
    this.#emit(this.#steps.finish(), comments, out);
    if (!this.#stream) return false;
    this.#trims.finish();
    this.timeline.finish();
    out.push({ type: 'end', stream: this.#stream });
    return true;
  }

  #duration(block: MatroskaBlock, i: number): number {
    const samples = packetSamplesOrZero(block.frame(i));
    if (samples === 0) this.timeline.repair('OPUS_BAD_PACKET', block.frameOffset(i), 0);
    return samples;
  }

  /** DiscardPadding in samples; one that asks for more than the block holds can't be meant (ffmpeg ignores it too). */
  #discard({ discardPaddingNs, byteOffset }: MatroskaBlock, total: number): number {
    const discard = Math.round(discardPaddingNs * SAMPLES_PER_NS);
    if (Math.abs(discard) <= total) return discard;
    this.timeline.repair('MATROSKA_BAD_DISCARD', byteOffset, Math.abs(discard));
    return 0;
  }

  #emit(placed: readonly Placed<OpusBlock>[], comments: Comments, out: OpusStreamEvent[]): void {
    for (const { payload, gap, end } of placed) {
      const { packets, samples, total, discard, byteOffset } = payload;
      this.#stream ??= this.#begin(comments(), out);
      this.#trims.place(total, discard, end, byteOffset);
      out.push({ type: 'batch', stream: this.#stream, batch: { packets, samples, gap } });
    }
  }

  #begin({ tags, tagsPacket }: ReturnType<Comments>, out: OpusStreamEvent[]): OpusStream {
    const stream: OpusStream = {
      number: this.number,
      container: 'matroska',
      serial: this.number + 1,
      head: this.#head,
      headPacket: this.#headPacket,
      tagsPacket,
      tags,
      timeline: this.timeline,
    };
    out.push({ type: 'begin', stream });
    return stream;
  }
}

/** What the file says of the track, once that is wanted. */
export type Comments = () => { readonly tags: Readonly<Record<string, string>>; readonly tagsPacket: Uint8Array };
