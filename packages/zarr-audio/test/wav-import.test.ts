import { type PcmData, toInt16 } from '@zarr-audio/codec';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { describe, expect, it } from 'vitest';
import type { ImportOptions } from '../src/index';
import { fileSource } from '../src/node';
import { fixtures } from './support/corpus';
import { backends, bytesOf, cut, importFixture, newStore } from './support/stores';

const inputs = [wavInput()];
const options: ImportOptions = { inputs, resample };

/** The source at 48 kHz, first channel, by our own resampler (which its own tests measure). */
async function sourceAt48k(path: string): Promise<Float64Array> {
  const [pcm] = await wavInput().open(await fileSource(fixtures + path));
  const at48k = pcm!.format.sampleRate === 48_000 ? pcm! : resample(pcm!, 48_000);
  const samples: number[] = [];
  for await (const block of at48k.blocks()) {
    const { data } = toInt16(block as PcmData, at48k.format.bitsPerSample);
    for (let i = 0; i < data.length; i += at48k.format.channels) samples.push(data[i]!);
  }
  return Float64Array.from(samples);
}

/** The lag, in samples, at which two signals correlate best, within +-`reach`. */
function bestLag(a: ArrayLike<number>, b: ArrayLike<number>, reach: number): { lag: number; correlation: number } {
  const energy = (x: ArrayLike<number>) => Array.from(x).reduce((sum, value) => sum + value * value, 0);
  const scale = Math.sqrt(energy(a) * energy(b));
  let best = { lag: 0, correlation: -1 };
  for (let lag = -reach; lag <= reach; lag++) {
    let sum = 0;
    for (let i = Math.max(0, -lag); i < Math.min(a.length, b.length - lag); i++) sum += a[i]! * b[i + lag]!;
    if (sum / scale > best.correlation) best = { lag, correlation: sum / scale };
  }
  return best;
}

const recordings: [string, number, number][] = [
  ['wildlife/audiomoth_gps.wav', 48_000, 95_999],
  ['wildlife/20210201_210100T.WAV', 32_000, 720_000],
  ['wav/weather.wav', 44_100, 340_637],
  ['wildlife/S4A03895_20190522_210000.wav', 22_000, 480_000],
  ['wav/32bitIEEE-16kHz-bext-mono.wav', 16_000, 27_429 * 3],
  ['wav/RIFX-16bit-mono.wav', 8000, 48_000 * 6],
  ['wav/sine_24le.wav', 44_100, 48_000],
  ['wav/M1F1-int12WE-AFsp.wav', 8000, 23_493 * 6],
];

describe.each(recordings)('%s at %i Hz', (path, sampleRate, totalSamples) => {
  it('becomes Opus of the exact length, lined up with the source, entered exactly', async () => {
    const [recording] = await importFixture(await newStore(), path, options);
    expect(recording!.totalSamples).toBe(totalSamples);
    expect(recording!.info).toMatchObject({ verbatim: false, source: { sampleRate }, preSkip: 120 });
    expect(recording!.description.originalSampleRate).toBe(sampleRate);
    const whole = await recording!.read();
    const { channels } = whole;
    const first = Float64Array.from({ length: whole.frames }, (_, i) => whole.data[i * channels]!);
    const window = (signal: Float64Array) => signal.subarray(0, 48_000);
    const { lag, correlation } = bestLag(window(await sourceAt48k(path)), window(first), 300);
    expect(lag).toBe(0);
    // The quiet night recording is noise of a few steps, of which Opus keeps little.
    expect(correlation).toBeGreaterThan(path.includes('S4A03895') ? 0.35 : 0.85);
    // Seek points: all that were measured are exact, and come at least every second where there is room for them.
    expect(whole.maxDiff).toBe(0);
    const { seekPoints } = recording!.info;
    expect(seekPoints!).toBeGreaterThanOrEqual(Math.floor(totalSamples / 48_000 - 1));
    for (const decoder of backends) {
      for (let i = 0; i < 10; i++) {
        const start = Math.floor((totalSamples * i) / 10);
        const end = Math.min(totalSamples, start + 30_000);
        const part = await recording!.read({ start, end, decoder });
        expect(part.maxDiff).toBe(0);
        expect(bytesOf(part.data).equals(cut(whole, start, end))).toBe(true);
      }
    }
  });
});

