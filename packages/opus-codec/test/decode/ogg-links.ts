import { readFileSync } from 'node:fs';
import type { StreamDescription } from '@zarr-audio/codec';
import { packetSamples, parseOpusHead } from '@zarr-audio/opus-parser';
import { describeHead } from '../../src/stream-description';

export const FIXTURES = new URL('../../../../fixtures/', import.meta.url);

export function fixture(path: string): Uint8Array {
  return readFileSync(new URL(path, FIXTURES));
}

export interface Link {
  /** What `createPacketDecoder` takes. */
  readonly stream: StreamDescription;
  /** The OpusHead. */
  readonly headPacket: Uint8Array;
  readonly packets: Uint8Array[];
  /** Frames that a player gives: from pre-skip on to the last granule position. */
  readonly playedFrames: number;
}

interface OpenLink {
  readonly packets: Uint8Array[];
  /** Of the packet that is not complete. */
  readonly part: Uint8Array[];
  /** Granule position and packets so far at the end of each page of audio. */
  readonly pages: { granule: number; packets: number }[];
}

/**
 * The Opus streams of a sound Ogg file: pages as they come, no CRC, no resync. Not the demuxer under test elsewhere:
 * what is expected of a decoder should not depend on it.
 */
export function oggLinks(bytes: Uint8Array): Link[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const streams = new Map<number, OpenLink>();
  const links: OpenLink[] = [];
  for (let at = 0; at + 27 <= bytes.length; ) {
    const serial = view.getUint32(at + 14, true);
    if (bytes[at + 5]! & 2) {
      const link: OpenLink = { packets: [], part: [], pages: [] };
      streams.set(serial, link);
      links.push(link);
    }
    const link = streams.get(serial)!;
    const segments = bytes[at + 26]!;
    let data = at + 27 + segments;
    for (let i = 0; i < segments; i++) {
      const length = bytes[at + 27 + i]!;
      link.part.push(bytes.subarray(data, data + length));
      data += length;
      if (length < 255) link.packets.push(new Uint8Array(Buffer.concat(link.part.splice(0))));
    }
    const granule = Number(view.getBigInt64(at + 6, true));
    if (link.packets.length > 2 && granule >= 0) link.pages.push({ granule, packets: link.packets.length - 2 });
    at = data;
  }
  return links.map(({ packets, pages }) => {
    const stream = describeHead(parseOpusHead(packets[0]!));
    const audio = packets.slice(2);
    const first = pages[0]!;
    const last = pages.at(-1)!;
    const decoded = (count: number) => audio.slice(0, count).reduce((sum, packet) => sum + packetSamples(packet), 0);
    // A stream may begin at any granule position; one whose only page is also its last begins at 0 (RFC 7845 §4.5).
    const start = first === last ? 0 : first.granule - decoded(first.packets);
    const playedFrames = Math.min(last.granule - start, decoded(audio.length)) - stream.preSkip;
    return { stream, headPacket: packets[0]!, packets: audio, playedFrames };
  });
}
