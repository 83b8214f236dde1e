import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, runZarrAudio } from './run-command';
import { wavFile } from './wav-file';

let folder: string;
const zarrAudio = (...args: readonly string[]) => runZarrAudio(folder, args);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zarr-audio-flac-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function imported(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { status, json } = await zarrAudio('import', 'a.zarr', ...args, '--json');
  expect({ status, recordings: json.length }).toEqual({ status: 0, recordings: 1 });
  return json[0]!;
}

/** Exports a recording; `flac` finds it sound, and ffprobe sees what the store says. */
async function exported({ id, sampleRate, channels, totalSamples }: Record<string, unknown>): Promise<string> {
  const file = join(folder, `${id}.flac`);
  expect((await zarrAudio('export', 'a.zarr', String(id), '-o', file)).status).toBe(0);
  execFileSync('flac', ['-t', '--silent', '--warnings-as-errors', file], { stdio: 'pipe' });
  const args = ['-v', 'error', '-show_entries', 'stream=codec_name,sample_rate,channels,duration_ts', '-of', 'json'];
  const [stream] = JSON.parse(execFileSync('ffprobe', [...args, file], { encoding: 'utf8' })).streams;
  const duration = { duration_ts: totalSamples };
  expect(stream).toEqual({ codec_name: 'flac', sample_rate: String(sampleRate), channels, ...duration });
  return file;
}

async function expectSame(id: unknown, encoded: string): Promise<void> {
  execFileSync('flac', ['-d', '-f', '--silent', encoded, '-o', join(folder, 'theirs.wav')], { stdio: 'pipe' });
  await zarrAudio('read', 'a.zarr', String(id), '-o', 'ours.wav');
  const theirs = wavFile(join(folder, 'theirs.wav'));
  const ours = wavFile(join(folder, 'ours.wav'));
  expect({ ...ours, data: ours.data.equals(theirs.data) }).toEqual({ ...theirs, data: true });
}

describe('FLAC that is kept', () => {
  it.each([
    'flac/love.flac',
    'flac/bear_32bit.flac',
    'flac/bear_flac.ogg',
    'flac/subset/14_-_wasted_bits.flac',
    'flac/subset/38_-_3_channels_3.0_.flac',
    'flac/subset/62_-_predictor_overflow_check_20-bit.flac',
  ])('%s: flac -d gives what read gives, of the source and of the export', async (path) => {
    const recording = await imported(fixture(path));
    await expectSame(recording.id, fixture(path));
    await expectSame(recording.id, await exported(recording));
  });

  it('becomes Opus where that is asked for', async () => {
    const recording = await imported(fixture('flac/love.flac'), '--codec', 'opus');
    expect(recording).toMatchObject({ codec: 'opus', verbatim: false, sampleRate: 48_000, totalSamples: 44_518 });
  });
});

describe('import --codec flac', () => {
  it.each(['wav/sine_24le.wav', 'wav/sample_192khz.wav', 'wav/sample_float32.wav', 'ogg_opus/mono.opus'])(
    '%s: the export is sound, and flac -d gives what read gives',
    async (path) => {
      const recording = await imported(fixture(path), '--codec', 'flac');
      expect(recording).toMatchObject({ codec: 'flac', verbatim: false });
      await expectSame(recording.id, await exported(recording));
    },
  );
});
