import { describe, expect, it } from 'vitest';
import { openWav, type PcmData, type PcmSource, WavError } from '../src/index';
import { corpus, fileSource, type Golden, readAll, readGolden, sha256 } from './corpus';

const golden = readGolden().files;

/** Where we differ from ffmpeg 5.1 on purpose. */
interface Difference {
  why: string;
  codec?: string;
  frames?: number;
  /** The first samples, read off the bytes by hand. */
  samples?: number[];
  tags?: Record<string, string>;
  error?: string;
}

const DIFFERENT: Record<string, Difference> = {
  'wav/pcmwaveformat-24bit-4byte-48kHz-stereo.wav': {
    why: 'ffmpeg takes 24 bits in 4 bytes for "24.0 floating point"',
    codec: 'pcm_s32le',
    samples: [-96, 23_052, 8_388_607, -8_360_672],
  },
  'wav/waveformatextensible-24bit-4byte-48kHz-stereo.wav': {
    why: 'the same',
    codec: 'pcm_s32le',
    samples: [-96, 23_052, 8_388_607, -8_360_672],
  },
  'wav/test-44100Hz-be-1ch-4bytes.wav': {
    why: 'ffmpeg reads no big-endian EXTENSIBLE; the little-endian twin has the same samples',
    codec: 'pcm_s32be',
    frames: 4_410,
  },
  'wav/RIFX-16bit-mono.wav': {
    why: 'ffmpeg 5.1 takes the samples for little-endian: noise, where big-endian they are smooth',
    codec: 'pcm_s16be',
    frames: 48_000,
    samples: [0x1c, -0x61, 0xb1, 0x166, 0x3e6, 0x5a1, 0xa1a, 0xc35, 0x1112, 0x14d6],
  },
  'malformed/wave_metadata_bad_len.wav': {
    why: 'ffmpeg drops a text that claims to be longer than its chunk; its beginning is all there',
    codec: 'pcm_s16le',
    frames: 10_648,
    tags: { title: 'Track Title', artist: 'Artist Name', comment: 'Comments' },
  },
  'golden/wav/id3-3.wav': {
    why: 'ffmpeg 5.1 loses its place in a tag of version 3 that is unsynchronised; mutagen reads it as we do',
    codec: 'pcm_s16le',
    frames: 80,
    tags: {
      title: 'ÿ Weir',
      artist: 'Ünit',
      date: '2021-05-04 04:31',
      note: 'second of the comments',
      comment: 'first ÿ',
    },
  },
  'golden/wav/id3-4.wav': {
    why: 'ffmpeg 5.1 finds nothing behind an extended header; mutagen reads it as we do',
    codec: 'pcm_s16le',
    frames: 80,
    tags: {
      ...{ title: 'ÿÿÿ', artist: 'Unit 7', genre: 'Field recording', Höhe: '312 m', Temperature: '21.3C' },
      ...{ date: '2021-05-04T04:31:00', publisher: 'Ça va', comment: 'of the list' },
    },
  },
  'wav/sample_ima_adpcm.wav': { why: 'left to ffmpeg', error: 'WAV_UNSUPPORTED_FORMAT' },
  'wav/test-8000Hz-le-3ch-5S-64bit.wav': { why: 'left to ffmpeg', error: 'WAV_UNSUPPORTED_FORMAT' },
  'malformed/wav_fuzz/crash-e5471f5b58397287b509db7d026e95f1724454f5.wav': {
    why: '0 bits a sample, which ffmpeg takes for 32',
    error: 'WAV_BAD_HEADER',
  },
};

function rawSha256(samples: PcmData, { format }: PcmSource, raw: Golden['raw']): string {
  const shift = raw === 's32le' ? 32 - format.bitsPerSample : 0;
  const full = shift === 0 ? samples : (samples as Int32Array).map((sample) => sample << shift);
  return sha256(new Uint8Array(full.buffer, full.byteOffset, full.byteLength));
}

