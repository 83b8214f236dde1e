import type { JsonObject } from '@zarr-audio/codec';
import { joinMultistream, packetSamples, splitMultistream } from '@zarr-audio/opus-parser';
import { describe, expect, it } from 'vitest';
import type { OpusBackend } from '../../src/backends/backend';
import { MAX_WASM_HANDLERS } from '../../src/backends/wasm-heap';
import { DecoderPool } from '../../src/decode/decoder-pool';
import { createPacketDecoder } from '../../src/decode/packet-decoder';
import { backendsHere, native, wasm } from '../backends/backends-here';
import { decodeLink, sha256 } from './decoded-link';
import { fixture, oggLinks } from './ogg-links';
import { padded, spanned } from './reframed-packets';

const link = (path: string) => oggLinks(fixture(path))[0]!;
const stereo = link('ogg_opus/stereo.opus').packets;
const mono = link('ogg_opus/mono.opus').packets;
const surround = link('ogg_opus/test-6-5.1.opus');

const streamOf = (streams: number, coupled: number, mapping: number[], gain = 0) => ({
  channels: mapping.length,
  attributes: {
    output_gain_q8: gain,
    channel_mapping: { family: 255, streams, coupled, mapping },
  } satisfies JsonObject,
});

/** A multistream packet out of packets of single streams of the corpus: stream `s` runs `7 * s` packets ahead. */
function joined(streams: number, coupled: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) =>
    joinMultistream(Array.from({ length: streams }, (_, s) => singlePacket(s, coupled, i))),
  );
}

const singlePacket = (stream: number, coupled: number, i: number): Uint8Array => {
  const from = stream < coupled ? stereo : mono;
  return from[(i + 7 * stream) % from.length]!;
};

/** Each stream decoded alone: the channels, one after another. */
function channelsAlone(streams: number, coupled: number, count: number, gain = 0, selected = wasm): Int16Array[] {
  return Array.from({ length: streams }, (_, s) => {
    const width = s < coupled ? 2 : 1;
    const packets = Array.from({ length: count }, (_, i) => singlePacket(s, coupled, i));
    const alone = { ...surround, packets, stream: { ...surround.stream, ...plain(width, gain) } };
    const pcm = decodeLink(alone, selected);
    return Array.from({ length: width }, (_, c) => pcm.filter((_, i) => i % width === c));
  }).flat();
}

const plain = (channels: number, gain: number) => ({
  ...streamOf(1, channels - 1, channels === 1 ? [0] : [0, 1], gain),
});

function interleaved(channels: readonly Int16Array[], mapping: readonly number[]): Int16Array {
  const frames = channels[0]!.length;
  const pcm = new Int16Array(frames * mapping.length);
  for (let i = 0; i < pcm.length; i++) {
    const index = mapping[i % mapping.length]!;
    pcm[i] = index === 255 ? 0 : channels[index]![Math.floor(i / mapping.length)]!;
  }
  return pcm;
}

function decodeAll(
  stream: Parameters<typeof createPacketDecoder>[0],
  packets: readonly Uint8Array[],
  selected = wasm,
): Int16Array {
  const decoder = createPacketDecoder(stream, selected.backend, selected);
  const pcm = new Int16Array(packets.reduce((sum, packet) => sum + packetSamples(packet), 0) * stream.channels);
  let at = 0;
  for (const packet of packets) at += decoder.decode(packet, pcm, at) * stream.channels;
  decoder.free();
  return pcm;
}

/** A backend whose decoders are counted, and that fails where it is told to. */
function watched(fail: { atDecoder?: number; atPacket?: number; atGain?: number } = {}) {
  const counts = { made: 0, live: 0, resets: 0, decoded: 0, gains: [] as number[] };
  const backend: OpusBackend = {
    ...wasm.backend,
    createDecoder(channels) {
      if (counts.made === fail.atDecoder) throw new Error('no more');
      const decoder = wasm.backend.createDecoder(channels);
      counts.made++;
      counts.live++;
      return {
        decode(packet, output, at) {
          if (counts.decoded++ === fail.atPacket) throw new Error('broken');
          return decoder.decode(packet, output, at);
        },
        reset() {
          counts.resets++;
          decoder.reset();
        },
        setGain(q8) {
          if (counts.gains.length === fail.atGain) throw new Error('no gain');
          counts.gains.push(q8);
          decoder.setGain(q8);
        },
        free() {
          counts.live--;
          decoder.free();
        },
      };
    },
  };
  return { backend, counts, exact: true };
}

