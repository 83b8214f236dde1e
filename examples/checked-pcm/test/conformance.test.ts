import { describe, it } from 'node:test';
import type { PcmData, PcmFormat } from '@zarr-audio/codec';
import { testCodec } from '@zarr-audio/codec-testkit';
import { checkedPcm } from 'checked-pcm';
import { collect } from './events.js';
import { ARRAY_FORMAT, arraySound, pcmSource } from './sound.js';

const codec = checkedPcm();

async function sample(name: string, format: PcmFormat, samples: PcmData, blockFrames: number) {
  const options = { block_frames: blockFrames };
  const { bytes } = await collect(codec.encode!(pcmSource(format, samples, 1000), { options }));
  return { name, bytes };
}

const speech = { sampleRate: 16_000, channels: 1, sampleType: 'int16', bitsPerSample: 12 } as const;
const deep = { sampleRate: 384_000, channels: 2, sampleType: 'int32', bitsPerSample: 24 } as const;
const whole = await sample('array.cpcm', ARRAY_FORMAT, arraySound(3000), 100);
const hurt = whole.bytes.slice();
hurt[hurt.length >> 1]! ^= 1;

testCodec({ describe, it }, codec, {
  samples: [
    whole,
    await sample(
      'speech.cpcm',
      speech,
      Int16Array.from({ length: 8001 }, (_, i) => 2000 * Math.sin(i / 9)),
      250,
    ),
    await sample(
      'deep.cpcm',
      deep,
      Int32Array.from({ length: 9000 }, (_, i) => ((i * 7919) % 2 ** 24) - 2 ** 23),
      333,
    ),
    { name: 'hurt.cpcm', bytes: hurt },
    { name: 'cut.cpcm', bytes: whole.bytes.slice(0, whole.bytes.length >> 1) },
  ],
  declares: { checksums: true },
  encodings: [speech, deep, ARRAY_FORMAT, { ...ARRAY_FORMAT, channels: 100, options: { block_frames: 7 } }],
});
