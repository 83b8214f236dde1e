import { ConverterType, create } from '@alexanderolsen/libsamplerate-js';
import { describe, expect, it } from 'vitest';
import { resample } from '../src/index';
import { noise, pcm, readAll, snrDb } from './signals';

/** Noise with nothing above 0.8 of the Nyquist rate: by a long filter of another kind than the one under test. */
function bandLimited(length: number): Float32Array {
  const white = noise(length + 400);
  const taps = Array.from({ length: 401 }, (_, k) => {
    const t = k - 200;
    const hann = 0.5 + 0.5 * Math.cos((Math.PI * t) / 200.5);
    return (t === 0 ? 0.75 : Math.sin(0.75 * Math.PI * t) / (Math.PI * t)) * hann ** 2;
  });
  return Float32Array.from({ length }, (_, i) => 0.3 * taps.reduce((sum, tap, k) => sum + tap * white[i + k]!, 0));
}

describe('beside libsamplerate, best quality', () => {
  it.each([
    [32_000, 48_000],
    [44_100, 48_000],
    [22_050, 48_000],
    [96_000, 88_200],
  ])('%i to %i Hz: the samples are the same to 100 dB', async (from, to) => {
    const input = bandLimited(20_000);
    const ours = await readAll(resample(pcm(input, from), to));
    const peer = await create(1, from, to, { converterType: ConverterType.SRC_SINC_BEST_QUALITY });
    const theirs = peer.full(input).slice();
    peer.destroy();
    expect(snrDb(ours, theirs, 1_000, theirs.length - 1_000)).toBeGreaterThan(100);
  });
});
