import type { PcmSource as CodecPcmSource, Resample } from '@zarr-audio/codec';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { type PcmSource, resample, resampledFrames } from '../src/index';
import { noise, pcm, readAll, sine, snrDb } from './signals';

let loaded = false;
vi.mock('../src/rate-converter', async (original) => {
  loaded = true;
  return await original();
});

describe('resample', () => {
  it('loads its WebAssembly with the first block that is asked for, and not before', async () => {
    const source = pcm(sine(1_000, 44_100, 441), 44_100);
    await readAll(resample(source, 44_100));
    const output = resample(source, 48_000);
    expect(loaded).toBe(false);
    await readAll(output);
    expect(loaded).toBe(true);
  });

  it('is what the codec packages call Resample and PcmSource', () => {
    expectTypeOf<typeof resample>().toMatchTypeOf<Resample>();
    expectTypeOf<PcmSource>().toEqualTypeOf<CodecPcmSource>();
  });

  it.each([
    [32_000, 1_000],
    [32_000, 10_000],
    [44_100, 1_000],
    [44_100, 10_000],
    [44_100, 20_000],
    [22_050, 10_000],
    [4_000, 1_800],
    [96_000, 22_000],
    [250_000, 10_000],
    [312_500, 10_000],
    [384_000, 22_000],
    [44_101, 10_000],
    [383_999, 10_000],
  ])('%i to 48,000 Hz: a sine of %i Hz is the same sine at lag 0, over 100 dB', async (from, hz) => {
    const output = await readAll(resample(pcm(sine(hz, from, from), from), 48_000));
    expect(output.length).toBe(48_000);
    expect(snrDb(output, sine(hz, 48_000, 48_000), 2_400, 45_600)).toBeGreaterThan(120);
  });

  it('keeps its place over minutes', async () => {
    const [from, seconds] = [32_000, 300];
    const output = await readAll(resample(pcm(sine(997, from, from * seconds), from), 48_000));
    const end = 48_000 * seconds;
    expect(output.length).toBe(end);
    const last = sine(997, 48_000, end).subarray(end - 48_000);
    expect(snrDb(output.subarray(end - 48_000), last, 0, 45_600)).toBeGreaterThan(120);
  });

  it('correlates with its source at lag 0', async () => {
    const samples = noise(8_000, 5);
    const output = await readAll(resample(pcm(samples, 16_000), 48_000));
    const correlation = (lag: number) => {
      let sum = 0;
      for (let i = 100; i < 7_900; i++) sum += samples[i]! * output[3 * i + lag]!;
      return sum;
    };
    const lags = Array.from({ length: 81 }, (_, i) => i - 40);
    const best = lags.reduce((a, b) => (correlation(b) > correlation(a) ? b : a));
    expect(best).toBe(0);
  });

  it('takes out what the new rate cannot hold', async () => {
    const output = await readAll(resample(pcm(sine(30_000, 96_000, 96_000), 96_000), 48_000));
    const middle = output.subarray(2_400, 45_600);
    expect(Math.max(...middle.map(Math.abs))).toBeLessThan(2e-6);
  });

  it('keeps a constant', async () => {
    const output = await readAll(resample(pcm(new Float32Array(10_000).fill(0.5), 44_100), 48_000));
    for (let i = 500; i < 10_000; i++) expect(Math.abs(output[i]! - 0.5)).toBeLessThan(1e-6);
  });

  it('gives exactly ceil(frames * to / from) frames, also where the source does not know how many it has', async () => {
    const rate = fc.oneof(
      fc.constantFrom(8_000, 11_025, 44_100, 48_000, 250_000),
      fc.integer({ min: 4_000, max: 384_000 }),
    );
    await fc.assert(
      fc.asyncProperty(rate, fc.integer({ min: 0, max: 3_000 }), fc.boolean(), async (from, frames, known) => {
        const source = pcm(noise(frames), from, known ? {} : { frames: undefined });
        const output = resample(source, 48_000);
        const exact = Number((BigInt(frames) * 48_000n + BigInt(from) - 1n) / BigInt(from));
        expect(output.frames).toBe(known ? exact : undefined);
        expect((await readAll(output)).length).toBe(exact);
      }),
      {
        numRuns: 40,
        examples: [
          [44_100, 0, true],
          [44_100, 1, false],
          [383_999, 1, true],
        ],
      },
    );
  });

  it('counts the frames that come, not those that were announced', async () => {
    const output = resample(pcm(noise(1_000), 24_000, { frames: 5_000 }), 48_000);
    expect((await readAll(output)).length).toBe(2_000);
  });

  it('takes integers over their full scale', async () => {
    const floats = sine(1_000, 32_000, 3_200).map((v) => Math.round(v * 2 ** 15) / 2 ** 15 + 0);
    const wanted = await readAll(resample(pcm(floats, 32_000), 48_000));
    const int16 = Int16Array.from(floats, (v) => v * 2 ** 15);
    const int24 = Int32Array.from(floats, (v) => v * 2 ** 23);
    expect(await readAll(resample(pcm(int16, 32_000), 48_000))).toEqual(wanted);
    expect(await readAll(resample(pcm(int24, 32_000, { bitsPerSample: 24 }), 48_000))).toEqual(wanted);
    expect(await readAll(resample(pcm(int16, 32_000), 32_000))).toEqual(floats);
  });

  it('says what the source was', () => {
    const output = resample(pcm(new Int16Array(320), 32_000), 48_000);
    expect(output).toMatchObject({
      format: { sampleRate: 48_000, channels: 1, sampleType: 'float32', bitsPerSample: 32 },
      frames: 480,
      container: 'wav',
      tags: { artist: 'AudioMoth' },
      original: { sampleRate: 32_000, channels: 1, bitsPerSample: 16 },
    });
    expect(output.repairs()).toEqual([{ code: 'WAV_DATA_TRUNCATED', byteOffset: 44, samples: 3 }]);
  });

  it('leaves what stands beside the audio as it is', () => {
    const pieces = [{ name: 'guan', byteOffset: 44, bytes: Uint8Array.of(65) }];
    const source: PcmSource = { ...pcm(noise(10), 32_000), stream: 1, metadata: () => pieces };
    expect(resample(source, 48_000).metadata?.()).toBe(pieces);
    expect(resample(source, 48_000).stream).toBe(1);
    expect(resample(pcm(noise(10), 32_000), 48_000).metadata?.()).toEqual([]);
  });

  it('holds the source back, and closes it when nobody reads on', async () => {
    let given = 0;
    let closed = false;
    const source: PcmSource = {
      ...pcm(new Float32Array(0), 32_000),
      async *blocks() {
        try {
          for (;;) {
            given++;
            yield new Float32Array(32_000);
          }
        } finally {
          closed = true;
        }
      },
    };
    for await (const block of resample(source, 48_000).blocks()) {
      expect(block.length).toBeGreaterThan(0);
      break;
    }
    expect(given).toBe(1);
    expect(closed).toBe(true);
  });

  it('rethrows the reason of an abort', async () => {
    const reason = new Error('enough');
    const source = resample(pcm(noise(1_000), 32_000), 48_000);
    await expect(readAll(source, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('passes on what the source throws', async () => {
    const failure = new Error('the disk is gone');
    const source: PcmSource = {
      ...pcm(noise(10), 32_000),
      async *blocks() {
        yield new Float32Array(10);
        throw failure;
      },
    };
    await expect(readAll(resample(source, 48_000))).rejects.toBe(failure);
  });

  it('refuses blocks without whole frames, rates that are none, and ratios over 256', async () => {
    const odd = resample(pcm(noise(101), 32_000, { channels: 2, frames: undefined }), 48_000);
    await expect(readAll(odd)).rejects.toMatchObject({ code: 'RESAMPLE_BAD_BLOCK' });
    for (const rate of [0, -1, 44_100.5, Number.NaN, 2 ** 25]) {
      expect(() => resample(pcm(noise(10), 32_000), rate)).toThrow(RangeError);
      expect(() => resample(pcm(noise(10), rate), 48_000)).toThrow(RangeError);
    }
    expect(() => resample(pcm(noise(10), 32_000, { channels: 0 }), 48_000)).toThrow(RangeError);
    expect(() => resample(pcm(noise(10), 100), 48_000)).toThrow(
      expect.objectContaining({ code: 'RESAMPLE_UNSUPPORTED' }),
    );
  });
});

describe('resampledFrames', () => {
  it('is exact beyond 2^53', () => {
    expect(resampledFrames(2 ** 51 + 1, 44_100, 44_100)).toBe(2 ** 51 + 1);
    expect(resampledFrames(1, 384_000, 48_000)).toBe(1);
  });
});
