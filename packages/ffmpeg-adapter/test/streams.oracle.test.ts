import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FfmpegProgress, ffmpegInput } from '../src/index';
import { temporaryFolder } from './fake-ffmpeg';
import { encoded, ffmpeg, fileSource, knownSignal, readAll } from './known-signal';

const lavfi = (source: string) => ['-f', 'lavfi', '-i', source];
const video = lavfi('testsrc=s=64x64:r=10:d=2');

describe('streams of a file', () => {
  it('of a video with subtitles: each sound by its number; one that begins late gets no silence, and that is told', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'film.mkv');
    writeFileSync(join(folder, 'a.srt'), '1\n00:00:00,000 --> 00:00:01,000\nHello\n');
    const sounds = [...lavfi('sine=440:r=8000:d=2'), '-itsoffset', '0.5', ...lavfi('sine=300:r=16000:d=1')];
    const maps = ['-map', '0:a', '-map', '2:v', '-map', '3:s', '-map', '1:a'];
    ffmpeg(...sounds, ...video, '-i', join(folder, 'a.srt'), ...maps, '-c:a', 'pcm_s16le', path);
    const sources = await ffmpegInput().open(fileSource(path));
    expect(sources.map(({ stream, format }) => [stream, format.sampleRate])).toEqual([
      [0, 8_000],
      [1, 16_000],
    ]);
    const lengths = [(await readAll(sources[0]!)).length, (await readAll(sources[1]!)).length];
    expect(lengths).toEqual([16_000, 16_000]);
    expect(sources[0]!.repairs()).toEqual([]);
    expect(sources[1]!.repairs()).toEqual([{ code: 'FFMPEG_STARTS_LATE', byteOffset: 0, samples: 8_000 }]);
  });

  it('a cover is no stream, and delays nothing', async () => {
    const folder = temporaryFolder();
    const cover = join(folder, 'cover.png');
    const path = join(folder, 'a.mp3');
    ffmpeg(...lavfi('color=red:s=32x32:d=1'), '-frames:v', '1', cover);
    ffmpeg(
      ...lavfi('sine=440:r=44100:d=1'),
      '-i',
      cover,
      '-map',
      '0',
      '-map',
      '1',
      '-c:v',
      'copy',
      '-disposition:v',
      'attached_pic',
      path,
    );
    const [source, ...others] = await ffmpegInput().open(fileSource(path));
    expect(others).toEqual([]);
    expect((await readAll(source!)).length).toBe(44_100);
    expect(source!.repairs()).toEqual([]);
  });

  it('without a sample: FFMPEG_NO_AUDIO for that one alone', async () => {
    const path = join(temporaryFolder(), 'a.mov');
    const sounds = [...lavfi('sine=440:r=8000:d=1'), ...lavfi('anullsrc=r=8000')];
    ffmpeg(...sounds, '-map', '0', '-map', '1', '-filter:a:1', 'atrim=end_sample=0', '-c:a', 'pcm_s16le', path);
    const sources = await ffmpegInput().open(fileSource(path));
    expect((await readAll(sources[0]!)).length).toBe(8_000);
    for (const empty of sources.slice(1))
      await expect(readAll(empty)).rejects.toMatchObject({ code: 'FFMPEG_NO_AUDIO' });
  });

  it('progress comes to what was expected', async () => {
    const path = encoded(temporaryFolder(), 'a.flac', knownSignal(44_100, 300_000), 44_100, []);
    const told: FfmpegProgress[] = [];
    const [source] = await ffmpegInput({ onProgress: (progress) => told.push(progress) }).open(fileSource(path));
    await readAll(source!);
    expect(told.length).toBeGreaterThan(3);
    expect(told.at(-1)).toEqual({ name: 'a.flac', stream: 0, frames: 300_000, expectedFrames: 300_000 });
    expect(told.every(({ frames }, i) => i === 0 || frames > told[i - 1]!.frames)).toBe(true);
  });
});

describe('samples', () => {
  const FRAMES = 5_000;
  // Every bit of a float's 24 is used.
  const signal = knownSignal(48_000, FRAMES).map((sample) => Math.round(sample * 2 ** 23) / 2 ** 23);
  const rounded = (bits: number) => signal.map((sample) => Math.round(sample * 2 ** (bits - 1)) / 2 ** (bits - 1));

  it.each([
    ['s24.mov', 'pcm_s24be', 'int32', 24, 24],
    ['s24.flac', 'flac -sample_fmt s32', 'int32', 24, 24],
    ['s24.m4a', 'alac -sample_fmt s32p', 'int32', 24, 24],
    ['s32.mkv', 'pcm_s32le', 'int32', 32, 24],
    ['f32.caf', 'pcm_f32be', 'float32', 32, 24],
    ['f64.mov', 'pcm_f64le', 'float32', 32, 24],
    ['s16.avi', 'pcm_s16le', 'int16', 16, 16],
    ['u8.avi', 'pcm_u8', 'int16', 16, 8],
    ['s8.aiff', 'pcm_s8', 'int16', 16, 8],
  ] as const)('%s, %s, come as %s without loss', async (name, codec, sampleType, bitsPerSample, bits) => {
    const path = encoded(temporaryFolder(), name, signal, 48_000, `-c:a ${codec}`.split(' '));
    const [source] = await ffmpegInput().open(fileSource(path));
    expect(source!.format).toEqual({ sampleRate: 48_000, channels: 1, sampleType, bitsPerSample });
    const heard = await readAll(source!);
    const expected = rounded(bits);
    let different = 0;
    // How an encoder rounds halves is its own affair.
    for (let i = 0; i < FRAMES; i++)
      if (Math.abs(heard[i]! - expected[i]!) > (bits === 24 ? 0 : 2 ** (1 - bits))) different++;
    expect([heard.length, different]).toEqual([FRAMES, 0]);
  });

  it.each([[4], [7], [10], [16], [20]])('%i channels, whose places nothing says, are not mixed', async (channels) => {
    const folder = temporaryFolder();
    const raw = join(folder, 'a.f32');
    const samples = Float32Array.from({ length: channels * 100 }, (_value, i) => (i % channels) / 32 + 1 / 64);
    writeFileSync(raw, samples);
    const path = join(folder, 'a.caf');
    ffmpeg(
      '-f',
      'f32le',
      '-ar',
      '48000',
      '-ac',
      `${channels}`,
      '-guess_layout_max',
      '0',
      '-i',
      raw,
      '-c:a',
      'pcm_f32le',
      path,
    );
    const [source] = await ffmpegInput().open(fileSource(path));
    expect(source!.format.channels).toBe(channels);
    expect(await readAll(source!)).toEqual(samples);
  });
});
