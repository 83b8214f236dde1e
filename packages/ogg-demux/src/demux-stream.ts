import { Transform, type TransformCallback, type TransformOptions } from 'node:stream';
import { OggDemuxer, type OggDemuxerOptions } from './demuxer';
import { OggDemuxError } from './errors';
import type { OggEvent, OggStream } from './events';
import type { OggPagePackets } from './page-packets';

export interface OggDemuxStreamOptions extends OggDemuxerOptions, TransformOptions {}

/** Which packet of an Opus stream comes next. */
type Expected = 'head' | 'tags' | 'audio';

/**
 * Ogg bytes in, Opus packets out: one Buffer a packet, in object mode. Stands where prism-media has
 * `prism.opus.OggDemuxer`, between what reads bytes and `prism.opus.Decoder`.
 *
 * Of each link of a chain the first Opus stream is taken. Its header packets are events, not data. Trims (pre-skip, end)
 * are left to the consumer, as in prism-media.
 *
 * Events besides those of a Transform:
 * - `head` (packet: Buffer, stream: OggStream), `tags` (packet: Buffer, stream: OggStream): of every link, before its data.
 * - `damage` (damage: OggDamage): the stream goes on behind it. A packet of 0 bytes is dropped, as `OGG_EMPTY_PACKET`, for
 *   decoders take it for a lost one (RFC 7845 §3 calls it malformed).
 *
 * Errors: `OGG_NO_OPUS_STREAM` at the end of an input without an Opus stream.
 *
 * Packets are views of the chunks written, which must not be overwritten.
 */
export class OggDemuxStream extends Transform {
  readonly #demuxer: OggDemuxer;
  #link = -1;
  #stream: OggStream | undefined;
  #expected: Expected = 'head';
  #streams = 0;
  /** Goes on where the readable side was full. */
  #resume: (() => void) | undefined;

  constructor(options: OggDemuxStreamOptions = {}) {
    const { maxPacketBytes, maxStreams, afterEos, ...rest } = options;
    super({ ...rest, readableObjectMode: true, writableObjectMode: false, decodeStrings: true });
    this.#demuxer = new OggDemuxer({
      ...(maxPacketBytes !== undefined && { maxPacketBytes }),
      ...(maxStreams !== undefined && { maxStreams }),
      ...(afterEos !== undefined && { afterEos }),
    });
  }

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#run(this.#demuxer.push(chunk), done);
  }

  override _flush(done: TransformCallback): void {
    this.#run(this.#demuxer.finish(), (error) => {
      if (error || this.#link >= 0) {
        done(error);
        return;
      }
      const found = this.#streams === 0 ? 'it is no Ogg' : 'none of its Ogg streams is Opus';
      done(new OggDemuxError('OGG_NO_OPUS_STREAM', `no Opus in the input: ${found}`, { byteOffset: 0 }));
    });
  }

  override _read(size: number): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
    // Transform itself may wait for this call to take the next chunk, also since a moment ago, in `resume`.
    if (!this.#resume) super._read(size);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#resume = undefined;
    super._destroy(error, done);
  }

  /** Gives out what the events hold, as far as the readable side has room, and calls `done` behind the last. */
  #run(events: readonly OggEvent[], done: TransformCallback): void {
    let next = 0;
    let packet = 0;
    const goOn = () => {
      while (next < events.length) {
        const event = events[next]!;
        if (event.type === 'page' && event.packets.stream === this.#stream) {
          while (packet < event.packets.count) {
            if (!this.#packet(event.packets, packet++)) {
              this.#resume = goOn;
              return;
            }
          }
        } else {
          this.#event(event);
        }
        packet = 0;
        next++;
      }
      done();
    };
    goOn();
  }

  #event(event: OggEvent): void {
    if (event.type === 'damage') {
      this.emit('damage', event);
    } else if (event.type === 'stream') {
      const { stream } = event;
      this.#streams++;
      if (stream.link === this.#link || !isPacket(stream.firstPacket, 'OpusHead')) return;
      this.#link = stream.link;
      this.#stream = stream;
      this.#expected = 'head';
    }
  }

  /** Is there room for more? */
  #packet(packets: OggPagePackets, i: number): boolean {
    const { stream } = packets;
    const packet = bufferOf(packets, i);
    if (this.#expected === 'head') {
      this.#expected = 'tags';
      this.emit('head', packet, stream);
      return true;
    }
    if (this.#expected === 'tags') {
      this.#expected = 'audio';
      if (isPacket(packet, 'OpusTags')) {
        this.emit('tags', packet, stream);
        return true;
      }
    }
    if (packet.length > 0) return this.push(packet);
    const byteOffset = packets.byteOffset(i);
    const message = `a packet without a byte, at byte ${byteOffset}`;
    this.emit('damage', { type: 'damage', code: 'OGG_EMPTY_PACKET', message, byteOffset, byteLength: 0, stream });
    return true;
  }
}

/** As `packets.packet(i)`, with one view made in the place of two. */
function bufferOf(packets: OggPagePackets, i: number): Buffer {
  if (packets.spansPages(i)) {
    const { buffer, byteOffset, byteLength } = packets.packet(i);
    return Buffer.from(buffer, byteOffset, byteLength);
  }
  const { body, byteOffset, headerLength } = packets.page;
  const start = packets.byteOffset(i) - byteOffset - headerLength;
  return Buffer.from(body.buffer, body.byteOffset + start, packets.byteLength(i));
}

function isPacket(packet: Uint8Array | undefined, magic: 'OpusHead' | 'OpusTags'): boolean {
  if (!packet || packet.length < magic.length) return false;
  for (let i = 0; i < magic.length; i++) if (packet[i] !== magic.charCodeAt(i)) return false;
  return true;
}
