import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PcmSource } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { ffmpegInput, findFfmpeg, probe } from '../src/index';
import { temporaryFolder } from './fake-ffmpeg';
import { fileSource, readAll } from './known-signal';

const fixtures = fileURLToPath(new URL('../../../fixtures/', import.meta.url));
const RATE = 44_100;

async function open(path: string): Promise<PcmSource> {
  const sources = await ffmpegInput().open(fileSource(path));
  expect(sources.length).toBe(1);
  return sources[0]!;
}

/** Two seconds of a tone, each channel at half of the one before, as `codec` in a file of this name. */
function tone(name: string, channels: number, ...args: string[]): string {
  const path = join(temporaryFolder(), name);
  const sines = Array.from({ length: channels }, (_, i) => `0.5*${2 ** -i}*sin(2*PI*440*t)`).join('|');
  const source = ['-f', 'lavfi', '-i', `aevalsrc=${sines}:s=${RATE}:d=2`];
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', ...source, ...args, path]);
  return path;
}

const sine = (i: number) => 0.5 * Math.sin((2 * Math.PI * 440 * i) / RATE);

describe('with the real ffmpeg', () => {
  it.each([
    ['flac', 'a.flac', ['-sample_fmt', 's16'], 'int16', 16],
    ['flac of 24 bits', 'a.flac', ['-sample_fmt', 's32'], 'int32', 24],
    ['wav of 24 bits', 'a.wav', ['-c:a', 'pcm_s24le'], 'int32', 24],
    ['wav of 32 bits', 'a.wav', ['-c:a', 'pcm_s32le'], 'int32', 32],
    ['wav of 8 bits', 'a.wav', ['-c:a', 'pcm_u8'], 'int16', 16],
    ['wav of floats', 'a.wav', ['-c:a', 'pcm_f32le'], 'float32', 32],
    ['alac', 'a.m4a', ['-c:a', 'alac', '-sample_fmt', 's16p'], 'int16', 16],
    ['mp3', 'a.mp3', ['-b:a', '192k'], 'float32', 32],
    ['aac', 'a.m4a', ['-c:a', 'aac', '-b:a', '192k'], 'float32', 32],
    ['vorbis', 'a.ogg', ['-c:a', 'libvorbis'], 'float32', 32],
  ] as const)('%s is the signal that went in', async (_, name, args, sampleType, bitsPerSample) => {
    const source = await open(tone(name, 1, ...args));
    expect(source.format).toEqual({ sampleRate: RATE, channels: 1, sampleType, bitsPerSample });
    const samples = await readAll(source);
    expect(samples.length).toBe(2 * RATE);
    const lossless = sampleType !== 'float32' || name === 'a.wav';
    const worst = lossless ? (args.includes('pcm_u8' as never) ? 0.005 : 0.00004) : 0.02;
    let error = 0;
    for (let i = 3_000; i < 80_000; i++) error = Math.max(error, Math.abs(samples[i]! - sine(i)));
    expect(error).toBeLessThan(worst);
    expect(source.repairs()).toEqual([]);
  });

  it.each([
    [3, '3.0'],
    [3, '2.1'],
    [4, '4.0'],
    [6, '5.1'],
  ])('%i channels of layout %s are not mixed', async (channels, layout) => {
    const source = await open(
      tone('a.flac', channels, '-af', `channelmap=channel_layout=${layout}`, '-sample_fmt', 's16'),
    );
    expect(source.format.channels).toBe(channels);
    const samples = await readAll(source);
    expect(samples.length).toBe(2 * RATE * channels);
    for (let channel = 0; channel < channels; channel++) {
      const value = samples[25 * channels + channel]!;
      expect(value).toBeCloseTo(sine(25) / 2 ** channel, 3);
    }
  });

  it('the corpus decodes to as many samples as its headers say', async () => {
    const source = await open(`${fixtures}wildlife/20210201_210100T.WAV`);
    expect(source).toMatchObject({
      container: 'wav',
      codec: 'pcm_s16le',
      tags: { artist: 'AudioMoth 11X111111X111111' },
    });
    expect((await readAll(source)).length).toBe(480_000);
    const adpcm = await open(`${fixtures}wav/sample_ima_adpcm.wav`);
    expect((await readAll(adpcm)).length).toBe(44_902);
  });

  it('names are only names', async () => {
    const folder = temporaryFolder();
    const names = [
      '-y',
      '-i.wav',
      'a\nb.wav',
      'http:x.wav',
      'concat:a|b.wav',
      'a%03d.wav',
      'ä ö "\'$(touch x)`.wav',
      'pipe:0',
    ];
    for (const name of names) {
      const path = join(folder, name);
      copyFileSync(`${fixtures}wav/pop.wav`, path);
      expect((await readAll(await open(path))).length).toBe(100);
      expect((await probe(path)).streams[0]).toMatchObject({ type: 'audio', codec: 'pcm_s16le', sampleRate: RATE });
    }
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });

  it('what is no audio file has a code', async () => {
    const text = join(temporaryFolder(), 'a.txt');
    writeFileSync(text, 'nothing to hear\n'.repeat(10));
    await expect(open(text)).rejects.toMatchObject({ code: expect.stringMatching(/^FFMPEG_(FAILED|REFUSED_FORMAT)$/) });
    await expect(open(join(temporaryFolder(), 'missing.mp3'))).rejects.toMatchObject({ code: 'FFMPEG_FAILED' });
  });

  it('every stream of a file is one source', async () => {
    const path = join(temporaryFolder(), 'two.mka');
    const lavfi = (hz: number, rate: number) => ['-f', 'lavfi', '-i', `sine=${hz}:r=${rate}:d=1`];
    const codecs = ['-map', '0', '-map', '1', '-c:a:0', 'flac', '-c:a:1', 'pcm_s16le'];
    execFileSync('ffmpeg', ['-nostdin', '-v', 'error', ...lavfi(440, 8_000), ...lavfi(300, 22_050), ...codecs, path]);
    const sources = await ffmpegInput().open(fileSource(path));
    expect(sources.map((source) => [source.codec, source.format.sampleRate])).toEqual([
      ['flac', 8_000],
      ['pcm_s16le', 22_050],
    ]);
    expect((await readAll(sources[0]!)).length).toBe(8_000);
    expect((await readAll(sources[1]!)).length).toBe(22_050);
  });

  it('damage is told', async () => {
    const path = tone('a.mp3', 1, '-b:a', '128k');
    const bytes = readFileSync(path);
    bytes.fill(0x55, 8_000, 12_000);
    writeFileSync(path, bytes);
    const source = await open(path);
    const frames = (await readAll(source)).length;
    expect(frames).toBeGreaterThan(60_000);
    expect(source.repairs().map(({ code }) => code)).toEqual(['FFMPEG_REPORTED_ERRORS', 'FFMPEG_SHORTER_THAN_STATED']);
  });

  it('is found', async () => {
    expect(await findFfmpeg()).toMatchObject({
      ffmpeg: expect.stringMatching(/ffmpeg/),
      ffprobe: expect.stringMatching(/ffprobe/),
    });
  });
});
