import { createPcm, type PcmData, type PcmSource, type Repair } from '@zarr-audio/codec';
import { seededRandom } from './random';
import type { EncodingCase } from './subject';

export interface PcmOptions {
  /** Frames of the next block. Default: 1,000. */
  readonly blockFrames?: () => number;
  readonly onOpen?: () => void;
  /** Called before each block. */
  readonly onBlock?: (block: number) => void;
  /** Called when whoever asked for blocks is done with them. */
  readonly onClose?: () => void;
  /** Default: the format is what was stored. */
  readonly original?: PcmSource['original'];
}

/** What the PCM carries beside its samples. */
const TAGS = { title: 'Three tones', comment: 'Grünfink, Zürich:\n47.4° N' };
const REPAIRS: readonly Repair[] = [
  { code: 'WAV_DATA_TRUNCATED', byteOffset: 44, samples: 7 },
  { code: 'WAV_PARTIAL_FRAME', byteOffset: 4096, samples: 0 },
];

/**
 * Computed sound: three tones, others in each channel, with a little noise. Interleaved.
 *
 * @param voice  Other tones with each number.
 */
export function testSound(format: EncodingCase, frames: number, voice = 0): PcmData {
  const { sampleRate, channels, sampleType, bitsPerSample } = format;
  const pcm = createPcm(sampleType, frames * channels);
  const scale = sampleType === 'float32' ? 1 : 2 ** (bitsPerSample - 1);
  const { below } = seededRandom('sound');
  for (let frame = 0; frame < frames; frame++) {
    const time = (2 * Math.PI * frame) / sampleRate;
    for (let channel = 0; channel < channels; channel++) {
      const base = 200 + 50 * channel + 30 * voice;
      const tones = Math.sin(base * time) + Math.sin(3.1 * base * time) + Math.sin(5.7 * base * time);
      const value = scale * (0.2 * tones + 0.01 * (below(2001) / 1000 - 1));
      pcm[frame * channels + channel] = sampleType === 'float32' ? value : Math.floor(value);
    }
  }
  return pcm;
}

/** Samples as a source that gives them in blocks: aborted, it gives no more. Its repairs are known with the last block. */
export function pcmSource(format: EncodingCase, samples: PcmData, options: PcmOptions = {}): PcmSource {
  const { blockFrames = () => 1000, onOpen, onBlock, onClose, original } = options;
  const { sampleRate, channels, sampleType, bitsPerSample } = format;
  let repairs: readonly Repair[] = [];
  return {
    format: { sampleRate, channels, sampleType, bitsPerSample },
    frames: samples.length / channels,
    container: 'test',
    codec: 'pcm',
    tags: TAGS,
    original,
    repairs: () => repairs,
    async *blocks({ signal } = {}) {
      onOpen?.();
      repairs = [];
      try {
        let block = 0;
        for (let at = 0; at < samples.length; ) {
          signal?.throwIfAborted();
          onBlock?.(block++);
          const end = at + Math.max(1, blockFrames()) * channels;
          if (end >= samples.length) repairs = REPAIRS;
          yield samples.subarray(at, end);
          at = end;
        }
      } finally {
        onClose?.();
      }
    },
  };
}
