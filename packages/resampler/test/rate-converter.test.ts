import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resample } from '../src/index';
import { createRateConverter } from '../src/rate-converter';
import { noise, pcm, readAll } from './signals';

describe('createRateConverter', () => {
  it('gives the same bits however the input is cut', async () => {
    const rates = [
      [32_000, 48_000],
      [44_100, 48_000],
      [250_000, 48_000],
      [44_101, 48_000],
      [48_000, 8_000],
    ] as const;
    for (const [from, to] of rates) {
      for (const channels of [1, 2, 3]) {
        const samples = noise(5_000 * channels);
        const whole = await readAll(resample(pcm(samples, from, { channels }), to));
        await fc.assert(
          fc.asyncProperty(fc.integer({ min: 1, max: 6_000 }), async (blockFrames) => {
            const cut = await readAll(resample(pcm(samples, from, { channels, blockFrames }), to));
            expect(Buffer.compare(Buffer.from(cut.buffer), Buffer.from(whole.buffer))).toBe(0);
          }),
          { numRuns: 6, examples: [[1], [1_000]] },
        );
      }
    }
  });

  it('treats each channel as if it were alone', async () => {
    const [left, right] = [noise(4_000, 3), noise(4_000, 4)];
    const both = Float32Array.from({ length: 8_000 }, (_, i) => (i % 2 ? right : left)[i >> 1]!);
    const stereo = await readAll(resample(pcm(both, 44_100, { channels: 2 }), 48_000));
    const alone = await readAll(resample(pcm(left, 44_100), 48_000));
    expect(stereo.filter((_, i) => i % 2 === 0)).toEqual(alone);
    expect(stereo.filter((_, i) => i % 2 === 1)).not.toEqual(alone);
  });

  it('refuses what would take too much memory', async () => {
    await expect(createRateConverter(384_000, 4_000, 65_535)).rejects.toMatchObject({ code: 'RESAMPLE_UNSUPPORTED' });
  });

  it('holds little memory for 65,535 channels', async () => {
    const converter = await createRateConverter(44_100, 48_000, 65_535);
    expect(converter.maxFrames).toBe(16);
  });
});
