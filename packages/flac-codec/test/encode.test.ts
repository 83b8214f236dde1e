import { createHash } from 'node:crypto';
import { errorCode, type PcmData, type PcmFormat, type PcmSource } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { Md5 } from '../src/audio-md5/md5';
import { flac } from '../src/flac';
import { sourceOf } from './support/feed';
import { collect, decodeRaw, md5 } from './support/ingested';
import { rawSamples, sound } from './support/sound';

const codec = flac();

function pcmOf(samples: PcmData, format: PcmFormat, blockFrames = 10_000): PcmSource {
  return {
    format,
    container: 'wav',
    codec: 'pcm',
    tags: { title: 'Rain' },
    async *blocks() {
      const length = blockFrames * format.channels;
      for (let at = 0; at < samples.length; at += length) yield samples.slice(at, at + length);
    },
    repairs: () => [],
  };
}

const encode = async (pcm: PcmSource, options = {}) => {
  const { streams } = await collect(codec.encode!(pcm, { options }));
  return streams[0]!;
};
const formatOf = (bitsPerSample: number, channels = 2, sampleRate = 48_000): PcmFormat => ({
  sampleRate,
  channels,
  bitsPerSample,
  sampleType: bitsPerSample > 16 ? 'int32' : 'int16',
});

it('MD5 is that of Node, of any length in any pieces', () => {
  for (const length of [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 1000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37) & 255);
    for (const size of [1, 63, 64, 1000]) {
      const hash = new Md5();
      for (let at = 0; at < length; at += size) hash.update(bytes.subarray(at, at + size));
      expect(Buffer.from(hash.digest()).toString('hex')).toBe(createHash('md5').update(bytes).digest('hex'));
    }
  }
});

describe('what went in comes out, with its MD5 and number of samples in front', () => {
  it.each([
    [8, 1, 8000],
    [12, 2, 48_000],
    [16, 1, 384_000],
    [16, 2, 44_100],
    [16, 8, 655_350],
    [20, 2, 48_000],
    [24, 3, 96_000],
    [24, 2, 250_000],
  ])('%i bits, %i channels, %i Hz', async (bits, channels, sampleRate) => {
    const samples = sound(20_000, channels, bits);
    const format = formatOf(bits, channels, sampleRate);
    const stream = await encode(pcmOf(bits > 16 ? samples : Int16Array.from(samples), format));
    const raw = rawSamples(samples, bits);
    expect((await decodeRaw(stream)).equals(raw)).toBe(true);
    expect(stream.description).toMatchObject({ channels, sampleRate, bitsPerSample: bits });
    expect(stream.description.attributes).toMatchObject({ audio_md5: md5(raw), compression_level: 5 });
    expect(stream.summary).toMatchObject({ totalSamples: 20_000, repairs: [], gaps: [] });
    const scanned = await collect(codec.scan(sourceOf(stream.blob, 1000)));
    expect(scanned.streams[0]!.rows).toEqual(stream.rows);
    expect(scanned.streams[0]!.summary.repairs).toEqual([]);
  });
});

it('other depths go into the next one; levels differ', async () => {
  const samples = Int16Array.from(sound(20_000, 1, 10));
  const small = await encode(pcmOf(samples, formatOf(10, 1)), { compression_level: 8 });
  const large = await encode(pcmOf(samples, formatOf(10, 1)), { compression_level: 0 });
  expect(small.description.bitsPerSample).toBe(12);
  expect((await decodeRaw(small)).equals(Buffer.from(samples.buffer))).toBe(true);
  expect(md5(small.blob)).not.toBe(md5(large.blob));
});

it('the same input gives the same bytes, whatever its blocks are', async () => {
  const samples = Int16Array.from(sound(10_000, 2, 16));
  const [one, other] = [
    await encode(pcmOf(samples, formatOf(16), 10_000)),
    await encode(pcmOf(samples, formatOf(16), 17)),
  ];
  expect(md5(one.blob)).toBe(md5(other.blob));
});

it('float32 becomes 24 bits: exact where it was that, else rounded and cut (PCM_CLIPPED)', async () => {
  const samples = Float32Array.of(0, 0.5, -1, 2 ** -23, 1.5, -3, 2 ** -24);
  const stream = await encode(
    pcmOf(samples, { sampleRate: 48_000, channels: 1, bitsPerSample: 32, sampleType: 'float32' }),
  );
  const raw = await decodeRaw(stream);
  const decoded = Array.from({ length: 7 }, (_, i) => raw.readIntLE(3 * i, 3));
  expect(decoded).toEqual([0, 2 ** 22, -(2 ** 23), 1, 2 ** 23 - 1, -(2 ** 23), 1]);
  expect(stream.summary.repairs).toEqual([{ code: 'PCM_CLIPPED', byteOffset: 0, samples: 2 }]);
});

describe('what can not be encoded', () => {
  it.each([
    ['TOO_MANY_CHANNELS', { channels: 9, sampleRate: 48_000 }, {}],
    ['SAMPLE_RATE_TOO_HIGH', { channels: 1, sampleRate: 655_360 }, {}],
    ['FLAC_RATE_UNSUPPORTED', { channels: 1, sampleRate: 70_001 }, {}],
    ['FLAC_RATE_UNSUPPORTED', { channels: 1, sampleRate: 0 }, {}],
    ['FLAC_BAD_OPTION', { channels: 1, sampleRate: 48_000 }, { compression_level: 9 }],
    ['FLAC_BAD_OPTION', { channels: 1, sampleRate: 48_000 }, { bitrate: 64_000 }],
  ])('%s', (code, format, options) => {
    expect(() => codec.planEncoding!(format, options)).toThrow(expect.objectContaining({ code }));
  });

  it('32 bits: FLAC_TOO_MANY_BITS; no sample: SOURCE_NO_AUDIO', async () => {
    const codeOf = (pcm: PcmSource) => encode(pcm).catch(errorCode);
    expect(await codeOf(pcmOf(new Int32Array(2), formatOf(32)))).toBe('FLAC_TOO_MANY_BITS');
    expect(await codeOf(pcmOf(new Int16Array(0), formatOf(16)))).toBe('SOURCE_NO_AUDIO');
  });

  it('other samples when it is read again: SOURCE_CHANGED', async () => {
    let reads = 0;
    const source = pcmOf(new Int16Array(20), formatOf(16));
    const blocks = async function* () {
      yield Int16Array.of(reads++, 0);
    };
    expect(await encode({ ...source, blocks }).catch(errorCode)).toBe('SOURCE_CHANGED');
  });

  it('samples that do not fit their depth: FLAC_ENCODE_FAILED', async () => {
    const pcm = pcmOf(Int32Array.of(2 ** 30, 5), formatOf(20, 1));
    expect(await encode(pcm).catch(errorCode)).toBe('FLAC_ENCODE_FAILED');
  });
});
