import { encodePacket, packetSamples, splitPacket } from '@zarr-audio/opus-parser';
import { describe, expect, it } from 'vitest';
import type { OpusBackend, RawDecoder } from '../../src/backends/backend';
import { createPacketDecoder } from '../../src/decode/packet-decoder';
import { MAX_PACKET_FRAMES } from '../../src/decode/raw-packet';
import { backendsHere, native, wasm } from '../backends/backends-here';
import { changedBackend } from '../backends/fake-backends';
import { decodeLink, sha256 } from './decoded-link';
import { fixture, type Link, oggLinks } from './ogg-links';
import { padded, spanned } from './reframed-packets';

const link = (path: string) => oggLinks(fixture(path))[0]!;
const stereo = link('ogg_opus/stereo.opus');
const mono = link('ogg_opus/mono.opus');
const withGain = (from: Link, gain: number): Link => ({
  ...from,
  stream: { ...from.stream, attributes: { ...from.stream.attributes, output_gain_q8: gain } },
});

/** 48 frames of up to 1,275 bytes in 120 ms: the longest packet there is without padding. */
function largestPacket(): Uint8Array {
  const frames = Array.from({ length: 48 }, (_, f) => Uint8Array.from({ length: 1275 - (f & 1) }, (_, i) => i * 7 + f));
  return encodePacket((28 << 3) | 4, frames);
}

/** What reaches the raw decoder. */
function spied(backend: OpusBackend): { backend: OpusBackend; packets: Uint8Array[]; calls: string[] } {
  const packets: Uint8Array[] = [];
  const calls: string[] = [];
  const spy: OpusBackend = {
    ...backend,
    createDecoder(channels): RawDecoder {
      const decoder = backend.createDecoder(channels);
      return {
        decode(packet, output, at) {
          packets.push(packet);
          return decoder.decode(packet, output, at);
        },
        reset() {
          calls.push('reset');
          decoder.reset();
        },
        setGain(q8) {
          calls.push(`gain ${q8}`);
          decoder.setGain(q8);
        },
        free() {
          calls.push('free');
          decoder.free();
        },
      };
    },
  };
  return { backend: spy, packets, calls };
}