describe.each(backendsHere)('with %s', (_, selected) => {
  it.each([
    ['mono for both channels', 1, 0, [0, 0]],
    ['channels exchanged', 1, 1, [1, 0]],
    ['the right one of two channels', 1, 1, [1]],
    ['the left one of two channels', 1, 1, [0]],
    ['a stream that is not heard', 2, 1, [0, 1]],
    ['a silent channel', 1, 1, [0, 255]],
    ['nothing but silence', 2, 1, [255, 255, 255]],
    ['5.1', 4, 2, [0, 4, 1, 2, 3, 5]],
    ['mono streams', 6, 0, [5, 4, 3, 2, 1, 0]],
    ['stereo streams, some channels twice', 3, 3, [0, 1, 2, 3, 4, 5, 0, 255, 5]],
  ])('gives the channels of each stream alone: %s', (_, streams, coupled, mapping) => {
    for (const gain of [0, 900]) {
      const pcm = decodeAll(streamOf(streams, coupled, mapping, gain), joined(streams, coupled, 12), selected);
      const expected = interleaved(channelsAlone(streams, coupled, 12, gain, selected), mapping);
      expect(sha256(pcm)).toBe(sha256(expected));
    }
  });

  it('255 channels of 255 streams', () => {
    const mapping = Array.from({ length: 255 }, (_, i) => 254 - i);
    const pcm = decodeAll(streamOf(255, 0, mapping), joined(255, 0, 3), selected);
    expect(sha256(pcm)).toBe(sha256(interleaved(channelsAlone(255, 0, 3, 0, selected), mapping)));
  });

  it('255 channels of 128 streams, in packets over several Ogg pages', () => {
    const mapping = Array.from({ length: 255 }, (_, i) => i);
    const packets = joined(128, 127, 2).map((packet) =>
      joinMultistream(splitMultistream(packet, 128).map((part) => padded(part, 600))),
    );
    expect(packets[0]!.length).toBeGreaterThan(65_024);
    const pcm = decodeAll(streamOf(128, 127, mapping), packets.map(spanned), selected);
    expect(sha256(pcm)).toBe(sha256(interleaved(channelsAlone(128, 127, 2, 0, selected), mapping)));
  });

  it('strips the padding of every stream', () => {
    const packets = surround.packets.slice(0, 20).map((packet, i) => {
      const parts = splitMultistream(packet, 4);
      return joinMultistream(parts.map((part, s) => ((i + s) % 3 === 0 ? padded(part, 40 * s) : part)));
    });
    const { stream } = surround;
    expect(sha256(decodeAll(stream, packets, selected))).toBe(
      sha256(decodeAll(stream, surround.packets.slice(0, 20), selected)),
    );
  });

  it('after a reset all streams are as new, and their gain stays', () => {
    const stream = { ...surround.stream, attributes: { ...surround.stream.attributes, output_gain_q8: -500 } };
    const decoder = createPacketDecoder(stream, selected.backend, selected);
    const output = new Int16Array(20 * 960 * 6);
    for (let i = 0; i < 30; i++) decoder.decode(surround.packets[i]!, output, 0);
    decoder.reset();
    for (let i = 0; i < 20; i++) decoder.decode(surround.packets[60 + i]!, output, i * 960 * 6);
    expect(sha256(output)).toBe(sha256(decodeAll(stream, surround.packets.slice(60, 80), selected)));
    decoder.free();
  });

  it('takes packets of any length after each other', () => {
    const long = link('golden/decode/surround-clipping-120ms.opus');
    const short = joined(2, 2, 3);
    const stream = streamOf(2, 2, [0, 1, 2, 3]);
    const mixed = [short[0]!, long.packets[0]!, short[1]!, long.packets[1]!, short[2]!];
    const decoder = createPacketDecoder(stream, selected.backend, selected);
    const output = new Int16Array(decoder.maxPacketFrames * 4);
    for (const packet of mixed) {
      decoder.reset();
      output.fill(0);
      const frames = decoder.decode(packet, output, 0);
      expect(frames).toBe(packetSamples(packet));
      expect(sha256(output.slice(0, frames * 4))).toBe(sha256(decodeAll(stream, [packet], selected)));
    }
    decoder.free();
  });
});

