import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeWav } from '@zarr-audio/wav';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, runZarrAudio, WITHOUT_FFMPEG } from './run-command';
import { wavFile } from './wav-file';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zarr-audio-ultrasound-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const zarrAudio = (...args: string[]) => runZarrAudio(folder, args, WITHOUT_FFMPEG);
const bats = fixture('wildlife/BM003.wav');

describe('--ultrasonic', () => {
  it('left out: refused, with what to do', async () => {
    const { status, json, stderr } = await zarrAudio('import', 's.zarr', bats, '--json');
    expect(status).toBe(1);
    expect(json).toMatchObject([{ status: 'failed', error: { code: 'SAMPLE_RATE_TOO_HIGH' } }]);
    expect(stderr).toMatch(/SAMPLE_RATE_TOO_HIGH: .*300000 Hz.*flac keeps all.*reinterpret.*resample/);
    expect((await zarrAudio('import', 's.zarr', bats, '--ultrasonic', 'refuse')).status).toBe(1);
  });

  it('resample: 48 kHz, and it is told what is lost', async () => {
    const probed = await zarrAudio('probe', bats, '--ultrasonic', 'resample');
    expect(probed.status).toBe(0);
    expect(probed.stdout.toString()).toMatch(
      /resampled to 48000 Hz and encoded as opus, bitrate 64000, complexity 10, ultrasonic resample\n/,
    );
    expect(probed.stdout.toString()).toMatch(/ lost: PCM_ULTRASOUND_LOST: everything above 20 kHz/);
    const args = ['import', 'resampled.zarr', bats, '--ultrasonic', 'resample', '--json'];
    const { status, json, stderr } = await zarrAudio(...args);
    expect(status).toBe(0);
    expect(json).toMatchObject([
      { status: 'imported', sampleRate: 48_000, totalSamples: 19_200, repairs: [{ code: 'PCM_ULTRASOUND_LOST' }] },
    ]);
    expect(stderr).toMatch(/BM003\.wav: lost: PCM_ULTRASOUND_LOST: everything above 20 kHz/);
    // Nobody who imports it again is left in the belief that it is all there.
    const again = await zarrAudio(...args);
    expect(again.json).toMatchObject([{ status: 'duplicate', repairs: [{ code: 'PCM_ULTRASOUND_LOST' }] }]);
  });

  it('reinterpret: reads, listings and WAV files have the rate of the recorder', async () => {
    const probed = await zarrAudio('probe', bats, '--ultrasonic', 'reinterpret');
    expect(probed.stdout.toString()).toMatch(
      /taken for 48000 Hz and encoded as opus.*\n.*the recording has 120000 samples at 300000 Hz\n/,
    );
    const store = 'reinterpreted.zarr';
    const imported = await zarrAudio('import', store, bats, '--ultrasonic', 'reinterpret', '--json');
    expect(imported).toMatchObject({ status: 0, stderr: '' });
    expect(imported.json).toMatchObject([
      { status: 'imported', sampleRate: 300_000, totalSamples: 120_000, samplingRescaleFactor: 6.25, repairs: [] },
    ]);
    const { id } = imported.json[0] as { id: string };
    const listed = await zarrAudio('ls', store, '--json');
    expect(listed.json).toMatchObject([{ id, samples: 120_000 }]);
    const info = await zarrAudio('info', store, id, '--json');
    expect(info.json).toMatchObject([{ sampleRate: 300_000, samplingRescaleFactor: 6.25, source: { bytes: 240_044 } }]);
    expect((await zarrAudio('info', store, id)).stdout.toString()).toMatch(/00:00\.400/);
    const read = await zarrAudio('read', store, id, '--start', '30000', '--end', '90000', '-o', 'part.wav');
    expect(read.status).toBe(0);
    const { sampleRate, channels, data } = wavFile(join(folder, 'part.wav'));
    expect({ sampleRate, channels, bytes: data.length }).toEqual({ sampleRate: 300_000, channels: 1, bytes: 120_000 });
    expect((await zarrAudio('verify', store)).status).toBe(0);
  });

  it('in a folder with others concerns ultrasound alone', async () => {
    const frames = 4410;
    const format = { sampleRate: 44_100, channels: 1, sampleType: 'int16', bitsPerSample: 16 } as const;
    writeFileSync(join(folder, 'heard.wav'), encodeWav(new Int16Array(frames).fill(100), format));
    const files = [join(folder, 'heard.wav'), bats, fixture('ogg_opus/stereo.opus')];
    const { status, json } = await zarrAudio('import', 'all.zarr', ...files, '--ultrasonic', 'reinterpret', '--json');
    expect(status).toBe(0);
    const told = json.map(({ file, sampleRate, samplingRescaleFactor }) => [file, sampleRate, samplingRescaleFactor]);
    expect(told.sort((a, b) => files.indexOf(String(a[0])) - files.indexOf(String(b[0])))).toEqual([
      [files[0], 48_000, 1],
      [files[1], 300_000, 6.25],
      [files[2], 48_000, 1],
    ]);
  });

  it('as no word that is known is wrong usage', async () => {
    const { status, stderr } = await zarrAudio('import', 's.zarr', bats, '--ultrasonic', 'fold');
    expect(status).toBe(2);
    expect(stderr).toMatch(/--ultrasonic must be one of refuse, resample, reinterpret/);
  });
});