describe.each(corpus())('%s', (path) => {
  const expected = golden[path];
  const different = DIFFERENT[path];

  it.each([undefined, 1_000, 1])('in pieces of %s bytes: what ffmpeg makes of it, or a code', async (pieceBytes) => {
    expect(expected, 'no golden: record it').toBeDefined();
    let source: PcmSource;
    try {
      [source] = await openWav(fileSource(path, pieceBytes));
    } catch (error) {
      expect(error).toBeInstanceOf(WavError);
      if (different?.error) expect(error).toMatchObject({ code: different.error });
      else expect(expected).toEqual({ error: true });
      return;
    }
    expect(different?.error).toBeUndefined();
    const samples = await readAll(source);
    const { sampleRate, channels } = source.format;
    expect(samples.length).toBe(source.frames! * channels);
    expect(source.container).toBe('wav');
    if (different) {
      expect(source.codec).toBe(different.codec);
      if (different.samples) expect([...samples.subarray(0, different.samples.length)]).toEqual(different.samples);
      if (different.tags) expect(source.tags).toEqual(different.tags);
      if (different.frames) expect(source.frames).toBe(different.frames);
      return;
    }
    expect({
      codec: source.codec,
      sampleRate,
      channels,
      frames: source.frames,
      raw: expected!.raw,
      sha256: rawSha256(samples, source, expected!.raw),
      tags: source.tags,
    }).toEqual(expected);
  });
});

describe('the corpus', () => {
  it('has a golden of every file, and no other', () => {
    expect(Object.keys(golden).sort()).toEqual(corpus().sort());
    expect(Object.keys(golden).length).toBeGreaterThan(55);
  });

  it('big-endian and little-endian twins have the same samples', async () => {
    const [big] = await openWav(fileSource('wav/test-44100Hz-be-1ch-4bytes.wav'));
    const [little] = await openWav(fileSource('wav/test-44100Hz-le-1ch-4bytes.wav'));
    expect(await readAll(big)).toEqual(await readAll(little));
  });

  it.each([
    ['malformed/r11025_u8_c1_trunc.wav', [{ code: 'WAV_DATA_TRUNCATED', byteOffset: 20_000, samples: 24_144 }]],
    [
      'malformed/test-44100Hz-le-1ch-4bytes-early-eof.wav',
      [{ code: 'WAV_DATA_TRUNCATED', byteOffset: 1_024, samples: 4_174 }],
    ],
    ['wav/r11025_s16_c1_trailing.wav', [{ code: 'WAV_TRAILING_BYTES', byteOffset: 22_094, samples: 0 }]],
    ['wav/sample_with_trailing_bytes.wav', [{ code: 'WAV_TRAILING_BYTES', byteOffset: 88_278, samples: 0 }]],
    [
      'wav/pcmwaveformat-24bit-4byte-48kHz-stereo.wav',
      [{ code: 'WAV_SAMPLES_RIGHT_ALIGNED', byteOffset: 44, samples: 0 }],
    ],
    ['malformed/wave_metadata_bad_len.wav', [{ code: 'WAV_BAD_INFO', byteOffset: 36, samples: 0 }]],
    ['malformed/bug1301226-odd.wav', [{ code: 'WAV_SIZE_UNKNOWN', byteOffset: 78, samples: 0 }]],
    [
      'malformed/test-8000Hz-le-3ch-5S-24bit-inconsistent.wav',
      [{ code: 'WAV_FORMAT_INCONSISTENT', byteOffset: 32, samples: 0 }],
    ],
    ['wildlife/20210201_210100T.WAV', []],
    ['wildlife/audiomoth_gps.wav', []],
    ['wav/M1F1-int12WE-AFsp.wav', []],
  ])('%s: what was mended', async (path, repairs) => {
    const [source] = await openWav(fileSource(path));
    await readAll(source);
    expect(source.repairs()).toEqual(repairs);
  });

  it('says what was stored where samples were widened', async () => {
    const bits = async (path: string) => {
      const [source] = await openWav(fileSource(path));
      return [source.format.bitsPerSample, source.original?.bitsPerSample];
    };
    expect(await bits('wav/sample_8bit.wav')).toEqual([16, 8]);
    expect(await bits('wav/M1F1-int12WE-AFsp.wav')).toEqual([16, 12]);
    expect(await bits('wav/sample_float64.wav')).toEqual([32, 64]);
    expect(await bits('wav/sine_24le.wav')).toEqual([24, undefined]);
  });
});