describe('a packet that is damaged', () => {
  const [sound, next] = surround.packets as [Uint8Array, Uint8Array];
  const parts = splitMultistream(sound, 4);
  const other = (stream: number, packet: Uint8Array) => parts.map((part, s) => (s === stream ? packet : part));

  it.each([
    ['no bytes', new Uint8Array(0), /empty/],
    ['one byte', sound.subarray(0, 1), /./],
    ['cut in the first stream', sound.subarray(0, 5), /./],
    ['cut after the first stream', joinMultistream(parts.slice(0, 2)).subarray(0, 40), /./],
    ['no frames in the first stream', Uint8Array.of(0xff, 0, ...sound.subarray(2)), /no frames/],
    ['streams of two lengths', joinSelfDelimited(other(2, Uint8Array.of(0xf8 - 8, 1, 2, 3))), /samples/],
  ])('OPUS_DECODE_FAILED, and nothing is written or lost: %s', (_, packet, reason) => {
    const { backend, counts } = watched();
    const decoder = createPacketDecoder(surround.stream, backend, wasm);
    const output = new Int16Array(960 * 6).fill(9);
    decoder.decode(sound, output.slice(), 0);
    expect(() => decoder.decode(packet, output, 0)).toThrow(
      expect.objectContaining({
        code: 'OPUS_DECODE_FAILED',
        details: expect.objectContaining({ byteLength: packet.length, reason: expect.stringMatching(reason) }),
      }),
    );
    expect(new Set(output)).toEqual(new Set([9]));
    expect(counts.decoded).toBe(4);
    decoder.decode(next, output, 0);
    expect(sha256(output)).toBe(sha256(decodeAll(surround.stream, [sound, next]).slice(960 * 6)));
    decoder.free();
  });

  it('in its third stream: the decoders are out of step, so nothing is decoded before a reset', () => {
    const { backend } = watched({ atPacket: 6 });
    const decoder = createPacketDecoder(surround.stream, backend, wasm);
    const output = new Int16Array(960 * 6);
    decoder.decode(sound, output, 0);
    output.fill(9);
    expect(() => decoder.decode(next, output, 0)).toThrow('broken');
    expect(() => decoder.decode(next, output, 0)).toThrow(
      expect.objectContaining({
        code: 'OPUS_DECODE_FAILED',
        details: expect.objectContaining({ reason: expect.stringContaining('reset') }),
      }),
    );
    expect(new Set(output)).toEqual(new Set([9]));
    decoder.reset();
    decoder.decode(sound, output, 0);
    expect(sha256(output)).toBe(sha256(decodeAll(surround.stream, [sound])));
    decoder.free();
  });

  it('any byte changed: a typed error, or samples', () => {
    const decoder = createPacketDecoder(surround.stream, wasm.backend, wasm);
    const output = new Int16Array(5760 * 6);
    let refused = 0;
    for (let i = 0; i < sound.length; i++) {
      const packet = sound.slice();
      packet[i]! ^= 0xff;
      decoder.reset();
      try {
        expect(decoder.decode(packet, output, 0)).toBe(packetSamples(packet));
      } catch (error) {
        expect(error).toMatchObject({ code: 'OPUS_DECODE_FAILED' });
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(3);
    expect(refused).toBeLessThan(sound.length / 2);
    decoder.free();
  });
});

/** As `joinMultistream`, for streams of unlike duration. */
function joinSelfDelimited(packets: readonly Uint8Array[]): Uint8Array {
  const [first, ...rest] = packets.slice(0, -1).map((packet) => {
    const two = joinMultistream([packet, packet]);
    return two.subarray(0, two.length - packet.length);
  });
  return Buffer.concat([first!, ...rest, packets.at(-1)!]);
}

describe('its decoders', () => {
  it('refuse an output without room or of another type', () => {
    const { backend, counts } = watched();
    const decoder = createPacketDecoder(surround.stream, backend, wasm);
    const output = new Int16Array(960 * 6 + 2);
    for (const at of [3, -1, 0.5, Number.NaN]) {
      expect(() => decoder.decode(surround.packets[0]!, output, at)).toThrow(RangeError);
    }
    expect(() => decoder.decode(surround.packets[0]!, new Float32Array(9999), 0)).toThrow(TypeError);
    expect(counts.decoded).toBe(0);
    expect(decoder.decode(surround.packets[0]!, output, 2)).toBe(960);
    decoder.free();
  });

  it('are freed once, and unusable then', () => {
    const { backend, counts } = watched();
    const decoder = createPacketDecoder(surround.stream, backend, wasm);
    expect(counts.live).toBe(4);
    expect(decoder).toMatchObject({ backend: wasm.backend.library, exact: true, maxPacketFrames: 5760 });
    decoder.free();
    decoder.free();
    expect(counts.live).toBe(0);
    expect(() => decoder.decode(surround.packets[0]!, new Int16Array(5760), 0)).toThrow(TypeError);
    expect(() => decoder.reset()).toThrow(TypeError);
  });

  it('are lent by the pool, given back, and lent to streams of other layouts', () => {
    const pool = new DecoderPool();
    const selected = watched();
    const quiet = { ...surround.stream, attributes: { ...surround.stream.attributes, output_gain_q8: -900 } };
    pool.acquire(quiet, selected).free();
    expect([selected.counts.made, pool.idle]).toEqual([4, 4]);
    // Three mono streams: two of them idle, one is new.
    const decoder = pool.acquire(streamOf(3, 0, [0, 1, 2]), selected);
    expect([selected.counts.made, pool.idle]).toEqual([5, 2]);
    expect(selected.counts.gains.slice(4)).toEqual([0, 0, 0]);
    const packets = joined(3, 0, 5);
    const pcm = new Int16Array(5 * 960 * 3);
    packets.forEach((packet, i) => void decoder.decode(packet, pcm, i * 960 * 3));
    expect(sha256(pcm)).toBe(sha256(decodeAll(streamOf(3, 0, [0, 1, 2]), packets)));
    decoder.free();
    decoder.free();
    expect(pool.idle).toBe(5);
    pool.clear();
    expect(selected.counts.live).toBe(0);
  });

  it('of a stream of 255 are all kept, for the next read of it', () => {
    const pool = new DecoderPool();
    const selected = watched();
    const stream = streamOf(255, 0, [...Array(255).keys()]);
    for (let i = 0; i < 3; i++) pool.acquire(stream, selected).free();
    expect([selected.counts.made, selected.counts.live, pool.idle]).toEqual([255, 255, 255]);
    // Two at a time: no more are kept than the pool's limit.
    const both = [pool.acquire(stream, selected), pool.acquire(stream, selected)];
    for (const decoder of both) decoder.free();
    expect([selected.counts.live, pool.idle]).toEqual([256, 256]);
    pool.clear();
    expect(selected.counts.live).toBe(0);
  });

  it('go back where one of them can not be had', () => {
    const pool = new DecoderPool();
    const selected = watched({ atDecoder: 3 });
    expect(() => pool.acquire(surround.stream, selected)).toThrow('no more');
    expect(pool.idle).toBe(3);
    pool.clear();
    expect(selected.counts.live).toBe(0);
    const deaf = watched({ atGain: 2 });
    expect(() => createPacketDecoder(surround.stream, deaf.backend, wasm)).toThrow('no gain');
    expect([deaf.counts.made, deaf.counts.live]).toEqual([3, 0]);
    const alone = watched({ atDecoder: 2 });
    expect(() => createPacketDecoder(surround.stream, alone.backend, wasm)).toThrow('no more');
    expect(alone.counts.live).toBe(0);
  });

  it('OPUS_TOO_MANY_DECODERS where WASM holds no more, and those that were taken are given back', () => {
    const pool = new DecoderPool({ maxIdle: 0 });
    const stream = streamOf(255, 0, [...Array(255).keys()]);
    const decoders = Array.from({ length: Math.floor(MAX_WASM_HANDLERS / 255) }, () => pool.acquire(stream, wasm));
    for (let i = 0; i < 2; i++) {
      expect(() => pool.acquire(stream, wasm)).toThrow(expect.objectContaining({ code: 'OPUS_TOO_MANY_DECODERS' }));
    }
    for (const decoder of decoders) decoder.free();
    pool.acquire(stream, wasm).free();
  });
});

it.skipIf(!native)('native and WASM give the same for every gain, clipping or not', () => {
  for (const name of ['surround-clipping-120ms', 'surround-clipping-60ms', 'surround-silk-100ms']) {
    const { stream, packets } = link(`golden/decode/${name}.opus`);
    for (const gain of [-3000, 0, 1500]) {
      const gained = { ...stream, attributes: { ...stream.attributes, output_gain_q8: gain } };
      expect(sha256(decodeAll(gained, packets, wasm))).toBe(sha256(decodeAll(gained, packets, native)));
    }
  }
});
