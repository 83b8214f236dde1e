import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { importAlone, rows } from './corpus-table';
import { fixture } from './run-command';

const read = (path: string) => JSON.parse(readFileSync(fixture(path), 'utf8'));

it('ffprobe and ffmpeg say of the malformed files what is recorded', () => {
  const said = execFileSync('python3', [fixture('golden/malformed/record.py'), '--print'], { encoding: 'utf8' });
  expect(JSON.parse(said).files).toEqual(read('golden/malformed/ffprobe.json').files);
});

describe('as the command imports it where there is ffmpeg', () => {
  it.each(rows)('$path: $ffmpeg', async ({ path, opus, ffmpeg }) => {
    const { outcome, recordings, files } = await importAlone(path, {});
    expect(outcome).toBe(ffmpeg);
    if (outcome !== 'imported') expect(files).toBe(0);
    else if (opus !== 'imported') {
      // What ffmpeg alone reads: its own count of frames.
      const { sampleRate, channels, frames } = read('golden/wav/ffmpeg.json').files[path];
      const totalSamples = Math.ceil((frames * 48_000) / sampleRate);
      expect(recordings[0]!.info).toMatchObject({ channels, totalSamples, source: { sampleRate, channels } });
    }
  });
});
