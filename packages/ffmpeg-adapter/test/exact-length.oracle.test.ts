import { describe, expect, it } from 'vitest';
import { ffmpegInput } from '../src/index';
import { temporaryFolder } from './fake-ffmpeg';
import { encoded, fileSource, knownSignal, lag, readAll } from './known-signal';

const FRAMES = 100_003;
const signals = new Map([8_000, 22_050, 44_100, 48_000].map((rate) => [rate, knownSignal(rate, FRAMES)]));

/** What comes out of a file that ffmpeg encoded from `FRAMES` frames. */
async function imported(name: string, args: string, sampleRate: number) {
  const signal = signals.get(sampleRate)!;
  const path = encoded(temporaryFolder(), name, signal, sampleRate, args.split(' '));
  const sources = await ffmpegInput().open(fileSource(path));
  const heard = await readAll(sources[0]!);
  return {
    lag: lag(signal, heard),
    more: heard.length - FRAMES,
    repairs: sources[0]!.repairs().map(({ code }) => code),
  };
}

const DELAY = ['FFMPEG_DELAY_UNKNOWN'];

describe('the exact stretch of sound, measured with a known signal', () => {
  it.each([
    ['a.mp3', '-c:a libmp3lame -b:a 128k', 44_100],
    ['a.mp3', '-c:a libmp3lame -q:a 2', 22_050],
    ['a.mp3', '-c:a libmp3lame', 8_000],
    ['mp3.mp4', '-c:a libmp3lame', 44_100],
    ['a.m4a', '-c:a aac', 44_100],
    ['a.m4a', '-c:a aac', 48_000],
    ['a.m4a', '-c:a aac', 8_000],
    ['a.mov', '-c:a aac', 44_100],
    ['a.flac', '-c:a flac', 44_100],
    ['a.oga', '-c:a flac', 44_100],
    ['flac.mkv', '-c:a flac', 44_100],
    ['flac.mp4', '-c:a flac -strict -2', 44_100],
    ['alac.m4a', '-c:a alac', 44_100],
    ['a.wv', '-c:a wavpack', 44_100],
    ['a.tta', '-c:a tta', 44_100],
    ['vorbis.ogg', '-c:a libvorbis', 44_100],
    ['opus.mkv', '-c:a libopus', 48_000],
    ['opus.mp4', '-c:a libopus', 48_000],
    ['pcm.mov', '-c:a pcm_s24be', 44_100],
    ['pcm.avi', '-c:a pcm_s16le', 44_100],
    ['pcm.mkv', '-c:a pcm_f32le', 44_100],
    ['a.aiff', '-c:a pcm_s16be', 44_100],
    ['a.caf', '-c:a pcm_s24be', 44_100],
    ['a.au', '-c:a pcm_s16be', 44_100],
  ])('%s, %s at %i Hz: lag 0 and the length that went in', async (name, args, rate) => {
    expect(await imported(name, args, rate)).toEqual({ lag: 0, more: 0, repairs: [] });
  });

  it.each([
    ['a.wma', '-c:a wmav2', 44_100, 349],
    ['a.wma', '-c:a wmav2', 22_050, 349],
    ['a.wma', '-c:a wmav2 -b:a 32k', 8_000, 349],
    ['v1.wma', '-c:a wmav1', 44_100, 349],
    ['ac3.mp4', '-c:a ac3', 48_000, 1_117],
    ['vorbis.mkv', '-c:a libvorbis', 44_100, 93],
    ['opus.nut', '-c:a libopus', 48_000, 485],
    ['adpcm.wav', '-c:a adpcm_ima_wav', 44_100, 6],
  ])('%s, %s at %i Hz: lag 0, and %i samples of padding that nothing states', async (name, args, rate, more) => {
    expect(await imported(name, args, rate)).toEqual({ lag: 0, more, repairs: [] });
  });

  it.each([
    ['untagged.mp3', '-c:a libmp3lame -write_xing 0', 44_100, 1_105, 1_373],
    ['vbr.mp3', '-c:a libmp3lame -q:a 5 -write_xing 0', 44_100, 1_105, 1_373],
    ['mp3.mkv', '-c:a libmp3lame', 44_100, 1_105, 1_105],
    ['mp3.avi', '-c:a libmp3lame', 44_100, 1_105, 1_373],
    ['a.mp2', '-c:a mp2', 44_100, 481, 221],
    ['a.aac', '-c:a aac', 44_100, 1_024, 1_373],
    ['aac.mkv', '-c:a aac', 44_100, 1_024, 1_373],
    ['aac.ts', '-c:a aac', 44_100, 1_024, 1_373],
    ['aac.flv', '-c:a aac', 44_100, 1_024, 1_373],
    ['fragments.mp4', '-c:a aac -movflags +frag_keyframe+empty_moov', 44_100, 1_024, 1_024],
    ['a.ac3', '-c:a ac3', 48_000, 256, 1_373],
    ['a.eac3', '-c:a eac3', 48_000, 256, 1_373],
    ['a.dts', '-c:a dca -strict -2', 48_000, 512, 349],
    ['opus.ts', '-c:a libopus', 48_000, 312, 797],
    ['opus.caf', '-c:a libopus', 48_000, 312, 797],
  ])('%s, %s at %i Hz: no delay is stated, and that is told', async (name, args, rate, late, more) => {
    expect(await imported(name, args, rate)).toEqual({ lag: late, more, repairs: DELAY });
  });

  it('what Windows Media loses is told where ffmpeg did not write it', async () => {
    const path = encoded(temporaryFolder(), 'a.wma', signals.get(44_100)!, 44_100, [
      '-c:a',
      'wmav2',
      '-fflags',
      '+bitexact',
    ]);
    const [source] = await ffmpegInput().open(fileSource(path));
    await readAll(source!);
    expect(source!.repairs()).toEqual([{ code: 'FFMPEG_DELAY_UNKNOWN', byteOffset: 0, samples: 0 }]);
  });
});
