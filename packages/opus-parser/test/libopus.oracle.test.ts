import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isOpusHead,
  joinMultistream,
  packetSamples,
  parseOpusDemo,
  parseOpusHead,
  parsePacket,
  splitMultistream,
  splitPacket,
} from '../src';
import { anyBytes, anyLayout } from './arbitraries';
import { hex, oggPackets, readFixture, unhex } from './fixture-files';
import { concat, layOut } from './framed-packets';
import { opusError, unlessRefused } from './opus-errors';
import { writtenAnew } from './parsed-frames';

/** OPUS_BANDWIDTH_NARROWBAND is 1101. */
const BANDWIDTHS = ['nb', 'mb', 'wb', 'swb', 'fb'];

const script = fileURLToPath(new URL('./libopus.py', import.meta.url));

/** Asks the libopus of this machine, through python3; throws if there is none. */
function ask<T>(question: object): T {
  const input = `${JSON.stringify(question)}\n`;
  return JSON.parse(execFileSync('python3', [script], { input, encoding: 'utf8', maxBuffer: 2 ** 28 })) as T;
}

describe('libopus', () => {
  it('takes and refuses the packets that parsePacket does, with the same frames', () => {
    const packets = fc.sample(anyBytes, 20_000).filter((packet) => packet.length > 0);
    const answers = ask<([number, number][] | null)[]>({ do: 'parse', packets: packets.map(hex) });
    packets.forEach((packet, i) => {
      const frames = unlessRefused(() => parsePacket(packet))?.frames.map((f) => [f.byteOffset, f.byteLength]);
      expect({ packet: hex(packet), frames: frames ?? null }).toEqual({ packet: hex(packet), frames: answers[i] });
    });
    expect(answers.filter((answer) => answer === null).length).toBeGreaterThan(1000);
    expect(answers.filter((answer) => answer !== null).length).toBeGreaterThan(1000);
  });

  it('takes and refuses the multistream packets that splitMultistream does, with the same frames', () => {
    const anyMultistream = fc.tuple(anyLayout, fc.integer({ min: 2, max: 4 }), anyBytes, fc.nat({ max: 2 }));
    const asked = fc.sample(anyMultistream, 5000).map(([layout, streams, other, kind]): [string, number] => {
      const packets = Array.from({ length: streams }, () => layOut(layout));
      const whole = joinMultistream(packets);
      const damaged = kind === 0 ? whole : concat([whole.subarray(0, whole.length - kind), other]);
      return [hex(damaged), streams];
    });
    const answers = ask<(string | null)[]>({ do: 'unpad', packets: asked });
    asked.forEach(([packet, streams], i) => {
      const parts = unlessRefused(() => splitMultistream(unhex(packet), streams));
      if (parts) expect(hex(joinMultistream(parts.map(writtenAnew)))).toBe(answers[i]);
      else if (answers[i] !== null) {
        expect(opusError(() => splitMultistream(unhex(packet), streams)).rule).toBe('duration');
      }
    });
    expect(answers.filter((answer) => answer === null).length).toBeGreaterThan(100);
  });

  it.each(['01', '03', '05', '08', '11'])('counts every packet of testvector%s.bit as we do', (number) => {
    const packets = parseOpusDemo(readFixture(`opus_vectors/testvector${number}.bit`)).map(({ packet }) => packet);
    const asked = packets.map(hex);
    const ours = packets.map((packet) => {
      const { toc, frames, samples } = parsePacket(packet);
      expect(packetSamples(packet)).toBe(samples);
      return [samples, frames.length, toc.frameSamples, toc.channels, BANDWIDTHS.indexOf(toc.bandwidth) + 1101];
    });
    expect(ours).toEqual(ask<number[][]>({ do: 'count', packets: asked }));
    const frames = packets.map((packet) => parsePacket(packet).frames.map((f) => [f.byteOffset, f.byteLength]));
    expect(frames).toEqual(ask<[number, number][][]>({ do: 'parse', packets: asked }));
    // And those that we make of them.
    const pieces = packets.flatMap((packet) => splitPacket(packet));
    const counted = ask<number[][]>({ do: 'count', packets: pieces.map(hex) });
    expect(counted.map(([samples]) => samples)).toEqual(pieces.map((piece) => packetSamples(piece)));
  });

  it.each([
    'test-3-LCR.opus',
    'test-4-quad.opus',
    'test-6-5.1.opus',
    'test-7-6.1.opus',
    'bbb_6ch_8kHz_opus.ogg',
    'ogg.opus.flush.1.opus',
    'ogg.opus.flush.3.opus',
  ])('decodes the single streams of %s to what it decodes the whole to', (name) => {
    const [first, , ...others] = oggPackets(readFixture(`ogg_opus/${name}`));
    expect(isOpusHead(first!)).toBe(true);
    const { channels, streamCount, coupledCount, channelMapping } = parseOpusHead(first!);
    const packets = others.slice(0, 60);
    const [whole, single] = ask<{ values: number; sha256: string }[]>({
      do: 'decode',
      packets: packets.map(hex),
      parts: packets.map((packet) => splitMultistream(packet, streamCount).map(hex)),
      ...{ channels, streams: streamCount, coupled: coupledCount, mapping: channelMapping },
    });
    expect(whole!.values).toBeGreaterThan(0);
    expect(single).toEqual(whole);
  });
});
