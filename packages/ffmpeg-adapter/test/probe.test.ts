import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { probe } from '../src/index';
import { fake, probed, stream } from './fake-ffmpeg';

describe('probe', () => {
  it('is what ffprobe says, with types', async () => {
    const files = fake();
    files.say(
      JSON.stringify({
        streams: [
          {
            index: 0,
            codec_name: 'mjpeg',
            codec_type: 'video',
            sample_rate: 'N/A',
            start_time: '0.025000',
            disposition: { attached_pic: 1 },
          },
          stream({
            index: 1,
            codec_name: 'flac',
            bits_per_sample: 0,
            bits_per_raw_sample: '24',
            tags: { title: 'a', n: 3 },
          }),
          { index: 2, codec_type: 'data' },
        ],
        program_version: { version: '5.1.9' },
        format: { format_name: 'flac', duration: '1.500000', bit_rate: '64000', tags: { ARTIST: 'AudioMoth' } },
      }),
    );
    const { json, ...result } = await probe(files.source.path, files);
    expect(result).toEqual({
      version: '5.1.9',
      format: { name: 'flac', isEstimate: false, durationSeconds: 1.5, bitRate: 64_000, tags: { ARTIST: 'AudioMoth' } },
      streams: [
        { index: 0, type: 'video', codec: 'mjpeg', startSeconds: 0.025, isPicture: true, tags: {} },
        {
          index: 1,
          type: 'audio',
          codec: 'flac',
          sampleRate: 8_000,
          channels: 1,
          sampleFormat: 's16',
          bitsPerRawSample: 24,
          isPicture: false,
          tags: { title: 'a' },
        },
        { index: 2, type: 'data', codec: 'unknown', isPicture: false, tags: {} },
      ],
    });
    expect(JSON.parse(json).format.format_name).toBe('flac');
  });

  it('hands over names as nothing but names of local files', async () => {
    const files = fake();
    files.say(probed(stream()));
    for (const name of ['-y', 'http:x', 'concat:a|b', '%03d.wav']) {
      await probe(name, files);
      const args = files.args('ffprobe');
      expect(args.slice(args.indexOf('-protocol_whitelist'))).toEqual([
        '-protocol_whitelist',
        'file',
        '-format_whitelist',
        expect.stringContaining(',mov,mp4,'),
        '-i',
        `file:${join(process.cwd(), name)}`,
      ]);
    }
  });

  it('FFMPEG_BAD_OUTPUT for anything else than its JSON', async () => {
    for (const text of ['', 'nonsense', '[]', 'null', '{}', '{"format":{"format_name":"wav"}}', '{"streams":[]}']) {
      const files = fake();
      files.say(text);
      await expect(probe(files.source.path, files)).rejects.toMatchObject({ code: 'FFMPEG_BAD_OUTPUT' });
    }
    const endless = fake({ ffprobe: 'cat /dev/zero' });
    await expect(probe(endless.source.path, endless)).rejects.toMatchObject({ code: 'FFMPEG_BAD_OUTPUT' });
  });

  it('knows durations that are guesses', async () => {
    const files = fake({
      ffprobe: `echo '[mp3 @ 0x1] Estimating duration from bitrate, this may be inaccurate' >&2; cat "$JSON"`,
    });
    vi.stubEnv('JSON', join(files.folder, 'probed.json'));
    expect((await probe(files.source.path, files)).format.isEstimate).toBe(true);
    vi.unstubAllEnvs();
  });

  it('FFMPEG_TOO_OLD before 4.0; versions without a number are taken', async () => {
    for (const version of ['2.8.17-0ubuntu0.1', '3.4', 'n3.4.13', '0.10.16']) {
      const files = fake();
      files.say(JSON.stringify({ ...JSON.parse(probed(stream())), program_version: { version } }));
      await expect(probe('a', files)).rejects.toMatchObject({
        code: 'FFMPEG_TOO_OLD',
        message: `ffmpeg ${version} is too old: install 4.0 or a later one`,
      });
    }
    for (const version of [
      '4.0',
      '4.4.2-0ubuntu0.22.04.1',
      '7.1',
      'n7.0.2',
      '2024-02-29-git-4a134eb14a',
      'N-117008-gd2e8a8f',
    ]) {
      const files = fake();
      files.say(JSON.stringify({ ...JSON.parse(probed(stream())), program_version: { version } }));
      expect((await probe('a', files)).version).toBe(version);
    }
  });

  it('FFMPEG_REFUSED_FORMAT for what is not on the list', async () => {
    const refusing = fake({ ffprobe: 'echo "[hls @ 0x1] Format not on whitelist \'wav\'" >&2; exit 1' });
    await expect(probe('a', refusing)).rejects.toMatchObject({
      code: 'FFMPEG_REFUSED_FORMAT',
      details: { exitCode: 1 },
    });
  });

  it('FFMPEG_FAILED with what ffprobe said, FFMPEG_TIMEOUT if it says nothing, FFMPEG_NOT_FOUND', async () => {
    const failing = fake({ ffprobe: 'echo "Invalid data found" >&2; exit 1' });
    await expect(probe('a', failing)).rejects.toMatchObject({
      code: 'FFMPEG_FAILED',
      message: 'ffprobe ended with status 1: Invalid data found',
      details: { exitCode: 1, stderrTail: 'Invalid data found' },
    });
    const silent = fake({ ffprobe: 'sleep 1000' });
    await expect(probe('a', { ...silent, silenceSeconds: 0.3 })).rejects.toMatchObject({ code: 'FFMPEG_TIMEOUT' });
    await expect(probe('a', { ffprobePath: '/nowhere/ffprobe' })).rejects.toMatchObject({ code: 'FFMPEG_NOT_FOUND' });
  });

  it('refuses times that are none', async () => {
    for (const seconds of [0, -1, Number.NaN]) {
      await expect(probe('a', { ...fake(), silenceSeconds: seconds })).rejects.toThrow(RangeError);
      await expect(probe('a', { ...fake(), totalSeconds: seconds })).rejects.toThrow(RangeError);
    }
  });
});
