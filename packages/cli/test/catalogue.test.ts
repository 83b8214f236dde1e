import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeWav } from '@zarr-audio/wav';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveFolder } from '../../zarr-audio/test/support/static-server';
import { runZarrAudio, WITHOUT_FFMPEG } from './run-command';
import { wavFile } from './wav-file';

const RATE = 8_000;
const STORE = 'field.zarr';

let folder = '';
const zarrAudio = (...args: string[]) => runZarrAudio(folder, args, WITHOUT_FFMPEG);

/** Samples that tell of which file and from where they are. */
function samplesOf(number: number, seconds: number): Int16Array {
  return Int16Array.from({ length: seconds * RATE }, (_, i) => number * 10_000 + (i % 9_973));
}

/** File, seconds. Names say when they begin: the third begins a second before the second ends. */
const FILES: [name: string, seconds: number][] = [
  ['20210201_210000.wav', 3],
  ['20210201_210005.wav', 3],
  ['20210201_210007.wav', 2],
  ['note.wav', 1],
];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zarr-audio-catalogue-'));
  mkdirSync(join(folder, 'season'));
  for (const [number, [name, seconds]] of FILES.entries()) {
    const wav = { sampleRate: RATE, channels: 1, sampleType: 'int16', bitsPerSample: 16 } as const;
    writeFileSync(join(folder, 'season', name), encodeWav(samplesOf(number, seconds), wav));
  }
  const north = ['--codec', 'flac', '--user', '{"site":"north"}'];
  expect((await zarrAudio('import', STORE, 'season', ...north)).status).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const names = (json: Record<string, unknown>[]) => json.map(({ file }) => file).sort();

describe('ls', () => {
  it('gives the line of each recording', async () => {
    const { json, status } = await zarrAudio('ls', STORE, '--json');
    expect(status).toBe(0);
    const info = await zarrAudio('info', STORE, '20210201_210005.wav', '--json');
    const { id, source } = info.json[0] as { id: string; source: { sha256: string; bytes: number } };
    expect(json.find((line) => line.id === id)).toEqual({
      id,
      sha256: source.sha256,
      file: '20210201_210005.wav',
      stream: 0,
      bytes: source.bytes,
      start: '2021-02-01T21:00:05',
      samples: 24_000,
      sampleRate: RATE,
      channels: 1,
      codec: 'flac',
      attributes: expect.objectContaining({ 'user.site': 'north' }),
    });
  });

  it('finds by time and attributes', async () => {
    const list = async (...args: string[]) => names((await zarrAudio('ls', STORE, '--json', ...args)).json);
    expect(await list('--from', '2021-02-01T21:00:03', '--to', '2021-02-01T21:00:07')).toEqual(['20210201_210005.wav']);
    expect(await list('--to', '2021-02-01T21:00:05')).toEqual(['20210201_210000.wav']);
    expect(await list('--where', 'file=note.wav')).toEqual(['note.wav']);
    expect(await list('--where', 'user.site=north', '--where', 'samples=8000')).toEqual(['note.wav']);
    expect(await list('--where', 'user.site=south')).toEqual([]);
  });

  it('says what it takes for granted of clocks without a zone', async () => {
    const { stderr } = await zarrAudio('ls', STORE, '--from', '2021-02-01T21:00:06Z');
    expect(stderr).toBe('zarr-audio ls: 2 recording(s) name no zone: their clocks are taken for UTC\n');
    expect((await zarrAudio('ls', STORE, '--from', '2021-02-01T21:00:06')).stderr).toBe('');
  });

  it('goes over HTTP, and so do file names and beginnings of ids', async () => {
    const { url } = await serveFolder(join(folder, STORE), { ranges: true });
    const here = await zarrAudio('ls', STORE, '--json');
    const there = await zarrAudio('ls', url, '--json');
    expect(there).toMatchObject({ status: 0, json: here.json });
    const { id } = here.json[0] as { id: string };
    expect((await zarrAudio('info', url, id.slice(0, 6), '--json')).json).toMatchObject([{ id }]);
    const source = { file: 'note.wav' };
    expect((await zarrAudio('info', url, 'note.wav', '--json')).json).toMatchObject([{ source }]);
  });

  it.each([
    [['--from', 'yesterday'], /yesterday/],
    [['--where', 'site'], /KEY=VALUE/],
    [['--where', 'site=north'], /'site' is none of/],
    [['--where', 'file=a', '--where', 'file=b'], /two values/],
    [['--from', '2021-02-02', '--to', '2021-02-01'], /before/],
  ])('%j is wrong usage', async (args, message) => {
    expect(await zarrAudio('ls', STORE, ...args)).toMatchObject({ status: 2, stderr: expect.stringMatching(message) });
  });
});

/** 9 seconds from 21:00:00 on, put together by hand. */
function nineSeconds(): Int16Array {
  const samples = new Int16Array(9 * RATE);
  samples.set(samplesOf(0, 3), 0);
  samples.set(samplesOf(1, 3), 5 * RATE);
  samples.set(samplesOf(2, 2).subarray(RATE), 8 * RATE);
  return samples;
}

const asBytes = (samples: Int16Array) => Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);