describe('PCM', () => {
  it('in other sample types: float32 is the integer over its full scale', async () => {
    const [recording] = await importFixture(await newStore(), 'wav/sine_24le.wav', options);
    const int16 = await recording!.read({ end: 1000 });
    const float32 = await recording!.read({ end: 1000, dtype: 'float32' });
    const int32 = await recording!.read({ end: 1000, dtype: 'int32' });
    expect(float32.data).toEqual(Float32Array.from(int16.data, (sample) => sample / 32_768));
    expect(int32.data).toEqual(Int32Array.from(int16.data));
  });

  it('in blocks of any size, and from many callers at once, is the same', async () => {
    const [recording] = await importFixture(await newStore(), 'wildlife/20210201_210100T.WAV', options);
    const whole = await recording!.read();
    for (const blockFrames of [1000, 48_000, 1_000_000]) {
      const parts: Buffer[] = [];
      for await (const block of recording!.blocks({ start: 1234, blockFrames }))
        parts.push(Buffer.from(bytesOf(block.data)));
      expect(Buffer.concat(parts).equals(cut(whole, 1234, whole.frames))).toBe(true);
    }
    const starts = Array.from({ length: 40 }, (_, i) => i * 17_000);
    const blocks = await Promise.all(starts.map((start) => recording!.read({ start, end: start + 20_000 })));
    for (const [i, block] of blocks.entries()) {
      expect(bytesOf(block.data).equals(cut(whole, starts[i]!, starts[i]! + 20_000))).toBe(true);
    }
  });

  it('with a grid in the place of measured seek points reads the same wherever it starts, and says what it is', async () => {
    const [recording] = await importFixture(await newStore(), 'wildlife/20210201_210100T.WAV', {
      ...options,
      seekPoints: 'grid',
    });
    expect(recording!.info.seekPoints).toBe(8);
    const whole = await recording!.read();
    expect(whole.maxDiff).toBe(Number.MAX_SAFE_INTEGER);
    for (const decoder of backends) {
      for (let start = 0; start < 700_000; start += 41_234) {
        const part = await recording!.read({ start, end: start + 20_000, decoder });
        expect(bytesOf(part.data).equals(cut(whole, start, start + 20_000))).toBe(true);
      }
    }
    const fast = await recording!.read({ start: 200_000, end: 201_000, seek: 'fast' });
    expect(fast).toMatchObject({ frames: 1000, maxDiff: Number.MAX_SAFE_INTEGER });
  });

  it('of a file that is another one when it is encoded is noticed', async () => {
    const source = await fileSource(`${fixtures}wildlife/20210201_210100T.WAV`);
    let isHashed = false;
    const changing = {
      name: source.name,
      async *open() {
        let bytesRead = 0;
        for await (const bytes of source.open()) {
          bytesRead += bytes.byteLength;
          // Behind the header, in the pass after the one that went to the end.
          if (isHashed && bytesRead > 300_000) bytes[1000]! ^= 1;
          yield bytes;
        }
        isHashed = bytesRead === source.byteLength;
      },
    };
    const store = await newStore();
    await expect(store.import(changing, { ...options, hashFirst: true })).rejects.toMatchObject({
      code: 'SOURCE_CHANGED',
    });
    expect(await store.ids()).toEqual([]);
  });

  it('counts what is clipped, and tells how much was missing from a file that was cut', async () => {
    const [cutShort] = await importFixture(await newStore(), 'malformed/r11025_u8_c1_trunc.wav', options);
    expect(cutShort!.info.repairs).toMatchObject([
      { code: 'WAV_DATA_TRUNCATED', samples: 44_100 - (20_000 - 44) },
      { code: 'PCM_CLIPPED', samples: expect.any(Number) },
    ]);
    expect(cutShort!.totalSamples).toBe(Math.ceil(((20_000 - 44) * 48_000) / 11_025));
  });

  it('above 48 kHz, or of more than two channels, is refused with the reason', async () => {
    const store = await newStore();
    for (const path of ['wildlife/deermouse-go.wav', 'wildlife/BM003.wav', 'wav/sample_192khz.wav']) {
      await expect(importFixture(store, path, options)).rejects.toMatchObject({ code: 'SAMPLE_RATE_TOO_HIGH' });
    }
    const three = importFixture(store, 'wildlife/fruitfly-song-multichannel.wav', options);
    await expect(three).rejects.toMatchObject({ code: 'TOO_MANY_CHANNELS' });
    expect(await store.ids()).toEqual([]);
  });
});
