import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ProbedFormat, ProbedStream } from '../src/index';
import { streamExtent } from '../src/stream-extent';
import { fake } from './fake-ffmpeg';

const base = { index: 3, type: 'audio', sampleRate: 44_100, isPicture: false, tags: {} };
const format = (name: string, tags = {}): ProbedFormat => ({ name, isEstimate: false, tags });

/** What an ffprobe leads to that says so much of the first packet and of the media. */
async function extent(container: ProbedFormat, stream: Partial<ProbedStream> & { codec: string }, skip = 0, media = 0) {
  const files = fake();
  const packet = JSON.stringify({ packets: [{ side_data_list: skip > 0 ? [{ skip_samples: skip }] : [] }] });
  const whole = JSON.stringify({ streams: [{ duration_ts: media, time_base: '1/44100' }] });
  writeFileSync(
    files.ffprobePath,
    `#!/bin/sh\ncase "$*" in *ignore_editlist*) echo '${whole}';; *"-select_streams 3"*) echo '${packet}';; esac\n`,
  );
  return streamExtent(files.source.path, container, { ...base, ...stream }, files);
}

const untouched = { keepStart: false, skip: 0, isDelayUnknown: false };

describe('streamExtent', () => {
  it('asks nothing of codecs without a delay', async () => {
    for (const codec of ['flac', 'pcm_s16le', 'vorbis', 'alac']) {
      expect(await streamExtent('a', format('ogg'), { ...base, codec }, { ffprobePath: '/nowhere' })).toEqual(
        untouched,
      );
    }
  });

  it('knows a delay by what the first packet skips', async () => {
    expect(await extent(format('mp3'), { codec: 'mp3' }, 1_105)).toEqual(untouched);
    expect(await extent(format('mp3'), { codec: 'mp3' })).toEqual({ ...untouched, isDelayUnknown: true });
    expect(await extent(format('matroska,webm'), { codec: 'opus' })).toEqual(untouched);
    expect(await extent(format('mpegts'), { codec: 'opus' })).toMatchObject({ isDelayUnknown: true });
  });

  it('takes the end of MP4 from its packets, where the edit list does not mean another', async () => {
    const mp4 = format('mov,mp4,m4a,3gp,3g2,mj2');
    const end = async (durationSeconds: number | undefined, media: number) => {
      const stream = { codec: 'aac', ...(durationSeconds === undefined ? {} : { durationSeconds }) };
      return (await extent(mp4, stream, 1_024, media)).end;
    };
    expect(await end(2.267, 101_027)).toBe(100_003);
    expect(await end(2.268, 101_027)).toBe(100_003);
    expect(await end(undefined, 101_027)).toBe(100_003);
    expect(await end(2, 101_027)).toBe(88_200);
    expect(await end(2.267, 0)).toBeUndefined();
  });

  it('gives back what ffmpeg drops of its own Windows Media', async () => {
    const ours = format('asf', { encoder: 'Lavf59.27.100' });
    const kept = { keepStart: true, isDelayUnknown: false };
    expect(await extent(ours, { codec: 'wmav2' })).toEqual({ ...kept, skip: 2_048 });
    expect(await extent(ours, { codec: 'wmav2', sampleRate: 32_000 })).toEqual({ ...kept, skip: 2_048 });
    expect(await extent(ours, { codec: 'wmav1', sampleRate: 32_000 })).toEqual({ ...kept, skip: 1_024 });
    expect(await extent(ours, { codec: 'wmav2', sampleRate: 16_000 })).toEqual({ ...kept, skip: 512 });
    expect(await extent(format('asf'), { codec: 'wmav2' })).toEqual({ ...untouched, isDelayUnknown: true });
  });
});
