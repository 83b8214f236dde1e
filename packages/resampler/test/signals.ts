import type { PcmData, PcmSource } from '../src/index';

/** A source of the samples, given in blocks of `blockFrames`. */
export function pcm(
  samples: PcmData,
  sampleRate: number,
  options: { channels?: number; blockFrames?: number; bitsPerSample?: number; frames?: number | undefined } = {},
): PcmSource {
  const { channels = 1, blockFrames = 65_536, bitsPerSample = samples instanceof Int16Array ? 16 : 32 } = options;
  const sampleType = samples instanceof Int16Array ? 'int16' : samples instanceof Int32Array ? 'int32' : 'float32';
  return {
    format: { sampleRate, channels, sampleType, bitsPerSample },
    frames: 'frames' in options ? options.frames : samples.length / channels,
    container: 'wav',
    codec: 'pcm_f32le',
    tags: { artist: 'AudioMoth' },
    async *blocks({ signal } = {}) {
      for (let at = 0; at < samples.length; at += blockFrames * channels) {
        signal?.throwIfAborted();
        yield samples.subarray(at, at + blockFrames * channels);
      }
    },
    repairs: () => [{ code: 'WAV_DATA_TRUNCATED', byteOffset: 44, samples: 3 }],
  };
}

export async function readAll(source: PcmSource, signal?: AbortSignal): Promise<Float32Array> {
  const blocks: PcmData[] = [];
  let length = 0;
  for await (const block of source.blocks({ signal })) {
    blocks.push(block);
    length += block.length;
  }
  const all = new Float32Array(length);
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}

export function sine(hz: number, sampleRate: number, frames: number): Float32Array {
  return Float32Array.from({ length: frames }, (_, i) => 0.9 * Math.sin((2 * Math.PI * hz * i) / sampleRate));
}

/** Reproducible noise in [-1, 1). */
export function noise(length: number, seed = 1): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Power of `expected` over that of the difference in `[start, end)`, in dB. */
export function snrDb(actual: Float32Array, expected: Float32Array, start: number, end: number): number {
  let signal = 0;
  let error = 0;
  for (let i = start; i < end; i++) {
    signal += expected[i]! ** 2;
    error += (expected[i]! - actual[i]!) ** 2;
  }
  return 10 * Math.log10(signal / error);
}