describe.each(backendsHere)('with %s', (_, selected) => {
  const create = ({ stream } = stereo) => createPacketDecoder(stream, selected.backend, selected);

  it('says what it is', () => {
    const decoder = create();
    expect(decoder.backend).toBe(selected.backend.library);
    expect(decoder.exact).toBe(true);
    expect(decoder.maxPacketFrames).toBe(MAX_PACKET_FRAMES);
  });

  it.each([
    ['celt-stereo-120ms', [2880, 2880]],
    ['celt-stereo-100ms', [2880, 1920]],
    ['silk-mono-120ms', [2880, 2880]],
    ['hybrid-mono-80ms', [2880, 960]],
  ])('%s reaches the backend in pieces of %j samples', (name, samples) => {
    const { stream, packets } = link(`golden/decode/${name}.opus`);
    const spy = spied(selected.backend);
    const decoder = createPacketDecoder(stream, spy.backend, selected);
    const output = new Int16Array(5760 * stream.channels);
    const total = samples.reduce((a, b) => a + b);
    expect(packets.map((packet) => decoder.decode(packet, output, 0))).toEqual(packets.map(() => total));
    expect(spy.packets.map((piece) => packetSamples(piece))).toEqual(packets.flatMap(() => samples));
  });

  it('gives every sample of a 120 ms packet: as if its pieces were packets', () => {
    const long = link('golden/decode/clipping-120ms.opus');
    const pieces = { ...long, packets: long.packets.flatMap((packet) => splitPacket(packet, 2880)) };
    const pcm = decodeLink(long, selected);
    expect(pcm.length).toBe(long.packets.length * 5760 * 2);
    expect(sha256(pcm)).toBe(sha256(decodeLink(pieces, selected)));
  });

  it('takes the largest packet there is', () => {
    const packet = largestPacket();
    expect(packet.length).toBe(1 + 1 + 47 * 2 + 24 * (1275 + 1274));
    const output = new Int16Array(5760 * 2);
    const decoder = create();
    expect(decoder.decode(packet, output, 0)).toBe(5760);
    expect(output.some((sample) => sample !== 0)).toBe(true);
  });

  it('strips padding, however much', () => {
    const plain = decodeLink(stereo, selected);
    for (const padding of [0, 1, 253, 254, 60_000]) {
      const packets = stereo.packets.map((packet, i) => (i % 10 === 3 ? padded(packet, padding) : packet));
      expect(sha256(decodeLink({ ...stereo, packets }, selected))).toBe(sha256(plain));
    }
    const spy = spied(selected.backend);
    const decoder = createPacketDecoder(stereo.stream, spy.backend, selected);
    decoder.decode(padded(stereo.packets[3]!, 500), new Int16Array(1920), 0);
    expect(spy.packets).toEqual([stereo.packets[3]]);
  });

  it('after a reset is as new, and its gain stays', () => {
    const quiet = withGain(stereo, -700);
    const decoder = create(quiet);
    const output = new Int16Array(20 * 1920);
    for (let i = 0; i < 50; i++) decoder.decode(stereo.packets[i]!, output, 0);
    decoder.reset();
    output.fill(0);
    for (let i = 0; i < 20; i++) decoder.decode(stereo.packets[40 + i]!, output, i * 1920);
    const fresh = decodeLink({ ...quiet, packets: stereo.packets.slice(40, 60) }, selected);
    expect(sha256(output)).toBe(sha256(fresh));
    expect(sha256(output)).not.toBe(sha256(decodeLink({ ...stereo, packets: stereo.packets.slice(40, 60) }, selected)));
  });

  it.each([
    ['no bytes', new Uint8Array(0), /empty/],
    ['no frames', Uint8Array.of(0xff, 0), /no frames/],
    ['over 120 ms', Uint8Array.of(0xff, 7, 1, 2, 3), /120 ms/],
    ['an odd rest for two frames of one length', Uint8Array.of(0xfd, 1, 2, 3), /corrupted/],
    ['padding longer than the packet', Uint8Array.of(0xff, 0x41, 200, 1), /padding/],
    ['a long packet with a frame that is cut', Uint8Array.of(0xff, 0x86, 200, 1), /longer|cut/],
  ])('OPUS_DECODE_FAILED: %s', (_, packet, reason) => {
    const decoder = create();
    expect(() => decoder.decode(packet, new Int16Array(11_520), 0)).toThrow(
      expect.objectContaining({
        code: 'OPUS_DECODE_FAILED',
        details: { byteLength: packet.length, reason: expect.stringMatching(reason) },
      }),
    );
    expect(decoder.decode(stereo.packets[0]!, new Int16Array(1920), 0)).toBe(960);
  });

  it('refuses an output without room, and leaves it and its state as they were', () => {
    const decoder = create();
    const output = new Int16Array(1920 + 5).fill(9);
    for (const at of [6, -1, 1.5, Number.NaN, 10_000]) {
      expect(() => decoder.decode(stereo.packets[0]!, output, at)).toThrow(RangeError);
    }
    expect(new Set(output)).toEqual(new Set([9]));
    expect(decoder.decode(stereo.packets[0]!, output, 5)).toBe(960);
    expect(sha256(output.subarray(5))).toBe(
      sha256(decodeLink({ ...stereo, packets: stereo.packets.slice(0, 1) }, selected)),
    );
    expect(() => decoder.decode(stereo.packets[0]!, new Float32Array(1920), 0)).toThrow(TypeError);
  });

  it('TypeError after free', () => {
    const decoder = create();
    decoder.free();
    decoder.free();
    expect(() => decoder.decode(stereo.packets[0]!, new Int16Array(1920), 0)).toThrow(TypeError);
    expect(() => decoder.reset()).toThrow(TypeError);
  });
});

