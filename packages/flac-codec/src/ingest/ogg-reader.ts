import type { CodedError } from '@zarr-audio/codec';
import type { OggDamage, OggEvent, OggPagePackets, OggStream } from '@zarr-audio/ogg-demux';
import { FlacError } from '../errors';
import { parseFrameHeader } from '../frame/frame-header';
import { OggFrameEnd } from './ogg-frame';
import { isOggFlac, OggHeaders } from './ogg-headers';
import { describeInfo } from './stream-description';
import { StreamTimeline } from './stream-timeline';

/** How the first packets of other audio codecs in Ogg begin, in Latin-1. */
const OTHER_CODECS: readonly (readonly [magic: string, name: string])[] = [
  ['OpusHead', 'Opus'],
  ['\x01vorbis', 'Vorbis'],
  ['Speex   ', 'Speex'],
  ['PCM     ', 'PCM'],
];

/** One FLAC stream of an Ogg file: a link of a chain, or one of several that are multiplexed. */
export interface OggFlacStream {
  /** Among the audio streams of the file, from 0. */
  readonly number: number;
  readonly headers: OggHeaders;
  /** From the first sound frame on. */
  timeline: StreamTimeline | undefined;
  /** Where the next frame will lie in the blob. */
  bytePosition: number;
}

/** `frame`: a sound one of the stream's format. `failed`: an audio stream that can't be taken, or had no such frame. */
export type OggFlacEvent =
  | {
      readonly type: 'frame';
      readonly stream: OggFlacStream;
      readonly isFirst: boolean;
      readonly bytes: Uint8Array;
      readonly byteOffset: number;
      readonly samples: number;
      /** In the stream, holes included. */
      readonly startSample: number;
    }
  | { readonly type: 'end'; readonly stream: OggFlacStream }
  | { readonly type: 'failed'; readonly number: number; readonly error: CodedError };

/** Reads what an Ogg demuxer gives. */
export class OggFlacReader {
  readonly #streams = new Map<OggStream, OggFlacStream>();
  readonly #frameEnd = new OggFrameEnd();
  #count = 0;

  read(event: OggEvent, found: OggFlacEvent[]): void {
    if (event.type === 'stream') this.#begin(event.stream, found);
    else if (event.type === 'damage') this.#note(event);
    else if (event.type === 'page') {
      const stream = this.#streams.get(event.packets.stream);
      if (stream) this.#readPage(event.packets, stream, found);
    } else {
      const stream = this.#streams.get(event.stream);
      this.#streams.delete(event.stream);
      if (stream) this.#end(stream, found);
    }
  }

  #begin(ogg: OggStream, found: OggFlacEvent[]): void {
    const { firstPacket } = ogg;
    if (!firstPacket) return;
    if (!isOggFlac(firstPacket)) {
      const magic = String.fromCharCode(...firstPacket.subarray(0, 8));
      const codec = OTHER_CODECS.find(([start]) => magic.startsWith(start))?.[1];
      if (!codec) return;
      const message = `an audio stream of the file is ${codec}, not FLAC`;
      found.push({
        type: 'failed',
        number: this.#count++,
        error: new FlacError('STREAM_OTHER_CODEC', message, { codec }),
      });
      return;
    }
    const number = this.#count++;
    try {
      const headers = new OggHeaders(firstPacket);
      this.#streams.set(ogg, { number, headers, timeline: undefined, bytePosition: 0 });
    } catch (error) {
      if (!(error instanceof FlacError)) throw error;
      found.push({ type: 'failed', number, error });
    }
  }

  /** Damage that can't be said whose it is concerns all that are open. */
  #note({ code, byteOffset, stream }: OggDamage): void {
    for (const [ogg, own] of this.#streams) if (!stream || stream === ogg) note(own, code, byteOffset);
  }

  #readPage(packets: OggPagePackets, stream: OggFlacStream, found: OggFlacEvent[]): void {
    for (let i = 0; i < packets.count; i++) {
      const bytes = packets.packet(i);
      const byteOffset = packets.byteOffset(i);
      if (bytes.length === 0 || (isOggFlac(bytes) && !stream.timeline)) continue;
      if (bytes[0] !== 0xff && !stream.timeline) stream.headers.add(bytes, byteOffset);
      else this.#readFrame(bytes, byteOffset, stream, found);
    }
  }

  #readFrame(packet: Uint8Array, byteOffset: number, stream: OggFlacStream, found: OggFlacEvent[]): void {
    const { headers } = stream;
    const header = parseFrameHeader(packet, 0, packet.length);
    const end = header ? this.#frameEnd.of(packet, header, headers.info.bitsPerSample) : 0;
    if (!header || end === 0) {
      note(stream, header ? 'FLAC_FRAME_DAMAGED' : 'FLAC_GARBAGE', byteOffset);
      return;
    }
    const bytes = packet.subarray(0, end);
    if (!stream.timeline) {
      stream.timeline = new StreamTimeline(describeInfo(headers.info), headers.info, headers.repairs);
      stream.bytePosition = headers.native().length;
    }
    const { timeline } = stream;
    if (!timeline.add(header, byteOffset, stream.bytePosition, bytes.length)) return;
    if (end < packet.length) timeline.note('FLAC_GARBAGE', byteOffset);
    stream.bytePosition += bytes.length;
    const { rows } = timeline;
    const samples = header.blockSize;
    const startSample = rows.samples - samples;
    found.push({ type: 'frame', stream, isFirst: rows.packets === 1, bytes, byteOffset, samples, startSample });
  }

  #end(stream: OggFlacStream, found: OggFlacEvent[]): void {
    const { number, timeline } = stream;
    if (timeline && timeline.rows.packets > 0) {
      found.push({ type: 'end', stream });
      return;
    }
    const message = `the FLAC stream ${number} of the file has not one sound frame`;
    found.push({ type: 'failed', number, error: new FlacError('FLAC_NO_FRAMES', message, { stream: number }) });
  }
}

function note({ timeline, headers }: OggFlacStream, code: string, byteOffset: number): void {
  if (timeline) timeline.note(code, byteOffset);
  else headers.note(code, byteOffset);
}
