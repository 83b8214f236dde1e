import { bytesSource, type FilePacket } from '@zarr-audio/codec';
import { encodePacketFraming, type PacketFraming, packetSamples } from '@zarr-audio/opus-parser';
import { describe, expect, it } from 'vitest';
import { opus } from '../../src/index';
import { AUDIO, codesOf, collect, fixture, samplesOf } from './made-ogg';

const packets = AUDIO.slice(0, 100);
const ingestAs = (bytes: Uint8Array, framing?: PacketFraming) =>
  collect(opus(framing === undefined ? {} : { framing }).ingest(bytesSource('a.bit', bytes)));

describe('packets without a container', () => {
  const framings: PacketFraming[] = ['opus-demo', 'self-delimited', 'u16be', 'u16le', 'u32be', 'u32le'];

  it.each(framings)('%s: the packets, in canonical Ogg', async (framing) => {
    const file = encodePacketFraming(packets, framing);
    const codec = opus({ framing });
    expect(codec.probe(file.subarray(0, 64))).toBe(true);
    const { streams } = await ingestAs(file, framing);
    const [made] = streams;
    expect(made).toMatchObject({ verbatim: false, description: { channels: 1, preSkip: 0 } });
    expect(made!.summary).toMatchObject({ packets: 100, totalSamples: samplesOf(packets), repairs: [] });
    expect(made!.rows.map(([at, length]) => made!.blob.slice(at!, at! + length!))).toEqual(
      packets.map((p) => p.slice()),
    );
    const listed: FilePacket[] = [];
    for await (const packet of codec.packets(bytesSource('a', file))) listed.push(packet);
    expect(listed.map(({ samples }) => samples)).toEqual(packets.map((packet) => packetSamples(packet)));
    if (framing !== 'self-delimited') {
      expect(listed.map(({ bytePosition, byteLength }) => file.slice(bytePosition, bytePosition + byteLength))).toEqual(
        packets.map((packet) => packet.slice()),
      );
    }
  });

  it('of one size', async () => {
    const same = packets.map((packet) => Uint8Array.from({ length: 400 }, (_, i) => packet[i] ?? 0));
    const { streams } = await ingestAs(encodePacketFraming(same, { constant: 400 }), { constant: 400 });
    expect(streams[0]!.summary).toMatchObject({ packets: 100, repairs: [] });
  });

  it('of any size, with nothing between: refused, and told why', async () => {
    await expect(ingestAs(packets[0]!, 'undelimited')).rejects.toMatchObject({
      code: 'OPUS_UNDELIMITED',
      message: expect.stringMatching(/length/),
    });
  });

  it.each([
    ['03', 998, 1_015_680],
    ['08', 1247, 1_310_160],
  ])('testvector%s.bit of RFC 8251 is known for what it is', async (number, count, samples) => {
    const file = fixture(`opus_vectors/testvector${number}.bit`);
    expect(opus().probe(file.subarray(0, 65_536))).toBe(true);
    const { streams } = await ingestAs(file);
    expect(streams[0]!.description.channels).toBe(2);
    expect(streams[0]!.summary).toMatchObject({ packets: count, totalSamples: samples, repairs: [] });
  });

  it('lost ones are holes', async () => {
    const lost = packets.map((packet, i) => (i === 40 || i === 41 || i === 99 ? new Uint8Array(0) : packet));
    const { streams } = await ingestAs(encodePacketFraming(lost, 'u16le'), 'u16le');
    expect(streams[0]!.summary).toMatchObject({
      packets: 97,
      totalSamples: 99 * 960,
      gaps: [{ end: 42 * 960, samples: 1920 }],
    });
    expect(codesOf(streams[0]!.summary)).toEqual(['OPUS_GAP', 'OPUS_PACKETS_LOST']);
  });

  it('what stands before a place where the framing breaks is kept, and the place is told', async () => {
    const file = encodePacketFraming(packets, 'u32le');
    const { streams } = await ingestAs(file.subarray(0, file.length - 1), 'u32le');
    expect(streams[0]!.summary.packets).toBe(99);
    expect(codesOf(streams[0]!.summary)).toEqual(['OPUS_BAD_FRAMING']);
    await expect(ingestAs(file, 'u32be')).rejects.toMatchObject({ code: 'OPUS_NO_PACKETS' });
  });
});
