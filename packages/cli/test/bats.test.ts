import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeWav, openWav, type WavChunk } from '@zarr-audio/wav';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileSource } from 'zarr-audio/node';
import { fixture, runZarrAudio, WITHOUT_FFMPEG } from './run-command';
import { wavFile } from './wav-file';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zarr-audio-bats-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const zarrAudio = (...args: string[]) => runZarrAudio(folder, args, WITHOUT_FFMPEG);

const RATE = 384_000;
const FRAMES = RATE / 2;
const GUANO = [
  'GUANO|Version: 1.0',
  'Timestamp: 2026-07-14T22:03:11+02:00',
  'Samplerate: 384000',
  'Make: Open Acoustic Devices',
  'Serial: 24F319045FB1C2D3',
  'Loc Position: 47.39 7.67',
  'Note: Nyctalus, above the pond',
].join('\n');
const CHUNKS: readonly WavChunk[] = [
  { name: 'guan', bytes: Buffer.from(GUANO) },
  { name: 'xyzw', bytes: Uint8Array.of(1, 2, 3) },
];

/** Calls that sweep from 110 kHz down, in noise. */
function batCalls(bits: 16 | 24): Buffer {
  const full = 2 ** (bits - 1);
  const sample = (i: number) => {
    const t = (i % 38_400) / RATE;
    const call = t < 0.008 ? 0.6 * Math.sin(2 * Math.PI * (110_000 * t - 4_000_000 * t * t)) : 0;
    return Math.round(full * (call + 0.02 * Math.sin(i * i)));
  };
  const values = Array.from({ length: FRAMES }, (_, i) => sample(i));
  const samples = bits === 16 ? Int16Array.from(values) : Int32Array.from(values);
  const sampleType = bits === 16 ? 'int16' : 'int32';
  return Buffer.from(
    encodeWav(samples, { sampleRate: RATE, channels: 1, sampleType, bitsPerSample: bits, chunks: CHUNKS }),
  );
}

describe.each([16, 24] as const)('384 kHz of %i bits, through FLAC', (bits) => {
  const name = `20260714_220311-${bits}.wav`;
  const store = `bats-${bits}.zarr`;
  const output = `back-${bits}.wav`;

  it('keeps every sample, the start time, and what the recorder wrote', async () => {
    writeFileSync(join(folder, name), batCalls(bits));
    const imported = await zarrAudio('import', store, name, '--codec', 'flac', '--json');
    expect(imported).toMatchObject({ status: 0, stderr: '' });
    expect(imported.json).toMatchObject([
      {
        ...{ codec: 'flac', sampleRate: RATE, totalSamples: FRAMES, channels: 1, repairs: [] },
        startTime: '2026-07-14T22:03:11+02:00',
        field: { serialNumber: { value: '24F319045FB1C2D3', from: 'guano' } },
      },
    ]);
    expect(await zarrAudio('verify', store)).toMatchObject({ status: 0 });
    expect(await zarrAudio('read', store, name, '-o', output, '--metadata')).toMatchObject({ status: 0, stderr: '' });
    const [before, after] = [wavFile(join(folder, name)), wavFile(join(folder, output))];
    expect(after).toMatchObject({ sampleRate: RATE, channels: 1, bits });
    expect(after.data.equals(before.data)).toBe(true);
    // The file is the one that was recorded, byte for byte: nothing in it was lost.
    expect(readFileSync(join(folder, output)).equals(readFileSync(join(folder, name)))).toBe(true);
  });

  it('is heard ten times slower, with the same samples', async () => {
    const args = ['read', store, name, '--start', '1000', '--end', '39400', '-o', 'slow.wav', '--expand', '10'];
    expect(await zarrAudio(...args)).toMatchObject({ status: 0, stderr: '' });
    const slow = wavFile(join(folder, 'slow.wav'));
    expect(slow).toMatchObject({ sampleRate: 38_400, bits });
    const { data } = wavFile(join(folder, name));
    const frameBytes = bits / 8;
    expect(slow.data.equals(data.subarray(1000 * frameBytes, 39_400 * frameBytes))).toBe(true);
  });

  it('is read by the time of the recording, whatever the rate of the file', async () => {
    const at = ['--at', '2026-07-14T22:03:11.1+02:00', '--duration', '0.05'];
    expect(await zarrAudio('read', store, ...at, '-o', 'at.wav', '--expand', '8')).toMatchObject({ status: 0 });
    const { sampleRate, data: part } = wavFile(join(folder, 'at.wav'));
    const { data } = wavFile(join(folder, name));
    const frameBytes = bits / 8;
    expect(sampleRate).toBe(48_000);
    expect(part.equals(data.subarray(38_400 * frameBytes, 57_600 * frameBytes))).toBe(true);
  });
});

