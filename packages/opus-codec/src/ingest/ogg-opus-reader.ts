import { CodedError, type Repair } from '@zarr-audio/codec';
import type { OggEvent, OggPagePackets, OggStream } from '@zarr-audio/ogg-demux';
import {
  isOpusHead,
  isOpusTags,
  type OpusHead,
  packetSamples,
  parseOpusHead,
  parseOpusTags,
} from '@zarr-audio/opus-parser';
import { OpusCodecError } from '../errors';
import { GranuleTimeline } from './granule-timeline';

/** One Opus stream of an Ogg file: a link of a chain, or one of several that are multiplexed. */
export interface OggOpusStream {
  /** Number of the stream in the file, from 0, counting those that hold audio. */
  readonly number: number;
  readonly serial: number;
  readonly head: OpusHead;
  readonly headPacket: Uint8Array;
  /** As it was, or undefined where it can't be used. */
  readonly tagsPacket: Uint8Array | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly timeline: GranuleTimeline;
}

/** Audio packets that end on one page. */
export interface OggOpusPage {
  readonly packets: OggPagePackets;
  /** What each packet of the page decodes to, at 48 kHz; 0 for one that is no audio, or can't be decoded. */
  readonly samples: Uint16Array;
  /** The sum of `samples`. */
  readonly totalSamples: number;
  /** Missing samples before the first of them. */
  readonly gap: number;
  /** Samples that the page trims from the end, if it is the last. */
  readonly endTrim: number;
}

export type OggOpusEvent =
  | { readonly type: 'begin'; readonly stream: OggOpusStream }
  | { readonly type: 'page'; readonly stream: OggOpusStream; readonly page: OggOpusPage }
  | { readonly type: 'end'; readonly stream: OggOpusStream; readonly endTrim: number }
  | { readonly type: 'failed'; readonly number: number; readonly error: CodedError };

interface Logical {
  readonly ogg: OggStream;
  readonly timeline: GranuleTimeline;
  head?: OpusHead;
  headPacket?: Uint8Array;
  tagsPacket?: Uint8Array;
  tags: Record<string, string>;
  /** Headers are through. */
  inAudio: boolean;
  /** Set with the first audio packet. */
  stream?: OggOpusStream;
  failure?: CodedError;
  eos: boolean;
}

/**
 * Tells the Opus streams of an Ogg file apart: events of the page layer in; headers, audio packets and their timing
 * out. Other streams of the file (video, Vorbis, Skeleton) are passed over.
 *
 * @see RFC 7845 §3 (packet organization), §4 (granule position)
 */
export class OggOpusReader {
  readonly #logical = new Map<number, Logical>();
  #numbers = 0;
  #streams = 0;
  #failure: CodedError | undefined;
  #current: Logical | undefined;
  #pending: Repair[] = [];
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

