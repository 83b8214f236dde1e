import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFieldMetadata } from '@zarr-audio/field-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contradictionLines, describeField } from '../src/field-description';
import { fixture, runZarrAudio } from './run-command';

let folder: string;
const zarrAudio = (args: readonly string[]) => runZarrAudio(folder, args);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zarr-audio-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what the recorder wrote', () => {
  it('is shown by import, info and ls, and contradictions are told on standard error', async () => {
    // AudioMoth's comment says 21:01 UTC.
    copyFileSync(fixture('wildlife/20210201_210100T.WAV'), join(folder, '20210201_224500.WAV'));
    const files = ['20210201_224500.WAV', fixture('wildlife/S4A03895_20190522_210000-22k.opus')];
    const { status, json, stderr } = await zarrAudio(['import', 's.zarr', ...files, '--no-seek-points', '--json']);
    expect(status).toBe(0);
    expect(json).toMatchObject([
      { startTime: '2021-02-01T21:01:00Z', field: { serialNumber: { value: '11X111111X111111', from: 'audiomoth' } } },
      { startTime: '2019-05-22T21:00:00', field: { startTime: { from: 'fileName', hasZone: false } } },
    ]);
    expect(stderr).toBe(
      'zarr-audio import: 20210201_224500.WAV: contradictory startTime: "2021-02-01T21:01:00Z" (audiomoth), ' +
        '"2021-02-01T22:45:00" (fileName)\n' +
        'zarr-audio import: 2 imported, 0 there already, 0 failed\n',
    );
    const info = await zarrAudio(['info', 's.zarr', '20210201_224500.WAV']);
    expect(info.stdout.toString()).toMatch(/^startTime {6}2021-02-01T21:01:00Z$/m);
    const ls = await zarrAudio(['ls', 's.zarr']);
    expect(ls.stdout.toString()).toMatch(/ {2}2019-05-22T21:00:00 {2}S4A03895_20190522_210000-22k\.opus$/m);
    const entries = await zarrAudio(['ls', 's.zarr', '--json']);
    expect(entries.json.map(({ start }) => start).sort()).toEqual(['2019-05-22T21:00:00', '2021-02-01T21:01:00Z']);
  });

  it('is nothing where the audio alone says something', () => {
    const facts = { fileName: 'talk.wav', tags: {}, pieces: [], sampleRateHz: 8_000 };
    expect(describeField(facts)).toEqual({ startTime: undefined, field: undefined });
    expect(describeField({ ...facts, fileName: '01022021_101500.wav' })).toMatchObject({
      startTime: undefined,
      field: { refused: [{ reason: 'ambiguous' }] },
    });
  });

  it('stays short, whatever a file says', () => {
    const wordy = (i: number) => ({ 'WA|Song Meter|Prefix': 'x', Make: `${i}${'m'.repeat(4_000)}` });
    const pieces = Array.from({ length: 40 }, (_, i) => ({
      ...{ name: 'guan', byteOffset: 0, bytes: new Uint8Array(1) },
      fields: wordy(i),
    }));
    const field = readFieldMetadata({ pieces });
    expect(field.contradictions).toMatchObject([{ field: 'make' }]);
    expect(JSON.stringify(field.contradictions).length).toBeLessThan(3_000);
  });
});

describe('lines of contradictions', () => {
  it.each([null, {}, { contradictions: 7 }, { contradictions: [null, 3] }])('%j has none', (field) => {
    expect(contradictionLines(field)).toEqual([]);
  });

  it('move no cursor, and are of a bounded length', () => {
    const values = [{ value: `\u001b[2J${'x'.repeat(900)}`, from: 'tags\n' }, null];
    const [line] = contradictionLines({ contradictions: [{ field: 'make', values }] });
    expect(line!.length).toBeLessThan(410);
    expect(line).not.toMatch(/[\p{Cc}]/u);
  });
});