it.each(['BM003.wav', 'deermouse-go.wav'])('%s is the same behind FLAC, with its metadata', async (name) => {
  const [path, output] = [fixture(`wildlife/${name}`), join(folder, name)];
  expect((await zarrAudio('import', 'real.zarr', path, '--codec', 'flac')).status).toBe(0);
  expect((await zarrAudio('read', 'real.zarr', name, '-o', output, '--metadata')).status).toBe(0);
  expect(wavFile(output)).toEqual(wavFile(path));
  const [before] = await openWav(await fileSource(path));
  const [after] = await openWav(await fileSource(output));
  const pieces = (source: typeof before) => source.metadata!().map((piece) => [piece.name, Buffer.from(piece.bytes)]);
  expect(pieces(after)).toEqual(pieces(before));
});

it.each([
  ['of a rate that is no whole number', ['--expand', '7', '-o', 'x.wav'], /384000 Hz by 7 is no whole number of Hz/],
  ['by nothing', ['--expand', '0', '-o', 'x.wav'], /--expand must be a number/],
  ['of bare samples', ['--expand', '10', '-o', 'x.raw'], /--expand is for \.wav files/],
  [
    'of a part with the metadata of all',
    ['--metadata', '--end', '5', '-o', 'x.wav'],
    /--metadata is for a whole recording/,
  ],
])('a read %s is refused', async (_, options, message) => {
  const { status, stderr } = await zarrAudio('read', 'bats-16.zarr', '20260714_220311-16.wav', ...options);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
});

it.each([
  ['4.0', 4, 0x107],
  ['none, as of an array of microphones', 4, 0],
])('speakers other than usual come back through FLAC: %s', async (name, channels, channelMask) => {
  const samples = Int16Array.from({ length: channels * 5000 }, (_, i) => 9000 * Math.sin(i / 7));
  const format = { sampleRate: 250_000, channels, sampleType: 'int16', bitsPerSample: 16, channelMask } as const;
  const source = Buffer.from(encodeWav(samples, format));
  writeFileSync(join(folder, 'array.wav'), source);
  const store = `speakers-${channelMask}.zarr`;
  const { status, json } = await zarrAudio('import', store, 'array.wav', '--codec', 'flac', '--json');
  expect({ name, status }).toEqual({ name, status: 0 });
  await zarrAudio('read', store, String(json[0]!.id), '-o', 'array-back.wav');
  expect(readFileSync(join(folder, 'array-back.wav')).equals(source)).toBe(true);
});

it('metadata that counts samples is not written beside others than those it counts', async () => {
  const { status, json } = await zarrAudio(
    'import',
    'pop.zarr',
    fixture('wav/weather.wav'),
    '--no-seek-points',
    '--json',
  );
  expect({ status, codec: json[0]!.codec, sampleRate: json[0]!.sampleRate }).toMatchObject({
    status: 0,
    codec: 'opus',
  });
  const read = await zarrAudio('read', 'pop.zarr', String(json[0]!.id), '--metadata', '-o', 'pop.wav');
  expect(read).toMatchObject({ status: 2, stderr: expect.stringMatching(/48000 Hz and its source had 44100/) });
});
