import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  encodeOpusHead,
  isOpusTags,
  joinMultistream,
  type OpusHead,
  packetSamples,
  parseOpusHead,
  parseOpusTags,
  splitMultistream,
} from '../src';
import { oggPackets, readFixture, readJson } from './fixture-files';

interface Facts {
  ambisonicChannels: number;
  nonDiegeticChannels: number;
  head: Omit<OpusHead, 'demixingMatrix'> & { demixingMatrix?: number[] };
  packets: number;
  packetsSha256: string;
  decodedSamples: number;
}

const golden = readJson<{ oracle: string; files: Record<string, Facts> }>('ambisonics/golden.json');

it('families 2 and 3 of first and second order are there, with and without non-diegetic channels', () => {
  const layouts = Object.values(golden.files).map(({ head, ambisonicChannels, nonDiegeticChannels }) => {
    expect(head.channels).toBe(ambisonicChannels + nonDiegeticChannels);
    return `${head.mappingFamily}: ${ambisonicChannels} + ${nonDiegeticChannels}`;
  });
  expect(layouts).toEqual(
    ['2', '3'].flatMap((family) => ['4 + 0', '4 + 2', '9 + 0', '9 + 2'].map((n) => `${family}: ${n}`)),
  );
});

describe.each(Object.entries(golden.files))('%s, which libopus encoded', (name, facts) => {
  const [first, second, ...packets] = oggPackets(readFixture(`ambisonics/${name}`));

  it('has the header and the matrix that libopus told', () => {
    const { demixingMatrix, ...others } = facts.head;
    const head = parseOpusHead(first!);
    expect(head).toEqual(demixingMatrix ? { ...others, demixingMatrix: Int16Array.from(demixingMatrix) } : others);
    expect(demixingMatrix !== undefined).toBe(head.mappingFamily === 3);
    expect(encodeOpusHead(head)).toEqual(first);
    expect(isOpusTags(second!) && parseOpusTags(second!).vendor).toBe(golden.oracle);
  });

  it('has its packets, which come apart into streams and together again', () => {
    expect(packets).toHaveLength(facts.packets);
    expect(createHash('sha256').update(Buffer.concat(packets)).digest('hex')).toBe(facts.packetsSha256);
    expect(packets.reduce((total, packet) => total + packetSamples(packet), 0)).toBe(facts.decodedSamples);
    for (const packet of packets) {
      const streams = splitMultistream(packet, facts.head.streamCount);
      expect(Buffer.compare(joinMultistream(streams), packet)).toBe(0);
    }
  });
});