describe('createPacketDecoder', () => {
  const { backend } = wasm;

  it('sets the gain once, before the first packet', () => {
    const spy = spied(backend);
    createPacketDecoder(withGain(mono, 321).stream, spy.backend, wasm).reset();
    expect(spy.calls).toEqual(['gain 321', 'reset']);
  });

  it('gives the raw decoder back where that is asked for', () => {
    const spy = spied(backend);
    const raw = spy.backend.createDecoder(1);
    const released: [RawDecoder, number][] = [];
    const supply = {
      take: () => raw,
      giveBack: (decoder: RawDecoder, channels: number) => released.push([decoder, channels]),
    };
    const decoder = createPacketDecoder(mono.stream, spy.backend, { exact: true, supply });
    decoder.free();
    decoder.free();
    expect(released).toEqual([[raw, 1]]);
    expect(spy.calls).toEqual(['gain 0']);
  });

  it('OPUS_DECODE_FAILED if a backend gives another number of frames than the packet has', () => {
    const short: OpusBackend = {
      ...backend,
      createDecoder: (channels) => {
        const raw = backend.createDecoder(channels);
        return {
          decode: (packet, output, at) => raw.decode(packet, output, at) - 1,
          reset: () => raw.reset(),
          setGain: (q8) => raw.setGain(q8),
          free: () => raw.free(),
        };
      },
    };
    const decoder = createPacketDecoder(mono.stream, short, { exact: false });
    expect(() => decoder.decode(mono.packets[0]!, new Int16Array(5760), 0)).toThrow(
      expect.objectContaining({ code: 'OPUS_DECODE_FAILED' }),
    );
  });

  it('hands on whether it is exact', () => {
    const other = changedBackend(backend, () => undefined);
    expect(createPacketDecoder(mono.stream, other, { exact: false })).toMatchObject({
      exact: false,
      backend: 'changed 1.0.0',
    });
  });

  it.each([40_000, 1.5, '3', null])('OPUS_BAD_ATTRIBUTES for a gain of %j', (gain) => {
    const stream = { ...mono.stream, attributes: { ...mono.stream.attributes, output_gain_q8: gain } };
    expect(() => createPacketDecoder(stream, backend, wasm)).toThrow(
      expect.objectContaining({ code: 'OPUS_BAD_ATTRIBUTES' }),
    );
  });
});

describe('a packet over several Ogg pages', () => {
  it.each(backendsHere)('%s gets it without the page headers', (_, selected) => {
    const packet = padded(stereo.packets[0]!, 70_000);
    const decoder = createPacketDecoder(stereo.stream, selected.backend, selected);
    const output = new Int16Array(1920);
    expect(decoder.decode(spanned(packet), output, 0)).toBe(960);
    expect(sha256(output)).toBe(sha256(decodeLink({ ...stereo, packets: stereo.packets.slice(0, 1) }, selected)));
    const damaged = spanned(packet);
    damaged[65_025 + 400]! ^= 1;
    expect(() => decoder.decode(damaged, output, 0)).toThrow(expect.objectContaining({ code: 'OGG_CRC_MISMATCH' }));
  });
});

describe.skipIf(!native)('native and WASM', () => {
  it('give the same samples for every gain, clipping or not, in packets of 120 ms', () => {
    const long = link('golden/decode/clipping-120ms.opus');
    for (const gain of [-20_000, -256, 1, 900, 3000]) {
      const gained = withGain(long, gain);
      expect(sha256(decodeLink(gained, wasm))).toBe(sha256(decodeLink(gained, native!)));
    }
  });

  it('give the same samples for the largest packet', () => {
    const packets = [stereo.packets[0]!, largestPacket(), stereo.packets[1]!];
    expect(sha256(decodeLink({ ...stereo, packets }, wasm))).toBe(sha256(decodeLink({ ...stereo, packets }, native!)));
  });
});

it('64 stereo decoders of WASM, interleaved, give what each gives alone', () => {
  const files = ['stereo', 'test-2-stereo', 'bear', 'full_test'].map((name) => link(`ogg_opus/${name}.opus`));
  const expected = files.map((file) => sha256(decodeLink({ ...file, packets: file.packets.slice(0, 60) }, wasm)));
  const running = Array.from({ length: 64 }, (_, i) => {
    const { stream, packets } = files[i % 4]!;
    const first = packets.slice(0, 60);
    const frames = first.reduce((sum, packet) => sum + packetSamples(packet), 0);
    return {
      decoder: createPacketDecoder(stream, wasm.backend, wasm),
      first,
      output: new Int16Array(frames * 2),
      at: 0,
    };
  });
  for (let i = 0; i < 60; i++) {
    for (const run of running) run.at += run.decoder.decode(run.first[i]!, run.output, run.at) * 2;
  }
  expect(running.map(({ output }) => sha256(output))).toEqual(running.map((_, i) => expected[i % 4]));
  for (const { decoder } of running) decoder.free();
});
