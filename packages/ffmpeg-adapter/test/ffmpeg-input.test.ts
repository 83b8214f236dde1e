import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PcmSource } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { type FfmpegProgress, ffmpegInput } from '../src/index';
import { fake, probed, stream } from './fake-ffmpeg';

async function samples(source: PcmSource, signal?: AbortSignal): Promise<number[]> {
  const all: number[] = [];
  for await (const block of source.blocks({ signal })) all.push(...block);
  return all;
}

/** A fake ffmpeg that gives these bytes. */
function giving(bytes: Uint8Array, ...streams: object[]) {
  const files = fake();
  writeFileSync(join(files.folder, 'pcm'), bytes);
  writeFileSync(files.ffmpegPath, `#!/bin/sh\nprintf '%s\\n' "$@" > "$0.args"\ncat "${join(files.folder, 'pcm')}"\n`);
  files.say(probed(...streams));
  return files;
}

describe('ffmpegInput', () => {
  it('claims every file', () => {
    expect(ffmpegInput().id).toBe('ffmpeg');
    expect(ffmpegInput().probe(new Uint8Array(0))).toBe(true);
    expect(() => ffmpegInput({ silenceSeconds: 0 })).toThrow(RangeError);
  });

  it.each([
    ['s16p', {}, 's16le', { sampleType: 'int16', bitsPerSample: 16 }],
    ['u8', { bits_per_sample: 8 }, 's16le', { sampleType: 'int16', bitsPerSample: 16 }],
    ['s32', { bits_per_raw_sample: '24' }, 's32le', { sampleType: 'int32', bitsPerSample: 24 }],
    ['s32p', { bits_per_raw_sample: '20' }, 's32le', { sampleType: 'int32', bitsPerSample: 20 }],
    ['s32', { bits_per_sample: 0 }, 's32le', { sampleType: 'int32', bitsPerSample: 32 }],
    ['s32', { bits_per_raw_sample: '12' }, 's16le', { sampleType: 'int16', bitsPerSample: 16 }],
    ['s64', { bits_per_sample: 64 }, 's32le', { sampleType: 'int32', bitsPerSample: 32 }],
    ['fltp', { bits_per_sample: 0 }, 'f32le', { sampleType: 'float32', bitsPerSample: 32 }],
    ['dbl', { bits_per_sample: 64 }, 'f32le', { sampleType: 'float32', bitsPerSample: 32 }],
  ])('%s %j is asked for as %s', async (sample_fmt, bits, raw, format) => {
    const files = giving(new Uint8Array(16), stream({ sample_fmt, ...bits, sample_rate: '44100', channels: 2 }));
    const [source] = await ffmpegInput(files).open(files.source);
    expect(source!.format).toEqual({ sampleRate: 44_100, channels: 2, ...format });
    await samples(source!);
    const args = files.args('ffmpeg');
    expect(args).toContain('-nostdin');
    expect(args.slice(args.indexOf('-map'))).toEqual(`-map 0:0 -ar 44100 -c:a pcm_${raw} -f ${raw} pipe:1`.split(' '));
    expect(args[args.indexOf('-i') + 1]).toBe(`file:${files.source.path}`);
  });

  it('brings integers of under 32 bits to the bottom', async () => {
    const values = Int32Array.of(1 << 8, -1 << 8, 0x7fffff00);
    const files = giving(new Uint8Array(values.buffer), stream({ sample_fmt: 's32', bits_per_raw_sample: '24' }));
    const [source] = await ffmpegInput(files).open(files.source);
    expect(await samples(source!)).toEqual([1, -1, 0x7fffff]);
  });

  it('gives whole frames, whatever comes out of the pipe at a time', async () => {
    const values = Int16Array.from({ length: 60_000 }, (_, i) => i);
    const files = giving(new Uint8Array(values.buffer), stream({ channels: 3 }));
    writeFileSync(
      files.ffmpegPath,
      `#!/bin/sh\nhead -c 7 "${files.folder}/pcm"; sleep 0.1; tail -c +8 "${files.folder}/pcm"\n`,
    );
    const [source] = await ffmpegInput(files).open(files.source);
    for await (const block of source!.blocks()) expect(block.length % 3).toBe(0);
    expect(await samples(source!)).toEqual([...values]);
    expect(source!.repairs()).toEqual([]);
  });

  it('gives every audio stream, with its tags', async () => {
    const files = fake();
    files.say(
      JSON.stringify({
        streams: [
          { index: 0, codec_type: 'video', codec_name: 'h264' },
          stream({ index: 1, codec_name: 'aac', sample_fmt: 'fltp', tags: { language: 'eng' } }),
          stream({ index: 2, codec_name: 'wmalossless', sample_fmt: 'unknown' }),
          stream({ index: 4, channels: 2 }),
        ],
        format: { format_name: 'matroska,webm', tags: { title: 'Dawn', language: 'und' } },
      }),
    );
    const sources = await ffmpegInput(files).open(files.source);
    expect(sources).toMatchObject([
      { stream: 0, container: 'matroska,webm', codec: 'aac', tags: { title: 'Dawn', language: 'eng' } },
      { stream: 2, codec: 'pcm_s16le', format: { channels: 2 }, tags: { title: 'Dawn', language: 'und' } },
    ]);
    expect(sources[0]!.repairs()).toEqual([{ code: 'FFMPEG_STREAM_SKIPPED', byteOffset: 0, samples: 0 }]);
    expect(sources[1]!.repairs()).toEqual([]);
    expect(await samples(sources[1]!)).toEqual([0x4241, 0x4443]);
    const said = sources.map((source) => source.metadata!().map(({ name }) => name));
    expect(said).toEqual([['ffprobe'], ['ffprobe']]);
    expect(files.args('ffmpeg')).toContain('0:4');
  });

  it('hands on what ffprobe said, but for the folder that the file lies in', async () => {
    const files = fake();
    const filename = '/home/somebody/secret/a.wma';
    const said = { streams: [stream({ tags: { filename } })], format: { format_name: 'asf', filename, size: '7' } };
    files.say(JSON.stringify(said));
    const [source] = await ffmpegInput(files).open(files.source);
    const [piece] = source!.metadata!();
    expect(JSON.parse(new TextDecoder().decode(piece!.bytes))).toEqual({
      ...said,
      format: { ...said.format, filename: files.source.name },
    });
  });

  it('says what was stored where samples were widened', async () => {
    const files = fake();
    files.say(probed(stream({ sample_fmt: 'u8', bits_per_sample: 8 }), stream({ index: 1 })));
    const [bytes, words] = await ffmpegInput(files).open(files.source);
    expect(bytes!.original).toEqual({ sampleRate: 8_000, channels: 1, bitsPerSample: 8 });
    expect(words!.original).toBeUndefined();
  });

  it('lists messages about damage that ffmpeg got over', async () => {
    const files = fake({ ffmpeg: 'echo "invalid residual" >&2; printf ABCD' });
    const [source] = await ffmpegInput(files).open(files.source);
    expect(await samples(source!)).toEqual([0x4241, 0x4443]);
    expect(source!.repairs()).toEqual([{ code: 'FFMPEG_REPORTED_ERRORS', byteOffset: 0, samples: 0 }]);
  });

  it('takes what was decoded of a file that is mostly broken, status 69, and tells it', async () => {
    const files = fake({ ffmpeg: 'printf ABCD; echo "Invalid data" >&2; exit 69' });
    const [source] = await ffmpegInput(files).open(files.source);
    expect(await samples(source!)).toEqual([0x4241, 0x4443]);
    expect(source!.repairs()).toEqual([{ code: 'FFMPEG_REPORTED_ERRORS', byteOffset: 0, samples: 0 }]);
    const nothing = fake({ ffmpeg: 'exit 69' });
    const [none] = await ffmpegInput(nothing).open(nothing.source);
    await expect(samples(none!)).rejects.toMatchObject({ code: 'FFMPEG_FAILED' });
  });

  it('compares lengths with what a file states, not with what ffprobe guesses', async () => {
    const told = async (duration: string, warning = '') => {
      const files = giving(new Uint8Array(2 * 40_000), stream({ duration }));
      if (warning)
        writeFileSync(files.ffprobePath, `#!/bin/sh\necho "${warning}" >&2; cat "${files.folder}/probed.json"\n`);
      const [source] = await ffmpegInput(files).open(files.source);
      expect((await samples(source!)).length).toBe(40_000);
      return source!.repairs();
    };
    const repair = (code: string, count: number) => [{ code, byteOffset: 0, samples: count }];
    expect(await told('5.9')).toEqual([]);
    expect(await told('7')).toEqual(repair('FFMPEG_SHORTER_THAN_STATED', 16_000));
    expect(await told('2')).toEqual(repair('FFMPEG_LONGER_THAN_STATED', 24_000));
    expect(await told('209146758205324.25')).toEqual([]);
    expect(await told('2', 'Estimating duration from bitrate, this may be inaccurate')).toEqual([]);
  });

  it('expects what the longest stream of a file lasts, and compares nothing with that', async () => {
    const files = giving(new Uint8Array(2 * 40_000));
    const format = { format_name: 'matroska,webm', duration: '60' };
    files.say(JSON.stringify({ streams: [stream(), stream({ index: 1 })], format }));
    const told: FfmpegProgress[] = [];
    const [source] = await ffmpegInput({ ...files, onProgress: (progress) => told.push(progress) }).open(files.source);
    await samples(source!);
    expect(told.at(-1)).toEqual({ name: 'any.mp3', stream: 0, frames: 40_000, expectedFrames: 480_000 });
    expect(source!.repairs()).toEqual([]);
  });

  it('tells how much later than the others a stream begins; covers and clocks that round do not count', async () => {
    const late = async (start_time: string, other: object) => {
      const files = fake();
      files.say(probed(stream({ start_time }), { index: 1, codec_type: 'video', codec_name: 'h264', ...other }));
      const [source] = await ffmpegInput(files).open(files.source);
      await samples(source!);
      return source!.repairs();
    };
    expect(await late('1.5', { start_time: '1.4' })).toEqual([
      { code: 'FFMPEG_STARTS_LATE', byteOffset: 0, samples: 800 },
    ]);
    expect(await late('1.4', { start_time: '1.5' })).toEqual([]);
    expect(await late('1.405', { start_time: '1.4' })).toEqual([]);
    expect(await late('1.5', {})).toEqual([]);
    expect(await late('1.5', { start_time: '0', disposition: { attached_pic: 1 } })).toEqual([]);
  });

  it('FFMPEG_NEEDS_PATH for what is no local file', async () => {
    const { path: _, ...source } = fake().source;
    await expect(ffmpegInput(fake()).open(source)).rejects.toMatchObject({ code: 'FFMPEG_NEEDS_PATH' });
  });

  it('FFMPEG_NOT_FOUND, before anything is started', async () => {
    const files = fake();
    const input = ffmpegInput({ ...files, ffmpegPath: '/nowhere/ffmpeg' });
    await expect(input.open(files.source)).rejects.toMatchObject({ code: 'FFMPEG_NOT_FOUND' });
    expect(() => files.args('ffprobe')).toThrow();
  });

  it('FFMPEG_NO_AUDIO where there is none, none that it can decode, or none that comes out', async () => {
    const files = fake({ ffmpeg: 'true' });
    files.say(probed({ index: 0, codec_type: 'video', codec_name: 'h264' }));
    await expect(ffmpegInput(files).open(files.source)).rejects.toMatchObject({
      code: 'FFMPEG_NO_AUDIO',
      message: 'any.mp3 holds no audio',
    });
    files.say(probed(stream({ codec_name: 'unknown', sample_rate: '0' })));
    await expect(ffmpegInput(files).open(files.source)).rejects.toMatchObject({ code: 'FFMPEG_NO_AUDIO' });
    files.say(probed(stream()));
    const [source] = await ffmpegInput(files).open(files.source);
    await expect(samples(source!)).rejects.toMatchObject({ code: 'FFMPEG_NO_AUDIO' });
  });

  it('FFMPEG_BAD_OUTPUT if it ends within a frame', async () => {
    const files = fake({ ffmpeg: 'printf ABC' });
    const [source] = await ffmpegInput(files).open(files.source);
    await expect(samples(source!)).rejects.toMatchObject({ code: 'FFMPEG_BAD_OUTPUT' });
  });

  it('FFMPEG_FAILED and FFMPEG_TIMEOUT while reading', async () => {
    const failing = fake({ ffmpeg: 'printf ABCD; echo "moov atom not found" >&2; exit 183' });
    const [broken] = await ffmpegInput(failing).open(failing.source);
    await expect(samples(broken!)).rejects.toMatchObject({
      code: 'FFMPEG_FAILED',
      details: { exitCode: 183, stderrTail: 'moov atom not found' },
    });
    const silent = fake({ ffmpeg: 'printf ABCD; sleep 1000' });
    const [slow] = await ffmpegInput({ ...silent, silenceSeconds: 0.3 }).open(silent.source);
    await expect(samples(slow!)).rejects.toMatchObject({ code: 'FFMPEG_TIMEOUT' });
  });

  it('an abort throws its reason', async () => {
    const files = fake({ ffmpeg: 'printf ABCD; sleep 1000' });
    const reason = new Error('enough');
    await expect(ffmpegInput(files).open(files.source, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const [source] = await ffmpegInput(files).open(files.source);
    const abort = new AbortController();
    setTimeout(() => abort.abort(reason), 200);
    await expect(samples(source!, abort.signal)).rejects.toBe(reason);
  });
});
