import type { PcmData, PcmFormat, PcmSource } from '@zarr-audio/codec';

/** As 24 hydrophones would give it: float32, at a rate that only ships have. */
export const ARRAY_FORMAT: PcmFormat = { sampleRate: 39_062, channels: 24, sampleType: 'float32', bitsPerSample: 32 };

/** Samples that repeat nowhere; among them some that only float32 has. */
export function arraySound(frames: number): Float32Array {
  const samples = new Float32Array(frames * ARRAY_FORMAT.channels);
  let noise = 20261123;
  for (let i = 0; i < samples.length; i++) {
    noise = (Math.imul(noise, 1664525) + 1013904223) | 0;
    samples[i] = noise / 2 ** 31;
  }
  samples.set([-0, 1e-42, 3.5, -1e30], 1000);
  return samples;
}

/** Samples as an input gives them, in blocks of so many frames. */
export function pcmSource(format: PcmFormat, samples: PcmData, blockFrames: number): PcmSource {
  return {
    format,
    frames: samples.length / format.channels,
    container: 'test',
    codec: 'pcm',
    tags: {},
    async *blocks({ signal } = {}) {
      const length = blockFrames * format.channels;
      for (let at = 0; at < samples.length; at += length) {
        signal?.throwIfAborted();
        yield samples.subarray(at, at + length);
      }
    },
    repairs: () => [],
  };
}
