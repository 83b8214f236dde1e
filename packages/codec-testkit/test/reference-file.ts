import type { CodecSample } from '../src/index';
import { crc32 } from '../src/reference/crc32';
import { writeBlock, writeFileHeader } from '../src/reference-codec';

export interface ReferenceFile {
  readonly sampleRate?: number;
  readonly channels?: number;
  readonly bitsPerSample?: number;
  readonly blockFrames?: number;
  readonly blocks?: number;
  /** Blocks that are not there. */
  readonly lost?: readonly number[];
}

/** A file of computed sound: waves, a step further in each channel. */
export function referenceFile(file: ReferenceFile = {}): Uint8Array {
  const { sampleRate = 8000, channels = 2, bitsPerSample = 16, blockFrames = 100, blocks = 40, lost = [] } = file;
  const width = bitsPerSample > 16 ? 4 : 2;
  const parts: Uint8Array[] = [];
  let audioCrc32 = 0;
  let totalSamples = 0;
  for (let block = 0; block < blocks; block++) {
    // The last one is shorter.
    const frames = block === blocks - 1 ? Math.ceil(blockFrames / 3) : blockFrames;
    const samples = new Uint8Array(frames * channels * width);
    const view = new DataView(samples.buffer);
    for (let i = 0; i < frames * channels; i++) {
      const time = block * blockFrames + Math.floor(i / channels);
      const value = Math.round(0.7 * Math.sin(time / (5 + (i % channels))) * 2 ** (bitsPerSample - 1));
      if (width === 2) view.setInt16(2 * i, value, true);
      else view.setInt32(4 * i, value, true);
    }
    if (lost.includes(block)) continue;
    audioCrc32 = crc32(samples, audioCrc32);
    totalSamples = block * blockFrames + frames;
    parts.push(writeBlock({ firstSample: block * blockFrames, frames }, samples));
  }
  const header = writeFileHeader({ sampleRate, channels, bitsPerSample, blockFrames, totalSamples, audioCrc32 });
  return Uint8Array.from([header, ...parts].flatMap((part) => [...part]));
}

export const SAMPLES: readonly CodecSample[] = [
  { name: 'stereo.ref', bytes: referenceFile() },
  { name: 'deep-8-channels.ref', bytes: referenceFile({ channels: 8, bitsPerSample: 24, blocks: 12 }) },
  { name: 'holes.ref', bytes: referenceFile({ channels: 1, lost: [7, 8, 20] }) },
];
