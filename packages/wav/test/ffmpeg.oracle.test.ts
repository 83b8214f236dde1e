import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeWav } from '../src/index';
import { corpus, fixtures, type Golden, goldenPath, readGolden, sha256 } from './corpus';

/*
 * Compares the goldens with the ffmpeg that is here. RECORD_GOLDENS=1 writes them anew:
 *
 *   RECORD_GOLDENS=1 npx vitest run --config vitest.oracles.config.ts packages/wav
 */

const version = () =>
  execFileSync('ffprobe', ['-version'], { encoding: 'utf8' })
    .split('\n')[0]!
    .replace(/ Copyright.*/, '');

interface Stream {
  codec_name?: string;
  sample_fmt?: string;
  sample_rate: string;
  channels: number;
}

function inspect(path: string): Golden {
  const probed = spawnSync('ffprobe', ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', path], {
    encoding: 'utf8',
  });
  if (probed.error) throw probed.error;
  const { streams = [], format } = JSON.parse(probed.stdout || '{}') as {
    streams?: Stream[];
    format?: { tags?: Record<string, string> };
  };
  const [stream] = streams;
  if (!stream?.codec_name || !stream.sample_fmt) return { error: true };
  const raw = /^(u8|s16)/.test(stream.sample_fmt) ? 's16le' : /^(flt|dbl)/.test(stream.sample_fmt) ? 'f32le' : 's32le';
  const decoded = spawnSync('ffmpeg', ['-nostdin', '-v', 'error', '-i', path, '-map', '0:a:0', '-f', raw, '-'], {
    maxBuffer: 1 << 28,
  });
  return {
    codec: stream.codec_name,
    sampleRate: Number(stream.sample_rate),
    channels: stream.channels,
    frames: decoded.stdout.length / (raw === 's16le' ? 2 : 4) / stream.channels,
    raw,
    sha256: sha256(decoded.stdout),
    tags: format?.tags ?? {},
  };
}

describe('the goldens', () => {
  it('are what ffprobe and ffmpeg say of every file', () => {
    const files = Object.fromEntries(corpus().map((path) => [path, inspect(fixtures + path)]));
    if (process.env.RECORD_GOLDENS) {
      mkdirSync(dirname(goldenPath), { recursive: true });
      writeFileSync(goldenPath, `${JSON.stringify({ oracle: version(), files }, null, 1)}\n`);
    }
    expect(files).toEqual(readGolden().files);
  });
});

describe('what we write', () => {
  const cases = [
    ['int16', 16, 1, 'pcm_s16le', 's16le'],
    ['int16', 16, 2, 'pcm_s16le', 's16le'],
    ['int16', 16, 6, 'pcm_s16le', 's16le'],
    ['int32', 24, 1, 'pcm_s24le', 's32le'],
    ['int32', 20, 2, 'pcm_s24le', 's32le'],
    ['int32', 32, 2, 'pcm_s32le', 's32le'],
    ['float32', 32, 8, 'pcm_f32le', 'f32le'],
  ] as const;

  it.each(cases)('ffmpeg reads back %s of %i bits, %i channels', (sampleType, bitsPerSample, channels, codec, raw) => {
    const folder = mkdtempSync(join(tmpdir(), 'wav-'));
    try {
      const path = join(folder, 'a.wav');
      const frames = 1_001;
      const value = (i: number) => Math.round(Math.sin(i) * 2 ** (bitsPerSample - 1) * 0.9);
      const length = frames * channels;
      const samples =
        sampleType === 'int16'
          ? Int16Array.from({ length }, (_, i) => value(i))
          : sampleType === 'int32'
            ? Int32Array.from({ length }, (_, i) => value(i))
            : Float32Array.from({ length }, (_, i) => Math.sin(i));
      writeFileSync(path, encodeWav(samples, { sampleRate: 44_100, channels, sampleType, bitsPerSample }));
      const full = samples.map((v) => (sampleType === 'int32' ? v << (32 - bitsPerSample) : v));
      expect(inspect(path)).toEqual({
        codec,
        sampleRate: 44_100,
        channels,
        frames,
        raw,
        sha256: sha256(new Uint8Array(full.buffer)),
        tags: {},
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    [3, '3.0'],
    [4, 'quad'],
    [5, '5.0'],
    [6, '5.1'],
    [7, '6.1'],
    [8, '7.1'],
  ])('ffprobe names the layout of %i channels %s', (channels, layout) => {
    const file = encodeWav(new Int16Array(channels), {
      sampleRate: 48_000,
      channels,
      sampleType: 'int16',
      bitsPerSample: 16,
    });
    const args = ['-v', 'error', '-show_entries', 'stream=channel_layout', '-of', 'csv=p=0', '-'];
    const said = execFileSync('ffprobe', args, { input: file, encoding: 'utf8' }).trim();
    expect(said.replace(/\(.*\)/, '')).toBe(layout.replace(/\(.*\)/, ''));
  });
});
