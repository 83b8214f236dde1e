import { readFileSync } from 'node:fs';
import { testCodec } from '@zarr-audio/codec-testkit';
import { describe, it } from 'vitest';
import { opus } from '../src/opus';
import { native } from './backends/backends-here';

const file = (name: string) => ({
  name,
  bytes: new Uint8Array(readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url))),
});
const inOgg = (name: string) => ({ ...file(name), checksums: true });

const options = {
  foreign: ['flac/bear_flac.ogg', 'flac/love.flac', 'webm_opus/bear-flac-16bit.mka', 'wav/pop.wav'].map(file),
  encodings: [
    { sampleRate: 48_000, channels: 1, sampleType: 'int16', bitsPerSample: 16 },
    { sampleRate: 24_000, channels: 2, sampleType: 'float32', bitsPerSample: 32, options: { bitrate: 48_000 } },
  ],
} as const;

// Every container once; mono, stereo, a chain, three channels in two streams.
const everyContainer = [
  inOgg('ogg_opus/bear.opus'),
  inOgg('ogg_opus/chain.opus'),
  inOgg('ogg_opus/test-3-LCR.opus'),
  file('webm_opus/bear-opus.mka'),
  file('mp4_opus/sample_opus.mp4'),
];

describe.skipIf(!native)('backend native', () => {
  testCodec({ describe, it }, opus({ backend: 'native' }), { ...options, samples: everyContainer });
});

// What does not decode is the same, and has been tried where there is native code.
describe('backend wasm', () => {
  const samples = native ? [inOgg('ogg_opus/detodos.opus'), inOgg('ogg_opus/test-3-LCR.opus')] : everyContainer;
  testCodec({ describe, it }, opus({ backend: 'wasm' }), { ...options, samples });
});
