import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { probe } from '../src/index';
import { fake, probed, stream } from './fake-ffmpeg';

describe('probe', () => {
  it('is what ffprobe says, with types', async () => {
    const files = fake();
    files.say(
      JSON.stringify({
        streams: [
          { index: 0, codec_name: 'mjpeg', codec_type: 'video', sample_rate: 'N/A' },
          stream({
            index: 1,
            codec_name: 'flac',
            bits_per_sample: 0,
            bits_per_raw_sample: '24',
            tags: { title: 'a', n: 3 },
          }),
          { index: 2, codec_type: 'data' },
        ],
        format: { format_name: 'flac', duration: '1.500000', bit_rate: '64000', tags: { ARTIST: 'AudioMoth' } },
      }),
    );
    const { json, ...result } = await probe(files.source.path, files);
    expect(result).toEqual({
      format: { name: 'flac', durationSeconds: 1.5, bitRate: 64_000, tags: { ARTIST: 'AudioMoth' } },
      streams: [
        { index: 0, type: 'video', codec: 'mjpeg', tags: {} },
        {
          index: 1,
          type: 'audio',
          codec: 'flac',
          sampleRate: 8_000,
          channels: 1,
          sampleFormat: 's16',
          bitsPerRawSample: 24,
          tags: { title: 'a' },
        },
        { index: 2, type: 'data', codec: 'unknown', tags: {} },
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
