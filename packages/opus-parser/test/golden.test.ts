import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  encodeOpusHead,
  encodeOpusTags,
  isOpusHead,
  isOpusTags,
  joinMultistream,
  type OpusHead,
  packetSamples,
  parseOpusHead,
  parseOpusTags,
  parsePacket,
  parseToc,
  splitMultistream,
  stripPadding,
} from '../src';
import { count, hex, oggPackets, readFixture, readJson, unhex } from './fixture-files';
import { opusError, unlessRefused } from './opus-errors';
import { writtenAnew } from './parsed-frames';

interface LinkFacts {
  head: Partial<OpusHead>;
  packets: number;
  samples: number;
  samplesSha256: string;
  frames?: number;
  durations: Record<string, number>;
  modes: Record<string, number>;
  codes: Record<string, number>;
  vendor?: string;
  comments?: string[];
}

interface Link {
  head: Uint8Array;
  tags: Uint8Array;
  packets: Uint8Array[];
}

const { files } = readJson<{ files: Record<string, LinkFacts[]> }>('golden/opus/ogg-files.json');

function linksOf(path: string): Link[] {
  const links: Link[] = [];
  for (const packet of oggPackets(readFixture(path))) {
    if (isOpusHead(packet)) links.push({ head: packet, tags: new Uint8Array(0), packets: [] });
    else if (isOpusTags(packet)) links[links.length - 1]!.tags = packet;
    else links[links.length - 1]!.packets.push(packet);
  }
  return links;
}

it('there are files to compare with', () => {
  expect(Object.keys(files)).toHaveLength(41);
});

describe.each(Object.entries(files))('%s', (path, facts) => {
  const links = linksOf(path);

  it('has the headers that the manifest and opusinfo tell', () => {
    expect(links).toHaveLength(facts.length);
    links.forEach((link, i) => {
      const { head: expected, vendor, comments } = facts[i]!;
      const head = parseOpusHead(link.head);
      const { channelMapping: firstChannels, ...others } = expected;
      expect(head).toMatchObject(others);
      expect(head.channelMapping).toHaveLength(head.channels);
      if (firstChannels) expect(head.channelMapping.slice(0, 12)).toEqual(firstChannels);
      expect(encodeOpusHead(head)).toEqual(link.head);
      const tags = parseOpusTags(link.tags);
      expect(Buffer.from(encodeOpusTags(tags)).equals(Buffer.from(link.tags))).toBe(true);
      // opusinfo prints line by line: the newline that some encoders put at the end does not show.
      if (vendor !== undefined) expect(tags.vendor.trimEnd()).toBe(vendor);
      if (comments) {
        const isPicture = (text: string): boolean => text.startsWith('METADATA_BLOCK_PICTURE=');
        const texts = tags.comments.map(({ key, value }) => `${key}=${value.trimEnd()}`);
        expect(texts.filter(isPicture)).toHaveLength(comments.filter(isPicture).length);
        expect(texts.filter((text) => !isPicture(text))).toEqual(comments.filter((text) => !isPicture(text)));
      }
    });
  });

  it('has the packets, samples and frames that libopus counts', () => {
    links.forEach(({ head, packets }, i) => {
      const expected = facts[i]!;
      const samples = packets.map((packet) => packetSamples(packet));
      const tocs = packets.map((packet) => parseToc(packet[0]!));
      expect(packets).toHaveLength(expected.packets);
      expect(samples.reduce((total, n) => total + n, 0)).toBe(expected.samples);
      expect(createHash('sha256').update(samples.join(',')).digest('hex')).toBe(expected.samplesSha256);
      expect(count(samples)).toEqual(expected.durations);
      expect(count(tocs.map((toc) => toc.mode[0]!.toUpperCase()))).toEqual(expected.modes);
      expect(count(tocs.map((toc) => toc.code))).toEqual(expected.codes);
      const { streamCount } = parseOpusHead(head);
      let frames = 0;
      for (const packet of packets) {
        const streams = splitMultistream(packet, streamCount);
        expect(streams).toHaveLength(streamCount);
        for (const stream of streams) frames += parsePacket(stream).frames.length;
        if (streamCount > 1) expect(hex(joinMultistream(streams))).toBe(hex(packet));
      }
      if (expected.frames !== undefined) expect(frames).toBe(expected.frames);
    });
  });
});

interface PacketRow {
  packet: string;
  frames: [number, number][] | null;
  samples: number;
  unpadded?: string;
}

interface MultistreamRow {
  packet: string;
  streams: number;
  unpadded: string | null;
}

describe('packets made at random', () => {
  it('are taken, refused, counted and stripped as libopus does', () => {
    const { packets } = readJson<{ packets: PacketRow[] }>('golden/opus/libopus-packets.json');
    expect(packets.length).toBeGreaterThan(2400);
    for (const row of packets) {
      const packet = unhex(row.packet);
      const frames = unlessRefused(() => parsePacket(packet))?.frames ?? null;
      expect({ packet: row.packet, frames: frames?.map((f) => [f.byteOffset, f.byteLength]) ?? null }).toEqual({
        packet: row.packet,
        frames: row.frames,
      });
      // libopus counts no frames as 0 samples; here they are refused.
      expect(unlessRefused(() => packetSamples(packet)) ?? -4).toBe(row.samples || -4);
      if (row.unpadded !== undefined) expect(hex(stripPadding(packet))).toBe(row.unpadded);
    }
  });

  it('are taken, refused and stripped as libopus does with several streams', () => {
    const { packets } = readJson<{ packets: MultistreamRow[] }>('golden/opus/libopus-multistream.json');
    expect(packets).toHaveLength(400);
    let uneven = 0;
    for (const row of packets) {
      const packet = unhex(row.packet);
      const streams = unlessRefused(() => splitMultistream(packet, row.streams));
      if (streams) {
        expect(hex(joinMultistream(streams))).toBe(hex(packet));
        expect(hex(joinMultistream(streams.map(writtenAnew)))).toBe(row.unpadded);
      } else if (row.unpadded !== null) {
        // The one thing that opus_multistream_packet_unpad does not look at.
        expect(opusError(() => splitMultistream(packet, row.streams)).rule).toBe('duration');
        uneven++;
      }
    }
    expect(uneven).toBeLessThan(40);
  });
});
