import { readFileSync } from 'node:fs';
import { testCodec } from '@zarr-audio/codec-testkit';
import { describe, it } from 'vitest';
import { flac } from '../src/flac';

const file = (name: string) => ({
  name,
  bytes: new Uint8Array(readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url))),
});

testCodec({ describe, it }, flac(), {
  samples: [
    'flac/love.flac',
    'flac/bear_32bit.flac',
    'flac/bear_flac.ogg',
    'flac/small-shot.flac',
    'flac/subset/38_-_3_channels_3.0_.flac',
    'flac/faulty/11_-_incorrect_metadata_block_length.flac',
  ].map(file),
  foreign: ['ogg_opus/bear.opus', 'webm_opus/bear-flac-16bit.mka', 'mp4_opus/opus.mp4', 'wav/pop.wav'].map(file),
  declares: { checksums: true },
  encodings: [
    { sampleRate: 44_100, channels: 1, sampleType: 'int16', bitsPerSample: 16 },
    { sampleRate: 384_000, channels: 2, sampleType: 'int32', bitsPerSample: 24 },
    { sampleRate: 48_000, channels: 1, sampleType: 'float32', bitsPerSample: 32 },
    { sampleRate: 8000, channels: 8, sampleType: 'int16', bitsPerSample: 8, options: { compression_level: 0 } },
  ],
});
