import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeOpusDemo, packetSamples, parseOpusDemo, parsePacket, parseToc, splitPacket } from '../src';
import { readFixture } from './fixture-files';
import { opusError } from './opus-errors';

describe('opus_demo framing', () => {
  it('is length, final range, packet', () => {
    const bytes = Uint8Array.of(0, 0, 0, 2, 0xfe, 1, 2, 3, 248, 9, 0, 0, 0, 0, 0, 0, 0, 0);
    const records = [
      { packet: Uint8Array.of(248, 9), finalRange: 0xfe010203 },
      { packet: new Uint8Array(0), finalRange: 0 },
    ];
    expect(parseOpusDemo(bytes)).toEqual(records);
    expect(encodeOpusDemo(records)).toEqual(bytes);
    expect(parseOpusDemo(new Uint8Array(0))).toEqual([]);
  });

  it('gives back what it was given', () => {
    const record = fc.record({ packet: fc.uint8Array(), finalRange: fc.nat({ max: 0xffff_ffff }) });
    fc.assert(
      fc.property(fc.array(record), (records) => {
        expect(parseOpusDemo(encodeOpusDemo(records))).toEqual(records);
      }),
    );
  });

  it.each<[string, string, number, number[]]>([
    ['a cut header', 'header', 0, [0, 0, 0, 1, 0, 0, 0]],
    ['a cut packet', 'packet', 0, [0, 0, 0, 2, 0, 0, 0, 0, 9]],
    ['a packet of 4 GiB', 'packet', 8, [0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 1]],
  ])('refuses %s', (_, field, byteOffset, bytes) => {
    const error = opusError(() => parseOpusDemo(Uint8Array.from(bytes)));
    expect(error).toMatchObject({ code: 'OPUS_BAD_DEMO', field, byteOffset });
  });

  it('refuses a final range that is not of 32 bits', () => {
    for (const finalRange of [-1, 2 ** 32, 0.5]) {
      expect(() => encodeOpusDemo([{ packet: new Uint8Array(1), finalRange }])).toThrow(RangeError);
    }
  });
});

/** Facts of `fixtures/MANIFEST.tsv`; the samples are those that libopus decoded. */
describe.each([
  {
    name: 'testvector03.bit',
    samples: 1_015_680,
    durations: { 480: 508, 960: 266, 1920: 134, 2880: 90 },
    codes: { 0: 998 },
    modes: { silk: 998 },
    channels: { 1: 510, 2: 488 },
  },
  {
    name: 'testvector08.bit',
    samples: 1_310_160,
    durations: { 120: 174, 240: 314, 480: 173, 960: 185, 1920: 210, 2880: 191 },
    codes: { 0: 846, 1: 16, 2: 194, 3: 191 },
    modes: { silk: 5, celt: 1242 },
    channels: { 1: 361, 2: 886 },
  },
])('$name of RFC 8251', ({ name, samples, durations, codes, modes, channels }) => {
  const file = readFixture(`opus_vectors/${name}`);
  const records = parseOpusDemo(file);
  const packets = records.map(({ packet }) => packet);

  it('has the packets that libopus found', () => {
    const tocs = packets.map((packet) => parseToc(packet[0]!));
    expect(packets.reduce((total, packet) => total + packetSamples(packet), 0)).toBe(samples);
    expect(count(packets.map((packet) => packetSamples(packet)))).toEqual(durations);
    expect(count(tocs.map((toc) => toc.code))).toEqual(codes);
    expect(count(tocs.map((toc) => toc.mode))).toEqual(modes);
    expect(count(tocs.map((toc) => toc.channels))).toEqual(channels);
    for (const packet of packets) expect(parsePacket(packet).samples).toBe(packetSamples(packet));
  });

  it('comes back the same, and needs no splitting', () => {
    expect(Buffer.from(encodeOpusDemo(records)).equals(Buffer.from(file))).toBe(true);
    for (const packet of packets) expect(splitPacket(packet)[0]).toBe(packet);
  });
});

function count(values: readonly (number | string)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
