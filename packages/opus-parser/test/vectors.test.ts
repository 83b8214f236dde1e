import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  encodeOpusDemo,
  encodeSelfDelimited,
  packetSamples,
  parseOpusDemo,
  parsePacket,
  parsePacketFraming,
  parseSelfDelimited,
  parseToc,
  splitPacket,
} from '../src';
import { count, readFixture, readJson } from './fixture-files';

interface VectorFacts {
  packets: number;
  samples: number;
  samplesSha256: string;
  frames: number;
  framesSha256: string;
  durations: Record<string, number>;
  codes: Record<string, number>;
  modes: Record<string, number>;
  channels: Record<string, number>;
  padded: number;
}

const { vectors } = readJson<{ vectors: Record<string, VectorFacts> }>('golden/opus/vectors.json');

const sha256 = (numbers: readonly number[]): string => createHash('sha256').update(numbers.join(',')).digest('hex');

it('all five vectors are there', () => {
  const names = ['01', '03', '05', '08', '11'].map((number) => `opus_vectors/testvector${number}.bit`);
  expect(Object.keys(vectors).sort()).toEqual(names);
});

/** The test vectors of RFC 8251; the facts are those of libopus and of `fixtures/MANIFEST.tsv`. */
describe.each(Object.entries(vectors))('%s', (path, facts) => {
  const file = readFixture(path);
  const records = parseOpusDemo(file);
  const packets = records.map(({ packet }) => packet);

  it('has the packets, samples and frames that libopus counts', () => {
    const samples = packets.map((packet) => packetSamples(packet));
    const parsed = packets.map(parsePacket);
    const frames = parsed.flatMap((packet) => packet.frames);
    const tocs = packets.map((packet) => parseToc(packet[0]!));
    expect({
      packets: packets.length,
      samples: samples.reduce((total, n) => total + n, 0),
      samplesSha256: sha256(samples),
      frames: frames.length,
      framesSha256: sha256(frames.flatMap(({ byteOffset, byteLength }) => [byteOffset, byteLength])),
      durations: count(samples),
      codes: count(tocs.map(({ code }) => code)),
      modes: count(tocs.map(({ mode }) => mode[0]!.toUpperCase())),
      channels: count(tocs.map(({ channels }) => channels)),
      padded: parsed.filter(({ padded }) => padded).length,
    }).toEqual(facts);
    expect(parsed.map((packet) => packet.samples)).toEqual(samples);
  });

  it('comes back the same', () => {
    expect(Buffer.compare(encodeOpusDemo(records), file)).toBe(0);
    for (const packet of packets) expect(Buffer.compare(reframed(packet), packet)).toBe(0);
  });

  it('is the same as framed packets', () => {
    const framed = parsePacketFraming(file, 'opus-demo');
    expect(framed.map(({ finalRange }) => finalRange)).toEqual(records.map(({ finalRange }) => finalRange));
    framed.forEach(({ packet }, i) => {
      expect(Buffer.compare(packet, packets[i]!)).toBe(0);
    });
  });

  it('is split into packets of at most 60 ms with the same frames', () => {
    for (const packet of packets) {
      const pieces = splitPacket(packet);
      const { samples, padded } = parsePacket(packet);
      expect(pieces[0] === packet).toBe(samples <= 2880 && !padded);
      expect(pieces.reduce((total, piece) => total + packetSamples(piece), 0)).toBe(samples);
      expect(pieces.every((piece) => packetSamples(piece) <= 2880)).toBe(true);
      expect(Buffer.compare(Buffer.concat(pieces.map(framesOf)), framesOf(packet))).toBe(0);
    }
  });
});

function reframed(packet: Uint8Array): Uint8Array {
  return parseSelfDelimited(encodeSelfDelimited(packet)).packet;
}

function framesOf(packet: Uint8Array): Buffer {
  const { frames } = parsePacket(packet);
  return Buffer.concat(frames.map((frame) => packet.subarray(frame.byteOffset, frame.byteOffset + frame.byteLength)));
}
