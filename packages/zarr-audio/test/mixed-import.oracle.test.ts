import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { bytesSource } from '@zarr-audio/codec';
import { ffmpegInput } from '@zarr-audio/ffmpeg-adapter';
import { resample } from '@zarr-audio/resampler';
import { expect, it } from 'vitest';
import { type ImportChoices, probeSource, type Recording } from '../src/index';
import { fileSource } from '../src/node';
import { fixtures } from './support/corpus';
import { codecs, newStore, temporaryFolder } from './support/stores';

function ffmpeg(...args: string[]): Buffer {
  const { status, stdout, stderr, error } = spawnSync('ffmpeg', ['-v', 'error', '-y', ...args], { maxBuffer: 2 ** 26 });
  if (error) throw error;
  if (status !== 0) throw new Error(`ffmpeg ${args.join(' ')}: ${stderr}`);
  return stdout;
}

const OPUS = `${fixtures}ogg_opus/stereo.opus`;
/** Of the file above, by opusfile. */
const OPUS_SAMPLES = 104_640;
const OPTIONS: ImportChoices = { inputs: [ffmpegInput()], resample };

/** Each stream is a tone of its own, so that it shows which one was taken. */
const TONES = { aac: 440, vorbis: 1000, flac: 2500 } as const;
type Codec = keyof typeof TONES | 'opus';

/** A file of such streams, in that order, in a container that its ending names. */
function makeFile(ending: string, streams: readonly Codec[], ...options: string[]): string {
  const path = `${temporaryFolder()}/made.${ending}`;
  const inputs = streams.flatMap((codec) =>
    codec === 'opus' ? ['-i', OPUS] : ['-f', 'lavfi', '-i', `sine=f=${TONES[codec]}:d=3:sample_rate=44100`],
  );
  const maps = streams.flatMap((_, i) => ['-map', `${i}:a`]);
  const encoders = { opus: 'copy', aac: 'aac', vorbis: 'libvorbis', flac: 'flac' };
  const chosen = streams.flatMap((codec, i) => [`-c:a:${i}`, encoders[codec]]);
  ffmpeg(...inputs, ...maps, ...chosen, ...options, path);
  return path;
}

/** Frames that ffmpeg decodes a stream to, at 44.1 kHz. */
const framesOf = (path: string, stream: number) =>
  ffmpeg('-i', path, '-map', `0:a:${stream}`, '-ac', '1', '-f', 's16le', 'pipe:1').byteLength / 2;

/** Of a tone, from the number of times that it rises through zero in a second. */
async function frequency(recording: Recording): Promise<number> {
  const { data, channels } = await recording.read({ start: 24_000, end: 72_000 });
  let rises = 0;
  for (let i = channels; i < data.length; i += channels) if (data[i - channels]! < 0 && data[i]! >= 0) rises++;
  return rises;
}

const FILES: [ending: string, streams: readonly Codec[], ...options: string[]][] = [
  ['mkv', ['opus', 'aac']],
  ['mkv', ['aac', 'opus', 'flac', 'vorbis']],
  ['webm', ['vorbis', 'opus']],
  ['mp4', ['aac', 'opus'], '-strict', '-2'],
  ['ogg', ['opus', 'vorbis']],
];

it.each(FILES)('%s of %j: Opus is kept, what else there is is encoded, numbered as ffmpeg does', async (...made) => {
  const path = makeFile(...made);
  const source = await fileSource(path);
  const [, streams] = made;
  const store = await newStore();
  const report = await probeSource(source, { ...OPTIONS, codecs });
  expect(report.action).toBe('keep');
  const results = await store.import(source, OPTIONS);
  expect(results.map(({ stream, status }) => [stream, status])).toEqual(streams.map((_, i) => [i, 'imported']));
  for (const [i, codec] of streams.entries()) {
    const result = results[i]!;
    if (result.status === 'failed') throw result.error;
    const recording = await store.open(result.id);
    const { info } = recording;
    expect(info.source).toMatchObject({ stream: i, codec });
    expect(report.streams[i]).toMatchObject({ stream: i, status: 'import', codec });
    if (codec === 'opus') {
      expect(info).toMatchObject({ encoder: null, totalSamples: OPUS_SAMPLES });
      expect(report.streams[i]).toMatchObject({ action: 'keep', totalSamples: OPUS_SAMPLES });
    } else {
      // MP4 says where the sound ends; ffmpeg gives the padding of AAC as well.
      const frames = made[0] === 'mp4' ? 3 * 44_100 : framesOf(path, i);
      expect(info.totalSamples).toBe(Math.ceil((frames * 480) / 441));
      expect(Math.abs((await frequency(recording)) - TONES[codec])).toBeLessThanOrEqual(2);
      expect(report.streams[i]).toMatchObject({ action: 'encode', input: 'ffmpeg', sampleRate: 44_100 });
    }
  }
  const again = await store.import(source, OPTIONS);
  expect(again.map(({ status }) => status)).toEqual(streams.map(() => 'duplicate'));
});

it('picks one of them', async () => {
  const source = await fileSource(makeFile('mkv', ['opus', 'aac']));
  const store = await newStore();
  const picked = await store.import(source, { ...OPTIONS, stream: 1, encoding: { bitrate: 32_000 } });
  expect(picked).toMatchObject([{ stream: 1, status: 'imported' }]);
  expect(await store.ids()).toHaveLength(1);
  await expect(store.import(source, { ...OPTIONS, stream: 2 })).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
});

it('keeps what it can where nothing decodes the other', async () => {
  const path = makeFile('mkv', ['opus', 'aac']);
  const source = await fileSource(path);
  const failing = async (file: Parameters<typeof probeSource>[0], options: ImportChoices) =>
    (await (await newStore()).import(file, options)).map((result) =>
      result.status === 'failed' ? (result.error as { code?: string }).code : result.status,
    );
  expect(await failing(source, {})).toEqual(['imported', 'STREAM_OTHER_CODEC']);
  const missing = ffmpegInput({ ffmpegPath: '/nonexistent/ffmpeg' });
  expect(await failing(source, { inputs: [missing], resample })).toEqual(['imported', 'FFMPEG_NOT_FOUND']);
  // A browser has no file for ffmpeg.
  const bytes = bytesSource('made.mkv', readFileSync(path));
  expect(await failing(bytes, OPTIONS)).toEqual(['imported', 'FFMPEG_NEEDS_PATH']);
});
