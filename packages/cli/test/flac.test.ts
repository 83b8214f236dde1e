import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, runZarrAudio, WITHOUT_FFMPEG } from './run-command';
import { wavFile } from './wav-file';

const LOVE = fixture('flac/love.flac');
const FOUR_CHANNELS = fixture('wav/test-8000Hz-le-4ch-9S-12bit.wav');
let folder: string;
/** All without ffmpeg: nothing here needs it. */
const zarrAudio = (...args: readonly string[]) => runZarrAudio(folder, args, WITHOUT_FFMPEG);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zarr-audio-flac-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('FLAC that is kept', () => {
  it('is imported as it is, and told', async () => {
    const { status, json } = await zarrAudio('import', 'kept.zarr', LOVE, fixture('flac/bear_flac.ogg'), '--json');
    expect(status).toBe(0);
    const common = { status: 'imported', codec: 'flac', container: 'flac-native', seekPoints: null, preSkip: 0 };
    expect(json).toMatchObject([
      { ...common, verbatim: true, sampleRate: 44_100, totalSamples: 40_900, packets: 10, bitsPerSample: 16 },
      { ...common, verbatim: false, sampleRate: 48_000, totalSamples: 131_568, packets: 33, bitsPerSample: 16 },
    ]);
    const info = await zarrAudio('info', 'kept.zarr', 'love.flac', '--json');
    const { file, stream, status: told, ...imported } = json[0]!;
    expect(info.json).toEqual([imported]);
    expect((await zarrAudio('import', 'kept.zarr', LOVE, '--codec', 'flac')).stdout.toString()).toMatch(/^duplicate /);
  });

  it('--bitrate is not for it: wrong usage', async () => {
    const bitrate = ['--bitrate', '64000'];
    const kept = await zarrAudio('import', 'none.zarr', LOVE, ...bitrate);
    expect(kept).toMatchObject({ status: 2, stderr: expect.stringContaining('OPTIONS_UNUSED') });
    const lossless = await zarrAudio('import', 'none.zarr', FOUR_CHANNELS, '--codec', 'flac', ...bitrate);
    expect(lossless).toMatchObject({ status: 2, stderr: expect.stringContaining('lossless') });
  });

  it('is exported as it was, into a file that is called so', async () => {
    expect(await zarrAudio('export', 'kept.zarr', 'love.flac', '-o', 'out.flac')).toMatchObject({ status: 0 });
    expect(readFileSync(join(folder, 'out.flac')).equals(readFileSync(LOVE))).toBe(true);
    const wrong = await zarrAudio('export', 'kept.zarr', 'love.flac', '-o', 'out.opus');
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('.flac') });
  });

  it('is taken apart into its frames', async () => {
    const { json } = await zarrAudio('packets', LOVE, '--json');
    expect(json.length).toBe(10);
    expect(json[0]).toEqual({ bytePosition: 8304, byteLength: 14, samples: 4096, startSample: 0, link: 0 });
    expect(json.reduce((sum, { samples }) => sum + Number(samples), 0)).toBe(40_900);
    const last = json.at(-1)!;
    expect(Number(last.bytePosition) + Number(last.byteLength)).toBe(readFileSync(LOVE).length);
  });

  it('is probed: what an import does with it, and what is wrong with it', async () => {
    const bad = fixture('flac/faulty/11_-_incorrect_metadata_block_length.flac');
    const { status, stdout } = await zarrAudio('probe', LOVE, fixture('flac/bear_flac.ogg'), bad);
    expect(status).toBe(0);
    const text = stdout.toString();
    expect(text).toMatch(
      /love\.flac: flac, flac, .*\n.*44100 Hz, .*\(40900 samples\), 10 packets\n *kept byte for byte\n/,
    );
    expect(text).toMatch(/bear_flac\.ogg: ogg, flac, .*\n.*\n *kept: the same packets, in a FLAC file of their own\n/);
    expect(text).toMatch(/FLAC_BAD_METADATA: its metadata lead nowhere/);
  });

  it('can have its index made again', async () => {
    const whole = await zarrAudio('read', 'kept.zarr', 'love.flac', '-o', '-');
    const id = (await zarrAudio('info', 'kept.zarr', 'love.flac', '--json')).json[0]!.id as string;
    rmSync(join(folder, 'kept.zarr', id, 'flac_index'), { recursive: true });
    expect((await zarrAudio('verify', 'kept.zarr', id)).status).toBe(1);
    const { stdout } = await zarrAudio('reindex', 'kept.zarr', id, '--jobs', '2');
    expect(stdout.toString()).toBe(`${id}  10 packets, 40900 samples, no seek points\n`);
    expect((await zarrAudio('verify', 'kept.zarr', id)).status).toBe(0);
    expect((await zarrAudio('read', 'kept.zarr', id, '-o', '-')).stdout.equals(whole.stdout)).toBe(true);
  });

  it('is compared with its MD5 by verify', async () => {
    const wrong = readFileSync(LOVE);
    wrong[26]! ^= 1;
    writeFileSync(join(folder, 'wrong.flac'), wrong);
    const { json } = await zarrAudio('import', 'wrong.zarr', 'wrong.flac', '--json');
    const { status, stdout } = await zarrAudio('verify', 'wrong.zarr');
    expect(status).toBe(1);
    expect(stdout.toString()).toBe(`${json[0]!.id}  damaged\n  FLAC_MD5_MISMATCH: audio_data_blob_array\n`);
  });
});

