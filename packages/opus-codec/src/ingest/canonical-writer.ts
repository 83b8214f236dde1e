import type { IngestEvent, JsonObject } from '@zarr-audio/codec';
import { type MuxedPage, OggPacketMuxer } from '@zarr-audio/ogg-mux';
import { OpusIndexBuilder, type SeekPointBuilder } from '@zarr-audio/opus-index';

/**
 * Puts the packets of one stream into canonical Ogg (docs/format.md) and indexes them where they come to lie.
 *
 * Bounded: holds the packets of the page that is being filled, at most 1 s of them, and trimmed ones.
 */
export class CanonicalWriter {
  readonly #stream: number;
  readonly #muxer: OggPacketMuxer;
  readonly #index: OpusIndexBuilder;
  /** Packets whose page is not out yet, with the hole before each. */
  readonly #waiting: { packet: Uint8Array; samples: number; gap: number }[] = [];
  #pages: Uint8Array[] = [];
  #gap = 0;

  constructor(
    stream: number,
    headers: { serial: number; headPacket: Uint8Array; tagsPacket: Uint8Array },
    seekPoints: SeekPointBuilder,
  ) {
    this.#stream = stream;
    this.#index = new OpusIndexBuilder(seekPoints);
    this.#muxer = new OggPacketMuxer({ serial: headers.serial });
    this.#take(this.#muxer.header(headers.headPacket));
    this.#take(this.#muxer.header(headers.tagsPacket));
  }

  get packets(): number {
    return this.#index.packets;
  }

  /** Samples at 48 kHz, holes included. Complete after `finish`. */
  get samples(): number {
    return this.#index.samples;
  }

  /**
   * @param samples  That the packet decodes to, at 48 kHz.
   * @param hold     Nothing of it is heard: it stays on one page with the packet before it (RFC 7845 §4.4).
   */
  add(packet: Uint8Array, samples: number, hold = false): void {
    const pages = this.#muxer.add(packet, samples, { hold });
    this.#waiting.push({ packet, samples, gap: this.#gap });
    this.#gap = 0;
    this.#take(pages);
  }

  /** A hole before the next packet. */
  skip(samples: number): void {
    this.#gap += samples;
    this.#take(this.#muxer.skip(samples));
  }

  /** @param endSample  Where the audio ends on the last page, at 48 kHz from the first packet; if left out, with it. */
  finish(endSample?: number): void {
    this.#take(this.#muxer.finish(endSample));
  }

  /** `SeekPointBuilder.drain` */
  drain(): Promise<void> | undefined {
    return this.#index.drain();
  }

  /** After `finish`: all seek points become known. @returns The attributes of their array. */
  async finishSeekPoints(): Promise<JsonObject> {
    await this.#index.finish();
    return this.#index.seekPointAttributes;
  }

  /** Gives up what it holds. */
  free(): void {
    this.#index.free();
  }

  /** What has become known since the last call; undefined where that is nothing. */
  piece(): IngestEvent | undefined {
    if (this.#pages.length === 0) return undefined;
    const bytes = concatenate(this.#pages);
    this.#pages = [];
    const rows = this.#index.takeRows();
    return { type: 'piece', stream: this.#stream, bytes, rows, seekRows: this.#index.takeSeekRows() };
  }

  #take(pages: readonly MuxedPage[]): void {
    for (const { bytes, packetOffsets, packetLengths } of pages) {
      this.#pages.push(bytes);
      for (const [i, offset] of packetOffsets.entries()) {
        const { packet, samples, gap } = this.#waiting.shift()!;
        if (gap > 0) this.#index.skip(gap);
        this.#index.add(packet, 0, packet.length, samples, offset, packetLengths[i]!);
      }
    }
  }
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.byteLength;
  }
  return joined;
}
