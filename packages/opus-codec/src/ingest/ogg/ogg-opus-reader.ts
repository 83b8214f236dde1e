import type { CodedError, Repair } from '@zarr-audio/codec';
import type { OggEvent, OggPagePackets, OggStream } from '@zarr-audio/ogg-demux';
import {
  isOpusHead,
  isOpusTags,
  type OpusHead,
  packetSamplesOrZero,
  parseOpusHead,
  parseOpusTags,
} from '@zarr-audio/opus-parser';
import { asCoded, OpusCodecError, otherCodec } from '../../errors';
import type { OpusStream, OpusStreamEvent } from '../opus-stream';
import { StreamTimeline } from '../stream-timeline';
import { textTags } from '../tags';
import { applyTimeline, type TimelineComment, timelineOf } from '../timeline-comment';
import { GranuleTimeline, type PageClaim } from './granule-timeline';
import { otherOggCodec } from './other-codecs';

/** Repairs before a stream, or behind the last, that are told one by one. */
const MAX_PENDING = 1000;

export type OggOpusEvent = OpusStreamEvent<OggPagePackets>;

interface Page {
  readonly packets: OggPagePackets;
  readonly samples: Uint16Array;
}

interface Logical {
  readonly ogg: OggStream;
  readonly timeline: StreamTimeline;
  readonly granules: GranuleTimeline;
  number: number;
  head?: OpusHead;
  headPacket?: Uint8Array;
  tagsPacket?: Uint8Array;
  tagsAt: number;
  tags: Record<string, string>;
  comment?: TimelineComment | null | undefined;
  /** Headers are through. */
  inAudio: boolean;
  /** Set with the first audio packet. */
  stream?: OpusStream;
  failure?: CodedError;
  eos: boolean;
  /** What the page after it has to settle. */
  held: Page | undefined;
}

/**
 * Tells the Opus streams of an Ogg file apart: events of the page layer in; headers, audio packets and their timing
 * out. Video and text are passed over; audio of another codec is a stream that failed.
 *
 * @see RFC 7845 §3 (packet organization), §4 (granule position)
 */
export class OggOpusReader {
  readonly #logical = new Map<number, Logical>();
  #numbers = 0;
  #streams = 0;
  #failure: CodedError | undefined;
  #current: Logical | undefined;
  /** What is to be told with the next stream. */
  #pending: Repair[] = [];
  /** Streams whose end is not told yet: what comes behind them is reported with them. */
  #ended: Logical[] = [];
  /** Did the file hold anything but one sound logical stream of Opus? */
  #single = true;

  /** Can the file be kept as it is: one logical stream, nothing damaged, every audio packet within one page? */
  get sound(): boolean {
    return this.#single && (this.#current?.timeline.sound ?? true);
  }

  /** Why no stream came, once the input has ended. */
  get failure(): CodedError {
    return (
      this.#failure ??
      new OpusCodecError('OPUS_NO_STREAM', 'there is no Opus stream in this file; is it Ogg Opus, and whole?')
    );
  }

  /** Streams that hold audio, so far. */
  get streams(): number {
    return this.#streams;
  }

  read(event: OggEvent, out: OggOpusEvent[]): void {
    if (event.type === 'stream') this.#begin(event.stream);
    else if (event.type === 'page') this.#page(event.packets, out);
    else if (event.type === 'end') this.#end(event.stream, out);
    else this.#damage(event.code, event.byteOffset, event.stream);
  }

  /** The file has ended. */
  finish(out: OggOpusEvent[]): void {
    const last = this.#ended.at(-1);
    for (const { code, byteOffset, samples } of this.#pending) last?.timeline.repair(code, byteOffset, samples);
    this.#tellEnds(out);
  }

  #begin(ogg: OggStream): void {
    if (ogg.index > 0) this.#single = false;
    const timeline = new StreamTimeline();
    const granules = new GranuleTimeline(timeline);
    const begun = { number: -1, tags: {}, tagsAt: 0, inAudio: false, eos: false, held: undefined };
    this.#logical.set(ogg.index, { ogg, timeline, granules, ...begun });
  }

  #damage(code: string, byteOffset: number, ogg: OggStream | undefined): void {
    const logical = (ogg && this.#logical.get(ogg.index)) ?? this.#current;
    this.#single = false;
    if (logical?.head) logical.timeline.repair(code, byteOffset, 0);
    else this.#postpone({ code, byteOffset, samples: 0 });
  }

