import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { encodePacket, isOpusHead, isOpusTags, packetSamples, parseOpusHead, parseToc, splitPacket } from '../src';
import { oggPackets, readFixture } from './fixture-files';

interface Encoder {
  decode(packet: Buffer): Buffer;
}

/** The decoder that the Opus plug-in uses. */
const require = createRequire(new URL('../../opus-codec/package.json', import.meta.url));
const { OpusEncoder } = require('@discordjs/opus') as { OpusEncoder: new (rate: number, channels: number) => Encoder };

/** What a new decoder makes of the packets. */
function decode(packets: readonly Uint8Array[], channels: number): Int16Array {
  const decoder = new OpusEncoder(48_000, channels);
  const pcm = Buffer.concat(packets.map((packet) => decoder.decode(Buffer.from(packet))));
  return new Int16Array(pcm.buffer, pcm.byteOffset, pcm.byteLength / 2);
}

/** Packets of one frame (code 0) as packets of up to `most` frames, where the TOC stays the same. */
function joinFrames(packets: readonly Uint8Array[], most: number): Uint8Array[] {
  const joined: Uint8Array[] = [];
  let at = 0;
  while (at < packets.length) {
    const toc = packets[at]![0]!;
    let end = at + 1;
    while (end < packets.length && end - at < most && packets[end]![0] === toc) end++;
    joined.push(
      encodePacket(
        toc,
        packets.slice(at, end).map((packet) => packet.subarray(1)),
      ),
    );
    at = end;
  }
  return joined;
}

// None of these clips: soft clipping is the one thing that depends on how frames are packed, and what `peak` is for.
describe.each([
  ['detodos.opus', 'silk'],
  ['weather.ogg', 'celt'],
  ['test-1-mono.opus', 'hybrid'],
  ['test-2-stereo.opus', 'celt'],
])('%s (%s)', (name, mode) => {
  const all = oggPackets(readFixture(`ogg_opus/${name}`));
  const { channels } = parseOpusHead(all[0]!);
  const packets = all.filter((packet) => !isOpusHead(packet) && !isOpusTags(packet));

  it('decodes to the same samples as single frames, packets of 120 ms, and those split again', () => {
    expect(parseToc(packets[0]![0]!).mode).toBe(mode);
    const long = joinFrames(packets, 6);
    expect(Math.max(...long.map((packet) => packetSamples(packet)))).toBe(5760);
    const split = long.flatMap((packet) => splitPacket(packet));
    expect(Math.max(...split.map((packet) => packetSamples(packet)))).toBe(2880);

    const expected = decode(packets, channels);
    expect(expected.length).toBe(packets.reduce((total, packet) => total + packetSamples(packet), 0) * channels);
    expect(peak(expected)).toBeGreaterThan(1000);
    expect(peak(expected)).toBeLessThan(32_767);
    expect(Buffer.compare(bytesOf(decode(long, channels)), bytesOf(expected))).toBe(0);
    expect(Buffer.compare(bytesOf(decode(split, channels)), bytesOf(expected))).toBe(0);
  });
});

it('a clipping file keeps its length', () => {
  const packets = oggPackets(readFixture('ogg_opus/sine-440-10s.opus')).slice(2);
  const expected = decode(packets, 1);
  const split = joinFrames(packets, 6).flatMap((packet) => splitPacket(packet));
  expect(peak(expected)).toBe(32_768);
  expect(decode(split, 1)).toHaveLength(expected.length);
});

function peak(samples: Int16Array): number {
  return samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
}

function bytesOf(samples: Int16Array): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}
