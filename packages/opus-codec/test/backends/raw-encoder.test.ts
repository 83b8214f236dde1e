import { packetSamples, parseToc } from '@zarr-audio/opus-parser';
import { describe, expect, it } from 'vitest';
import type { OpusBackend, OpusSampleRate, RawEncoderOptions } from '../../src/backends/backend';
import { backendsHere } from './backends-here';

/** Noise with a soft spectrum, the same each time. */
function noise(frames: number, channels: number): Int16Array {
  let seed = 7;
  const pcm = new Int16Array(frames * channels);
  for (let i = channels; i < pcm.length; i++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    pcm[i] = 0.9 * pcm[i - channels]! + seed / 2 ** 20;
  }
  return pcm;
}

function encodeAll(backend: OpusBackend, options: RawEncoderOptions, pcm: Int16Array, every = 0): Uint8Array[] {
  const encoder = backend.createEncoder!(options);
  const frameSize = options.sampleRate / 50;
  const step = frameSize * options.channels;
  const packets: Uint8Array[] = [];
  for (let at = 0; at + step <= pcm.length; at += step) {
    const alone = every > 0 && packets.length % every === 0;
    if (alone) encoder.setPredictionDisabled(true);
    packets.push(encoder.encode(pcm.subarray(at, at + step), frameSize));
    if (alone) encoder.setPredictionDisabled(false);
  }
  encoder.free();
  return packets;
}

function decodeAll(backend: OpusBackend, packets: readonly Uint8Array[], channels: 1 | 2): Int16Array {
  const decoder = backend.createDecoder(channels);
  const pcm = new Int16Array(packets.length * 960 * channels);
  packets.forEach((packet, i) => {
    decoder.decode(packet, pcm, i * 960 * channels);
  });
  decoder.free();
  return pcm;
}

describe.each(backendsHere)('%s', (_, { backend }) => {
  it.each([
    [48000, 2],
    [48000, 1],
    [24000, 1],
    [16000, 2],
    [12000, 1],
    [8000, 1],
  ] as [OpusSampleRate, 1 | 2][])(
    'encodes %i Hz in %i channels by CELT, at about the bit rate',
    (sampleRate, channels) => {
      const bitrate = 48_000 * channels;
      const packets = encodeAll(backend, { sampleRate, channels, bitrate }, noise(sampleRate * 2, channels));
      expect(packets).toHaveLength(100);
      for (const packet of packets) {
        expect(packetSamples(packet)).toBe(960);
        expect(parseToc(packet[0]!).mode).toBe('celt');
      }
      const bits = (packets.reduce((sum, { length }) => sum + length, 0) * 8) / 2;
      expect(bits / bitrate).toBeGreaterThan(0.6);
      expect(bits / bitrate).toBeLessThan(1.2);
      expect(new Set(packets.map(({ length }) => length)).size).toBeGreaterThan(5);
    },
  );

  it.each([48000, 16000] as const)('lags by its lookahead at %i Hz, whatever the rate', (sampleRate) => {
    const pcm = noise(sampleRate, 1);
    const { lookahead } = backend.createEncoder!({ sampleRate, channels: 1, bitrate: 128_000 });
    const decoded = decodeAll(backend, encodeAll(backend, { sampleRate, channels: 1, bitrate: 128_000 }, pcm), 1);
    const scale = 48000 / sampleRate;
    const correlation = (lag: number) => {
      let sum = 0;
      for (let i = 200; i < pcm.length - 400; i++) sum += pcm[i]! * decoded[i * scale + lag]!;
      return sum;
    };
    const lags = Array.from({ length: 400 }, (_, lag) => lag);
    const best = lags.reduce((a, b) => (correlation(b) > correlation(a) ? b : a));
    expect(lookahead).toBe(120);
    expect(best).toBe(120);
  });

  it('packets without prediction can be entered', () => {
    const options = { sampleRate: 48000, channels: 2, bitrate: 64_000 } as const;
    const pcm = noise(48000 * 4, 2);
    const entered = (packets: readonly Uint8Array[], packet: number) => {
      const whole = decodeAll(backend, packets, 2);
      const part = decodeAll(backend, packets.slice(packet), 2);
      for (let i = 0; i < 40; i++) {
        const at = i * 1920;
        const same = part.subarray(at).every((sample, k) => sample === whole[packet * 1920 + at + k]);
        if (same) return i;
      }
      return Number.POSITIVE_INFINITY;
    };
    const open = encodeAll(backend, options, pcm, 25);
    const closed = encodeAll(backend, options, pcm);
    const starts = [25, 50, 75, 100, 125];
    expect(Math.max(...starts.map((start) => entered(open, start)))).toBeLessThanOrEqual(10);
    expect(Math.min(...starts.map((start) => entered(closed, start)))).toBeGreaterThan(10);
  });

  it('gives packets that stay, and the same ones each time', () => {
    const options = { sampleRate: 48000, channels: 1, bitrate: 64_000, complexity: 5 } as const;
    const pcm = noise(48000, 1);
    const packets = encodeAll(backend, options, pcm);
    const copies = packets.map((packet) => packet.slice());
    expect(encodeAll(backend, options, pcm)).toEqual(copies);
    expect(packets).toEqual(copies);
    expect(encodeAll(backend, { ...options, complexity: 0 }, pcm)).not.toEqual(copies);
  });

  it('takes all four frame lengths, at odd places of an array', () => {
    const encoder = backend.createEncoder!({ sampleRate: 48000, channels: 2, bitrate: 96_000 });
    const pcm = noise(3000, 2);
    for (const frameSize of [120, 240, 480, 960]) {
      expect(packetSamples(encoder.encode(pcm.subarray(3), frameSize))).toBe(frameSize);
    }
  });

  it('takes the highest bit rate', () => {
    const encoder = backend.createEncoder!({ sampleRate: 48000, channels: 2, bitrate: 512_000 });
    const pcm = Int16Array.from({ length: 1920 }, (_, i) => (Math.imul(i, 0x9e3779b1) >> 16) | 1);
    const packet = encoder.encode(pcm, 960);
    expect(packet.length).toBeGreaterThan(1200);
    expect(backend.createDecoder(2).decode(packet, new Int16Array(1920), 0)).toBe(960);
  });

  it('RangeError for what Opus does not have', () => {
    const good = { sampleRate: 48000, channels: 2, bitrate: 64_000 } as const;
    const bad = [
      { sampleRate: 44100 },
      { channels: 3 },
      { bitrate: 499 },
      { bitrate: 512_001 },
      { bitrate: Number.NaN },
      { complexity: 11 },
      { complexity: -1 },
    ] as unknown as Partial<RawEncoderOptions>[];
    for (const options of bad) expect(() => backend.createEncoder!({ ...good, ...options })).toThrow(RangeError);
    const encoder = backend.createEncoder!(good);
    expect(() => encoder.encode(new Int16Array(1919), 960)).toThrow(RangeError);
    for (const frameSize of [0, 1, 961, 1920, 2880, -960, Number.NaN]) {
      expect(() => encoder.encode(new Int16Array(20_000), frameSize)).toThrow(RangeError);
    }
    encoder.free();
    expect(() => encoder.encode(new Int16Array(1920), 960)).toThrow(TypeError);
    expect(() => encoder.setPredictionDisabled(true)).toThrow(TypeError);
  });
});