describe('import --codec flac', () => {
  it.each([
    ['wav/sine_24le.wav', 24],
    ['wav/sample_192khz.wav', 16],
  ])('gives the samples of %s back as they were', async (path, bits) => {
    const source = wavFile(fixture(path));
    const { status, json } = await zarrAudio('import', 'made.zarr', fixture(path), '--codec', 'flac', '--json');
    expect(status).toBe(0);
    const { sampleRate, channels } = source;
    expect(json[0]).toMatchObject({ codec: 'flac', verbatim: false, sampleRate, channels, bitsPerSample: bits });
    const id = String(json[0]!.id);
    await zarrAudio('read', 'made.zarr', id, '-o', 'back.wav');
    const back = wavFile(join(folder, 'back.wav'));
    expect({ ...back, data: back.data.equals(source.data) }).toEqual({ ...source, data: true });
    // Raw samples are as in memory.
    const raw = (await zarrAudio('read', 'made.zarr', id, '--start', '10', '--end', '20', '-o', '-')).stdout;
    const [bytes, stride] = [bits / 8, bits > 16 ? 4 : 2];
    const samples = (data: Buffer, start: number, width: number, step: number) =>
      Array.from({ length: 10 * channels }, (_, i) => data.readIntLE((start + i) * step, width));
    expect(samples(raw, 0, stride, stride)).toEqual(samples(source.data, 10 * channels, bytes, bytes));
    expect((await zarrAudio('verify', 'made.zarr', id)).status).toBe(0);
  });

  it('is told to those whose channels Opus does not take, and takes them', async () => {
    copyFileSync(FOUR_CHANNELS, join(folder, 'four.wav'));
    const refused = await zarrAudio('import', 'made.zarr', 'four.wav');
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringMatching(/TOO_MANY_CHANNELS.*FLAC/) });
    expect((await zarrAudio('probe', 'four.wav')).stdout.toString()).toMatch(/what to do: take --codec flac/);
    const { stdout } = await zarrAudio('probe', 'four.wav', '--codec', 'flac');
    expect(stdout.toString()).toMatch(/encoded as flac, compression_level 5\n/);
    expect((await zarrAudio('import', 'made.zarr', 'four.wav', '--codec', 'flac')).status).toBe(0);
  });

  it('what FLAC can not hold either is not told to take FLAC', async () => {
    const bytes = readFileSync(fixture('wav/pop.wav'));
    bytes.writeUInt32LE(768_000, 24);
    writeFileSync(join(folder, 'fast.wav'), bytes);
    const { status, stderr } = await zarrAudio('import', 'made.zarr', 'fast.wav', '--codec', 'flac');
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/SAMPLE_RATE_TOO_HIGH.*655350 Hz/) });
    expect(stderr).not.toMatch(/take --codec|--ultrasonic/);
    const { stdout } = await zarrAudio('probe', 'fast.wav', '--codec', 'flac');
    expect(stdout.toString()).toMatch(/what to do: resample it to 655350 Hz/);
  });

  it('all else still becomes Opus', async () => {
    const wav = fixture('wav/pcmwaveformat-16bit-44100Hz-mono.wav');
    const { json } = await zarrAudio('import', 'opus.zarr', wav, '--json');
    expect(json).toMatchObject([{ codec: 'opus', sampleRate: 48_000 }]);
  });
});
