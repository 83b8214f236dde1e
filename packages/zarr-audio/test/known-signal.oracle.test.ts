import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry, toFloat32 } from '@zarr-audio/codec';
import { ffmpegInput } from '@zarr-audio/ffmpeg-adapter';
import { flac } from '@zarr-audio/flac-codec';
import { opus } from '@zarr-audio/opus-codec';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { describe, expect, it } from 'vitest';
import { encoded, ffmpeg, knownSignal, lag } from '../../ffmpeg-adapter/test/known-signal';
import { type ImportOptions, memoryStorage, openOrCreateStore, type Recording } from '../src/index';
import { fileSource } from '../src/node';
import { temporaryFolder } from './support/stores';

const FRAMES = 100_003;
const codecs = createRegistry([opus({ onWarning: () => undefined }), flac()]);

async function imported(path: string, options: ImportOptions): Promise<{ recording: Recording; heard: Float32Array }> {
  const store = await openOrCreateStore(memoryStorage(), { codecs });
  const results = await store.import(await fileSource(path), {
    inputs: [wavInput(), ffmpegInput()],
    resample,
    ...options,
  });
  const [result] = results;
  if (result!.status === 'failed') throw result!.error;
  const recording = await store.open(result!.id);
  const { data } = await recording.read();
  return { recording, heard: toFloat32(data, recording.info.bitsPerSample) };
}

/** The signal at 48 kHz, by ffmpeg's resampler. */
function at48k(signal: Float32Array, sampleRate: number): Float32Array {
  if (sampleRate === 48_000) return signal;
  const folder = temporaryFolder();
  const [raw, out] = [join(folder, 'in.f32'), join(folder, 'out.f32')];
  writeFileSync(raw, signal);
  ffmpeg('-f', 'f32le', '-ar', `${sampleRate}`, '-ac', '1', '-i', raw, '-ar', '48000', '-f', 'f32le', out);
  return new Float32Array(new Uint8Array(readFileSync(out)).buffer);
}

describe('a known signal, out of the store as it went into the file', () => {
  it.each([
    ['a.mp3', '-c:a libmp3lame -b:a 128k', 44_100],
    ['a.mp3', '-c:a libmp3lame -q:a 2', 22_050],
    ['a.m4a', '-c:a aac', 44_100],
    ['a.m4a', '-c:a aac', 48_000],
    ['a.flac', '-c:a flac -sample_fmt s16', 44_100],
    ['a.flac', '-c:a flac -sample_fmt s16', 48_000],
    ['flac.mkv', '-c:a flac -sample_fmt s16', 44_100],
    ['a.wav', '-c:a pcm_s16le', 44_100],
  ])('%s, %s at %i Hz: lag 0 and the stated length, as FLAC and as Opus', async (name, args, sampleRate) => {
    const signal = knownSignal(sampleRate, FRAMES);
    const path = encoded(temporaryFolder(), name, signal, sampleRate, args.split(' '));

    const lossless = await imported(path, { codec: 'flac' });
    const { info } = lossless.recording;
    expect(info).toMatchObject({ codec: 'flac', sampleRate, totalSamples: FRAMES, repairs: [], gaps: [], trims: [] });
    expect(lag(signal, lossless.heard)).toBe(0);

    const lossy = await imported(path, { codec: 'opus' });
    const totalSamples = Math.ceil((FRAMES * 48_000) / sampleRate);
    const { repairs } = lossy.recording.info;
    expect(lossy.recording.info).toMatchObject({ codec: 'opus', sampleRate: 48_000, totalSamples });
    // Loud clicks grow in the resampler: the only thing that may be told.
    expect(repairs.filter(({ code }) => code !== 'PCM_CLIPPED')).toEqual([]);
    expect(lag(at48k(signal, sampleRate), lossy.heard)).toBe(0);
  });

  it.each([96_000, 250_000])(
    'ultrasound at %i Hz, as FLAC and reinterpreted: lag 0, and no sample more or less',
    async (sampleRate) => {
      const signal = knownSignal(sampleRate, FRAMES);
      for (const name of ['a.wav', 'a.flac']) {
        const path = encoded(temporaryFolder(), name, signal, sampleRate, ['-sample_fmt', 's16']);
        for (const options of [{ codec: 'flac' }, { codec: 'opus', ultrasonic: 'reinterpret' }] as const) {
          const { recording, heard } = await imported(path, options);
          expect(recording.info).toMatchObject({ codec: options.codec, sampleRate, totalSamples: FRAMES, repairs: [] });
          expect(lag(signal, heard)).toBe(0);
        }
      }
    },
  );
});
