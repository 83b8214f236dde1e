import { describe, expect, it } from 'vitest';
import type { OpusBackend } from '../../src/backends/backend';
import { DecoderPool } from '../../src/decode/decoder-pool';
import { backendsHere, wasm } from '../backends/backends-here';
import { decodeLink, sha256 } from './decoded-link';
import { fixture, oggLinks } from './ogg-links';

const stereo = oggLinks(fixture('ogg_opus/stereo.opus'))[0]!;
const mono = oggLinks(fixture('ogg_opus/mono.opus'))[0]!;

/** A backend that counts its decoders. */
function counting(): { backend: OpusBackend; exact: boolean; made: () => number; live: () => number } {
  let made = 0;
  let live = 0;
  const backend: OpusBackend = {
    ...wasm.backend,
    createDecoder(channels) {
      const decoder = wasm.backend.createDecoder(channels);
      made++;
      live++;
      return {
        decode: (packet, output, at) => decoder.decode(packet, output, at),
        reset: () => decoder.reset(),
        setGain: (q8) => decoder.setGain(q8),
        free: () => {
          live--;
          decoder.free();
        },
      };
    },
  };
  return { backend, exact: true, made: () => made, live: () => live };
}

describe('DecoderPool', () => {
  it.each(backendsHere)(
    '%s: a decoder that comes back is as new for the next stream, whatever its gain',
    (_, selected) => {
      const pool = new DecoderPool();
      const loud = { ...stereo.stream, attributes: { ...stereo.stream.attributes, output_gain_q8: 2000 } };
      for (const stream of [loud, stereo.stream]) {
        const decoder = pool.acquire(stream, selected);
        const pcm = new Int16Array(30 * 1920);
        for (let i = 0; i < 30; i++) decoder.decode(stereo.packets[i]!, pcm, i * 1920);
        decoder.free();
        const packets = stereo.packets.slice(0, 30);
        expect(sha256(pcm)).toBe(sha256(decodeLink({ stream: stream as typeof stereo.stream, packets }, selected)));
      }
      expect(pool.idle).toBe(1);
      pool.clear();
    },
  );

  it('takes idle ones of the same backend and channels, and no others', () => {
    const pool = new DecoderPool();
    const [one, two] = [counting(), counting()];
    pool.acquire(stereo.stream, one).free();
    pool.acquire(stereo.stream, one).free();
    expect(one.made()).toBe(1);
    pool.acquire(mono.stream, one).free();
    expect(one.made()).toBe(2);
    pool.acquire(stereo.stream, two).free();
    expect(two.made()).toBe(1);
    const both = [pool.acquire(stereo.stream, one), pool.acquire(stereo.stream, one)];
    expect(one.made()).toBe(3);
    for (const decoder of both) decoder.free();
    expect(pool.idle).toBe(4);
  });

  it('keeps no more than maxIdle, and frees the one idle for longest', () => {
    const pool = new DecoderPool({ maxIdle: 2 });
    const counted = counting();
    const all = [mono, stereo, stereo].map(({ stream }) => pool.acquire(stream, counted));
    for (const decoder of all) decoder.free();
    expect([pool.idle, counted.live()]).toEqual([2, 2]);
    pool.acquire(mono.stream, counted).free();
    expect(counted.made()).toBe(4);
    pool.clear();
    expect([pool.idle, counted.live()]).toEqual([0, 0]);
  });

  it('a decoder that was given back can not be used, though another now has its insides', () => {
    const pool = new DecoderPool();
    const first = pool.acquire(stereo.stream, counting());
    first.free();
    first.free();
    expect(pool.idle).toBe(1);
    expect(() => first.decode(stereo.packets[0]!, new Int16Array(1920), 0)).toThrow(TypeError);
  });

  it('RangeError for a maxIdle that is no count; what can not be decoded is refused before anything is made', () => {
    expect(() => new DecoderPool({ maxIdle: -1 })).toThrow(RangeError);
    expect(() => new DecoderPool({ maxIdle: 0.5 })).toThrow(RangeError);
    const counted = counting();
    const attributes = { ...stereo.stream.attributes, output_gain_q8: 1e6 };
    expect(() => new DecoderPool().acquire({ channels: 2, attributes }, counted)).toThrow(
      expect.objectContaining({ code: 'OPUS_BAD_ATTRIBUTES' }),
    );
    expect(counted.made()).toBe(0);
  });
});