  /** To be told with the next stream, or the last. */
  #postpone(repair: Repair): void {
    if (this.#pending.length < MAX_PENDING) this.#pending.push(repair);
    else if (this.#pending.length === MAX_PENDING) this.#pending.push({ ...repair, code: 'REPAIRS_OMITTED' });
  }

  #page(packets: OggPagePackets, out: OggOpusEvent[]): void {
    const logical = this.#logical.get(packets.stream.index);
    if (!logical || logical.failure) return;
    if (packets.page.eos) logical.eos = true;
    const samples = new Uint16Array(packets.count);
    let total = 0;
    let audio = 0;
    for (let i = 0; i < packets.count; i++) {
      if (!logical.inAudio && this.#header(logical, packets, i, out)) {
        if (logical.failure) return;
        continue;
      }
      const count = this.#duration(logical, packets, i);
      if (count === 0) continue;
      samples[i] = count;
      total += count;
      audio++;
    }
    if (!logical.inAudio || (packets.count > 0 && audio === 0)) return;
    if (audio > 0 && packets.spansPages(0)) logical.timeline.sound = false;
    const { granulePosition, byteOffset, eos } = packets.page;
    this.#time(
      logical,
      { granulePosition, packets: audio, samples: total, eos, byteOffset },
      { packets, samples },
      out,
    );
  }

  #time(logical: Logical, claim: PageClaim, page: Page, out: OggOpusEvent[]): void {
    // A page within a packet says nothing.
    if (claim.packets === 0 && claim.granulePosition < 0n) return;
    this.#settle(logical, claim, out);
    const gap = logical.granules.page(claim);
    if (claim.packets === 0) return;
    if (gap === undefined) logical.held = page;
    else this.#emit(logical, page, gap, out);
  }

  #settle(logical: Logical, next: PageClaim | undefined, out: OggOpusEvent[]): void {
    const { held } = logical;
    if (!held) return;
    logical.held = undefined;
    this.#emit(logical, held, logical.granules.settle(next), out);
  }

  #emit(logical: Logical, { packets, samples }: Page, gap: number, out: OggOpusEvent[]): void {
    logical.stream ??= this.#open(logical, out);
    out.push({ type: 'batch', stream: logical.stream, batch: { packets, samples, gap } });
  }

  /** Takes a header packet; false if the packet is audio after all. */
  #header(logical: Logical, packets: OggPagePackets, i: number, out: OggOpusEvent[]): boolean {
    const packet = packets.packet(i);
    if (!logical.head) {
      if (!isOpusHead(packet)) this.#passOver(logical, packet, out);
      else this.#head(logical, packet, out);
      return true;
    }
    logical.inAudio = true;
    const byteOffset = packets.byteOffset(i);
    if (!isOpusTags(packet)) {
      logical.timeline.repair('OPUS_TAGS_MISSING', byteOffset, 0);
      return false;
    }
    try {
      const tags = parseOpusTags(packet);
      logical.tags = textTags(tags.comments);
      logical.comment = timelineOf(tags);
      logical.tagsAt = byteOffset;
      logical.tagsPacket = packet.slice();
    } catch (error) {
      logical.timeline.repair(asCoded(error).code, byteOffset, 0);
    }
    return true;
  }

  #head(logical: Logical, packet: Uint8Array, out: OggOpusEvent[]): void {
    this.#current = logical;
    for (const { code, byteOffset, samples } of this.#pending) logical.timeline.repair(code, byteOffset, samples);
    this.#pending = [];
    logical.number = this.#numbers++;
    try {
      logical.head = parseOpusHead(packet);
      logical.headPacket = packet.slice();
    } catch (error) {
      logical.failure = asCoded(error);
      this.#failure ??= logical.failure;
      out.push({ type: 'failed', number: logical.number, error: logical.failure });
    }
  }

  #passOver(logical: Logical, firstPacket: Uint8Array, out: OggOpusEvent[]): void {
    const codec = otherOggCodec(firstPacket);
    logical.failure = otherCodec(this.#numbers, codec ?? 'no audio');
    if (codec) out.push({ type: 'failed', number: this.#numbers++, error: logical.failure });
  }

  /** Samples of an audio packet; 0 for one that can't be decoded, which is dropped. */
  #duration(logical: Logical, packets: OggPagePackets, i: number): number {
    const { page } = packets;
    const start = packets.byteOffset(i) - page.byteOffset - page.headerLength;
    const samples = packets.spansPages(i)
      ? packetSamplesOrZero(packets.packet(i))
      : packetSamplesOrZero(page.body, start, start + packets.byteLength(i));
    if (samples === 0) logical.timeline.repair('OPUS_BAD_PACKET', packets.byteOffset(i), 0);
    return samples;
  }

  #open({ number, ogg, head, headPacket, tagsPacket, tags, timeline }: Logical, out: OggOpusEvent[]): OpusStream {
    // Not before: what comes until then may belong to the streams that have ended.
    this.#tellEnds(out);
    this.#streams++;
    const stream: OpusStream = {
      number,
      container: 'ogg',
      serial: ogg.serial,
      head: head!,
      headPacket: headPacket!,
      tagsPacket,
      tags,
      timeline,
    };
    out.push({ type: 'begin', stream });
    return stream;
  }

  #end(ogg: OggStream, out: OggOpusEvent[]): void {
    const logical = this.#logical.get(ogg.index);
    this.#logical.delete(ogg.index);
    if (!logical?.head) return;
    this.#settle(logical, undefined, out);
    const { timeline } = logical;
    if (!logical.stream) {
      this.#endEmpty(logical);
      return;
    }
    // The data is whole without it (RFC 7845 §3 asks for it): told, and kept as it is.
    if (!logical.eos) timeline.note('OGG_EOS_MISSING', ogg.byteOffset, 0);
    logical.granules.finish();
    if (logical.comment !== undefined) applyTimeline(logical.comment, timeline, logical.tagsAt);
    this.#ended.push(logical);
  }

  #tellEnds(out: OggOpusEvent[]): void {
    for (const { stream, timeline } of this.#ended) {
      timeline.finish();
      out.push({ type: 'end', stream: stream! });
    }
    this.#ended = [];
  }

  /** Headers without audio: a repair of what follows them, which takes their number. */
  #endEmpty({ number, inAudio, failure, ogg, timeline }: Logical): void {
    const error = inAudio
      ? new OpusCodecError('OPUS_NO_PACKETS', 'the stream has headers and not one whole audio packet')
      : new OpusCodecError('OPUS_HEADERS_INCOMPLETE', 'the file ends within the headers of its Opus stream');
    this.#failure ??= failure ?? error;
    if (number === this.#numbers - 1) this.#numbers--;
    for (const repair of timeline.repairs) this.#postpone(repair);
    this.#postpone({ code: error.code, byteOffset: ogg.byteOffset, samples: 0 });
  }
}
