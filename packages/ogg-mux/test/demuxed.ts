import { OggDemuxer, type OggEvent, type OggPagePackets } from '@zarr-audio/ogg-demux';
import type { MuxedPage } from '../src';

/** What came out of a muxer, put together. */
export class Muxed {
  readonly offsets: number[] = [];
  readonly lengths: number[] = [];
  readonly pages: MuxedPage[] = [];

  take(pages: readonly MuxedPage[]): void {
    this.pages.push(...pages);
    for (const { packetOffsets, packetLengths } of pages) {
      this.offsets.push(...packetOffsets);
      this.lengths.push(...packetLengths);
    }
  }

  get bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.pages.map(({ bytes }) => bytes)));
  }
}

export function demux(input: Uint8Array, chunkBytes = input.length): OggEvent[] {
  const demuxer = new OggDemuxer();
  const events: OggEvent[] = [];
  for (let at = 0; at < input.length; at += chunkBytes) {
    for (const event of demuxer.push(input.subarray(at, at + chunkBytes))) events.push(event);
  }
  return [...events, ...demuxer.finish()];
}

export function pagesOf(events: readonly OggEvent[]): OggPagePackets[] {
  return events.flatMap((event) => (event.type === 'page' ? [event.packets] : []));
}

export function damagesOf(events: readonly OggEvent[]): OggEvent[] {
  return events.filter((event) => event.type === 'damage');
}

export function packetsOf(events: readonly OggEvent[]): Uint8Array[] {
  return pagesOf(events).flatMap((page) => Array.from({ length: page.count }, (_, i) => page.packet(i)));
}

/** `byteLength` bytes that depend on `seed`. */
export function filled(byteLength: number, seed = 1): Uint8Array {
  return new Uint8Array(byteLength).map((_, i) => i * 7 + seed * 31);
}

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);