describe('read --at', () => {
  it('reads across recordings, and tells of gaps and overlaps', async () => {
    const range = ['--at', '2021-02-01T21:00:00', '--duration', '9'];
    const { status, json, stderr } = await zarrAudio('read', STORE, ...range, '-o', 'nine.wav', '--json');
    expect(status).toBe(0);
    const { data, sampleRate, channels } = wavFile(join(folder, 'nine.wav'));
    expect({ sampleRate, channels }).toEqual({ sampleRate: RATE, channels: 1 });
    expect(data.equals(asBytes(nineSeconds()))).toBe(true);
    expect(json).toMatchObject([
      {
        at: '2021-02-01T21:00:00',
        seconds: 9,
        sampleRate: RATE,
        channels: 1,
        frames: 72_000,
        recordings: [
          { file: '20210201_210000.wav', at: 0, start: 0, end: 24_000 },
          { file: '20210201_210005.wav', at: 40_000, start: 0, end: 24_000 },
          { file: '20210201_210007.wav', at: 64_000, start: 8_000, end: 16_000 },
        ],
        gaps: [{ start: 24_000, end: 40_000 }],
        overlaps: [{ at: 56_000, samples: 8_000 }],
        broken: [],
      },
    ]);
    expect(stderr).toMatch(/ has samples \[56000, 64000\) as well/);
    expect(stderr).toMatch(/no audio in samples \[24000, 40000\): zeros\n/);
  });

  it('takes any part of it, from a folder and over HTTP, also of one recording', async () => {
    const range = ['--at', '2021-02-01T21:00:02.5Z', '--duration', '3.25'];
    const raw = await zarrAudio('read', STORE, ...range, '-o', '-');
    expect(raw.stdout.equals(asBytes(nineSeconds().subarray(20_000, 46_000)))).toBe(true);
    expect(raw.stderr).toMatch(/2 recording\(s\) name no zone/);
    const { url } = await serveFolder(join(folder, STORE), { ranges: true });
    expect((await zarrAudio('read', url, ...range, '-o', '-')).stdout.equals(raw.stdout)).toBe(true);
    const one = await zarrAudio('read', STORE, '20210201_210005.wav', ...range, '-o', 'one.raw');
    expect(one).toMatchObject({ status: 0, stderr: expect.stringMatching(/\[0, 20000\): zeros/) });
    const expected = new Int16Array(26_000);
    expected.set(samplesOf(1, 3).subarray(0, 6_000), 20_000);
    expect(readFileSync(join(folder, 'one.raw')).equals(asBytes(expected))).toBe(true);
  });

  it('of two recorders that ran at the same time asks which', async () => {
    const both = 'both.zarr';
    await zarrAudio('import', both, 'season/20210201_210000.wav', '--codec', 'flac', '--user', '{"site":"north"}');
    const south = samplesOf(2, 3);
    const wav = { sampleRate: RATE, channels: 1, sampleType: 'int16', bitsPerSample: 16 } as const;
    writeFileSync(join(folder, '20210201_210000.wav'), encodeWav(south, wav));
    await zarrAudio('import', both, '20210201_210000.wav', '--codec', 'flac', '--user', '{"site":"south"}');
    const again = await zarrAudio('import', both, '20210201_210000.wav', '--codec', 'flac', '--user', '{}');
    expect(again).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/is there already.*--user changes nothing/),
    });
    const range = ['--at', '2021-02-01T21:00:00', '--duration', '3', '-o', 'which.raw'];
    const { status, json } = await zarrAudio('read', both, ...range, '--json');
    expect({ status, json }).toMatchObject({ status: 1, json: [{ error: { code: 'TIMELINE_AMBIGUOUS' } }] });
    expect((await zarrAudio('read', both, ...range, '--where', 'user.site=south')).status).toBe(0);
    expect(readFileSync(join(folder, 'which.raw')).equals(asBytes(south))).toBe(true);
  });

  it.each([
    [['--at', '2021-02-01T21:00:00'], /--duration/],
    [['--duration', '3'], /--at/],
    [['--where', 'file=a'], /--at/],
    [['--at', 'noon', '--duration', '3'], /noon/],
    [['--at', '2021-02-01', '--duration', '-3'], /duration/],
    [['--at', '2021-02-01', '--duration=0'], /duration/],
    [['--at', '2021-02-01', '--duration', '1', '--start', '0'], /--start/],
    [['note.wav', '--at', '2021-02-01', '--duration', '1', '--where', 'file=a'], /--where/],
    [[], /<id>/],
  ])('%j is wrong usage', async (args, message) => {
    const outcome = await zarrAudio('read', STORE, ...args, '-o', '-');
    expect(outcome).toMatchObject({ status: 2, stderr: expect.stringMatching(message) });
  });

  it.each([
    [['--at', '2022-02-01', '--duration', '1'], 'TIME_NOT_RECORDED'],
    [['note.wav', '--at', '2021-02-01', '--duration', '1'], 'START_TIME_UNKNOWN'],
  ])('%j fails with %s', async (args, code) => {
    const { status, json } = await zarrAudio('read', STORE, ...args, '-o', 'none.raw', '--json');
    expect({ status, json }).toMatchObject({ status: 1, json: [{ error: { code } }] });
  });
});