  #begin(ogg: OggStream): void {
    if (ogg.index > 0) this.#single = false;
    this.#logical.set(ogg.index, { ogg, timeline: new GranuleTimeline(), tags: {}, inAudio: false, eos: false });
  }

  #damage(code: string, byteOffset: number, ogg: OggStream | undefined): void {
    const logical = (ogg && this.#logical.get(ogg.index)) ?? this.#current;
    this.#single = false;
    if (logical?.head) logical.timeline.repair(code, byteOffset, 0);
    else if (this.#pending.length < 100) this.#pending.push({ code, byteOffset, samples: 0 });
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
    const { granulePosition, byteOffset } = packets.page;
    const { gap, endTrim } = logical.timeline.page(granulePosition, total, audio === 0, byteOffset);
    if (audio === 0) return;
    logical.stream ??= this.#open(logical, out);
    const page = { packets, samples, totalSamples: total, gap, endTrim };
    out.push({ type: 'page', stream: logical.stream, page });
  }

  /** Takes a header packet; false if the packet is audio after all. */
  #header(logical: Logical, packets: OggPagePackets, i: number, out: OggOpusEvent[]): boolean {
    const packet = packets.packet(i);
    if (!logical.head) {
      if (!isOpusHead(packet)) {
        logical.failure = new OpusCodecError('OPUS_NO_STREAM', 'the stream is not Opus');
        return true;
      }
      this.#current = logical;
      logical.timeline.repairs.push(...this.#pending);
      this.#pending = [];
      try {
        logical.head = parseOpusHead(packet);
        logical.headPacket = packet.slice();
      } catch (error) {
        logical.failure = asCoded(error);
        this.#failure ??= logical.failure;
        out.push({ type: 'failed', number: this.#numbers++, error: logical.failure });
      }
      return true;
    }
    logical.inAudio = true;
    const byteOffset = packets.byteOffset(i);
    if (!isOpusTags(packet)) {
      logical.timeline.repair('OPUS_TAGS_MISSING', byteOffset, 0);
      return false;
    }
    try {
      logical.tags = textTags(parseOpusTags(packet).comments);
      logical.tagsPacket = packet.slice();
    } catch (error) {
      logical.timeline.repair(asCoded(error).code, byteOffset, 0);
    }
    return true;
  }

  /** Samples of an audio packet; 0 for one that can't be decoded, which is dropped. */
  #duration(logical: Logical, packets: OggPagePackets, i: number): number {
    try {
      if (packets.spansPages(i)) return packetSamples(packets.packet(i));
      const start = packets.byteOffset(i) - packets.page.byteOffset - packets.page.headerLength;
      return packetSamples(packets.page.body, start, start + packets.byteLength(i));
    } catch (error) {
      logical.timeline.repair(asCoded(error).code, packets.byteOffset(i), 0);
      return 0;
    }
  }

  #open(logical: Logical, out: OggOpusEvent[]): OggOpusStream {
    this.#streams++;
    const stream: OggOpusStream = {
      number: this.#numbers++,
      serial: logical.ogg.serial,
      head: logical.head!,
      headPacket: logical.headPacket!,
      tagsPacket: logical.tagsPacket,
      tags: logical.tags,
      timeline: logical.timeline,
    };
    out.push({ type: 'begin', stream });
    return stream;
  }

  #end(ogg: OggStream, out: OggOpusEvent[]): void {
    const logical = this.#logical.get(ogg.index);
    this.#logical.delete(ogg.index);
    if (!logical?.head) return;
    if (!logical.stream) {
      const error = logical.inAudio
        ? new OpusCodecError('OPUS_NO_PACKETS', 'the stream has headers and not one whole audio packet')
        : new OpusCodecError('OPUS_HEADERS_INCOMPLETE', 'the file ends within the headers of its Opus stream');
      this.#failure ??= logical.failure ?? error;
      // An empty link is a repair of what follows it.
      this.#pending.push({ code: error.code, byteOffset: ogg.byteOffset, samples: 0 });
      return;
    }
    // The data is whole without it (RFC 7845 §3 asks for it): told, and kept as it is.
    if (!logical.eos) logical.timeline.note('OGG_EOS_MISSING', ogg.byteOffset, 0);
    out.push({ type: 'end', stream: logical.stream, endTrim: logical.timeline.finish() });
  }
}

/** A longer value is no text (cover art): the blob keeps it, the attributes stay short. */
const MAX_TAG_LENGTH = 4096;

function textTags(comments: readonly { key: string; value: string }[]): Record<string, string> {
  const tags = new Map<string, string>();
  for (const { key, value } of comments) {
    const name = key.toLowerCase();
    const before = tags.get(name);
    const text = before === undefined ? value : `${before}; ${value}`;
    if (text.length <= MAX_TAG_LENGTH) tags.set(name, text);
  }
  return Object.fromEntries(tags);
}

function asCoded(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return new OpusCodecError(error.code, error.message, { ...error }, error);
  }
  throw error;
}
