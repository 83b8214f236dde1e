import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, fixture, runZarrAudio, WITHOUT_FFMPEG } from './run-command';

let folder: string;
const zarrAudio = (args: readonly string[], env?: Record<string, string>) => runZarrAudio(folder, args, env);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zarr-audio-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a session', () => {
  const store = () => join(folder, 'field.zarr');

  it('imports a WAV and an Ogg Opus file, with one JSON object each', async () => {
    const files = [fixture('wildlife/20210201_210100T.WAV'), fixture('ogg_opus/stereo.opus')];
    const { status, json } = await zarrAudio(['import', store(), ...files, '--user', '{"site":"A"}', '--json']);
    expect(status).toBe(0);
    expect(json).toMatchObject([
      {
        file: files[0],
        stream: 0,
        status: 'imported',
        codec: 'opus',
        totalSamples: 720_000,
        verbatim: false,
        user: { site: 'A' },
      },
      {
        file: files[1],
        stream: 0,
        status: 'imported',
        totalSamples: 104_640,
        verbatim: true,
        packets: 113,
        container: 'ogg-opus',
      },
    ]);
    const keys = [
      'id',
      'codec',
      'container',
      'sampleRate',
      'channels',
      'totalSamples',
      'packets',
      'bitsPerSample',
      'preSkip',
      'verbatim',
      'blobBytes',
      'indexBytes',
      'seekPoints',
      'gaps',
      'trims',
      'repairs',
      'startTime',
      'source',
      'user',
    ];
    expect(Object.keys(json[0]!)).toEqual(expect.arrayContaining(keys));
    const again = await zarrAudio(['import', store(), files[1]!]);
    expect(again).toMatchObject({ status: 0 });
    expect(again.stdout.toString()).toMatch(/^duplicate {2}/);
  });

  it('lists and tells', async () => {
    const { json } = await zarrAudio(['ls', store(), '--json']);
    expect(json.map(({ file }) => file).sort()).toEqual(['20210201_210100T.WAV', 'stereo.opus']);
    expect((await zarrAudio(['ls', store()])).stdout.toString()).toMatch(/stereo\.opus\n/);
    const info = await zarrAudio(['info', store(), 'stereo.opus', '--json']);
    expect(info.json[0]).toMatchObject({
      sampleRate: 48_000,
      channels: 2,
      source: { bytes: 28_582, file: 'stereo.opus' },
    });
    expect((await zarrAudio(['info', store(), String(info.json[0]!.id).slice(0, 8)])).stdout.toString()).toMatch(
      /totalSamples {3}104640/,
    );
  });

  it('reads a range as WAV, raw, and to standard output: the same samples', async () => {
    const range = ['--start', '1000', '--end', '49000'];
    const raw = await zarrAudio(['read', store(), 'stereo.opus', ...range, '-o', '-']);
    expect(raw.stdout).toHaveLength(48_000 * 4);
    expect(
      (await zarrAudio(['read', store(), 'stereo.opus', ...range, '-o', 'a.raw', '--decoder', 'wasm'])).status,
    ).toBe(0);
    expect(readFileSync(join(folder, 'a.raw')).equals(raw.stdout)).toBe(true);
    expect((await zarrAudio(['read', store(), 'stereo.opus', ...range, '-o', 'a.wav'])).status).toBe(0);
    const wav = readFileSync(join(folder, 'a.wav'));
    expect(wav.subarray(0, 4).toString()).toBe('RIFF');
    expect(wav.subarray(44).equals(raw.stdout)).toBe(true);
    const whole = await zarrAudio(['read', store(), 'stereo.opus', '-o', '-']);
    expect(whole.stdout.subarray(4000, 4000 + 48_000 * 4).equals(raw.stdout)).toBe(true);
    const float = await zarrAudio(['read', store(), 'stereo.opus', ...range, '-o', '-', '--dtype', 'float32']);
    const samples = new Float32Array(float.stdout.buffer, float.stdout.byteOffset, 48_000 * 2);
    expect(samples[500]).toBe(raw.stdout.readInt16LE(1000) / 32_768);
    const fast = await zarrAudio(['read', store(), 'stereo.opus', '--start', '50000', '--seek', 'fast', '-o', 'b.raw']);
    expect(fast).toMatchObject({ status: 0, stderr: expect.stringContaining('not measured') });
  });

  it('writes WAV of every sample type: the same sound', async () => {
    const range = ['--start', '1000', '--end', '2000'];
    const raw = await zarrAudio(['read', store(), 'stereo.opus', ...range, '-o', '-']);
    const int32 = await zarrAudio(['read', store(), 'stereo.opus', ...range, '-o', 'int32.wav', '--dtype', 'int32']);
    expect(int32.status).toBe(0);
    const wav = readFileSync(join(folder, 'int32.wav'));
    // EXTENSIBLE, above 16 bits: the data begins at byte 68.
    expect(wav.readUInt16LE(34)).toBe(32);
    expect(wav).toHaveLength(68 + 1000 * 2 * 4);
    for (let i = 0; i < 2000; i++) expect(wav.readInt32LE(68 + 4 * i)).toBe(raw.stdout.readInt16LE(2 * i) * 65_536);
    const empty = [
      'read',
      store(),
      'stereo.opus',
      '--start',
      '5',
      '--end',
      '5',
      '-o',
      'none.wav',
      '--dtype',
      'float32',
    ];
    expect((await zarrAudio(empty)).status).toBe(0);
    // IEEE float, by the sub-format.
    expect(readFileSync(join(folder, 'none.wav')).readUInt16LE(44)).toBe(3);
    const nowhere = await zarrAudio(['read', store(), 'stereo.opus', '-o', 'no/such/folder/a.wav', '--json']);
    expect(nowhere).toMatchObject({ status: 1, json: [{ error: { code: 'OUTPUT_NOT_WRITABLE' } }] });
  });

  it('names every failure, does the rest, and exits with 1', async () => {
    writeFileSync(join(folder, 'empty.opus'), '');
    writeFileSync(join(folder, 'note.txt'), 'no audio\n'.repeat(50));
    const files = [
      'empty.opus',
      'note.txt',
      'missing.wav',
      fixture('ogg_opus/tiny.ogg'),
      fixture('malformed/invalid-m0c0.opus'),
    ];
    const { status, json, stderr } = await zarrAudio(['import', store(), ...files, '--json'], WITHOUT_FFMPEG);
    expect(status).toBe(1);
    expect(json.map(({ status, error }) => (error as { code: string } | undefined)?.code ?? status)).toEqual([
      'SOURCE_EMPTY',
      'FFMPEG_NOT_FOUND',
      'SOURCE_NOT_FOUND',
      'imported',
      'OPUS_BAD_HEAD',
    ]);
    expect(stderr).toMatch(/note\.txt: FFMPEG_NOT_FOUND: .*apt/s);
    expect((await zarrAudio(['ls', store(), '--json'])).json).toHaveLength(3);
  });

  it('searches folders', async () => {
    mkdirSync(join(folder, 'season/may'), { recursive: true });
    writeFileSync(join(folder, 'season/may/a.opus'), readFileSync(fixture('ogg_opus/silence.opus')));
    writeFileSync(join(folder, 'season/b.ogg'), readFileSync(fixture('ogg_opus/variable-channel.opus')));
    writeFileSync(join(folder, 'season/notes.txt'), 'x');
    const { status, json } = await zarrAudio(['import', store(), 'season', '--json']);
    expect(status).toBe(0);
    expect(json.map(({ file, stream }) => [file, stream])).toEqual([
      ['season/b.ogg', 0],
      ['season/b.ogg', 1],
      ['season/may/a.opus', 0],
    ]);
  });

  it('goes on with an import that nobody reads the output of, and says where there is nothing to import', async () => {
    mkdirSync(join(folder, 'nothing'));
    const { status, json } = await zarrAudio(['import', join(folder, 'e.zarr'), 'nothing', '--json']);
    expect({ status, json }).toMatchObject({ status: 1, json: [{ error: { code: 'SOURCE_EMPTY' } }] });
    const files = ['ogg_opus/tiny.ogg', 'ogg_opus/silence.opus', 'ogg_opus/gobble.opus'].map(fixture);
    const child = spawn(process.execPath, [bin, 'import', join(folder, 'many.zarr'), ...files], { cwd: folder });
    child.stdout.destroy();
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    expect((await zarrAudio(['ls', join(folder, 'many.zarr'), '--json'])).json).toHaveLength(3);
  });

  it('can be interrupted: what was imported is whole, and running it again does the rest', async () => {
    const files = Array.from({ length: 40 }, (_, i) => join(folder, `part-${i}.opus`));
    const bytes = readFileSync(fixture('ogg_opus/ogg.opus'));
    for (const [i, file] of files.entries()) writeFileSync(file, bytes.subarray(0, 400_000 + i * 12_000));
    const stopped = join(folder, 'stopped.zarr');
    const args = ['import', stopped, ...files, '--no-seek-points', '--json'];
    const child = spawn(process.execPath, [bin, ...args], { cwd: folder });
    let output = '';
    child.stdout.on('data', (text) => {
      if (output === '') child.kill('SIGINT');
      output += text;
    });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1);
    expect(output).toContain('INTERRUPTED');
    const before = (await zarrAudio(['ls', stopped, '--json'])).json.length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(40);
    expect(readdirSync(join(stopped, '.zarr-audio/tmp'))).toEqual([]);
    expect((await zarrAudio(['import', stopped, ...files, '--no-seek-points'])).status).toBe(0);
    expect((await zarrAudio(['ls', stopped, '--json'])).json).toHaveLength(40);
  });

  it('leaves nothing behind where a read into a file is interrupted', async () => {
    await zarrAudio(['import', store(), fixture('ogg_opus/ogg.opus'), '--no-seek-points']);
    mkdirSync(join(folder, 'output'));
    const args = ['read', store(), 'ogg.opus', '-o', 'output/all.wav'];
    const child = spawn(process.execPath, [bin, ...args], { cwd: folder });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    const timer = setInterval(() => {
      if (readdirSync(join(folder, 'output')).length === 0) return;
      clearInterval(timer);
      child.kill('SIGINT');
    }, 2);
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1);
    expect(stderr).toContain('INTERRUPTED');
    expect(readdirSync(join(folder, 'output'))).toEqual([]);
  });

  it('tells of repairs on standard error', async () => {
    const { status, stderr } = await zarrAudio(['import', store(), fixture('malformed/tinytag_truncated.opus')]);
    expect(status).toBe(0);
    expect(stderr).toMatch(/repaired OGG_TRUNCATED_PAGE at byte 7096/);
  });

  it('says what is wrong with a read, by code', async () => {
    const codeOf = async (...args: string[]) => {
      const { status, json } = await zarrAudio([...args, '--json']);
      expect(status).toBe(1);
      return (json[0]!.error as { code: string }).code;
    };
    for (const range of [
      ['--end', '104641'],
      ['--start', '5', '--end', '3'],
    ]) {
      expect(await codeOf('read', store(), 'stereo.opus', ...range, '-o', 'x.wav')).toBe('RANGE_OUT_OF_BOUNDS');
    }
    expect(await codeOf('read', store(), 'nobody', '-o', 'x.wav')).toBe('RECORDING_NOT_FOUND');
    expect(await codeOf('info', store(), 'b.ogg')).toBe('RECORDING_AMBIGUOUS');
    expect(await codeOf('ls', join(folder, 'note.txt'))).toBe('STORE_NOT_A_FOLDER');
    expect(await codeOf('ls', join(folder, 'nowhere'))).toBe('STORE_NOT_FOUND');
    expect(await codeOf('import', join(folder, 'note.txt'), fixture('ogg_opus/tiny.ogg'))).toBe('STORE_NOT_A_FOLDER');
    expect(await codeOf('packets', fixture('wav/weather.wav'))).toBe('SOURCE_UNSUPPORTED');
    expect(() => readFileSync(join(folder, 'x.wav'))).toThrow(/ENOENT/);
  });
});

describe('packets', () => {
  it('lists those of every link, where they lie in the file', async () => {
    const { status, json } = await zarrAudio(['packets', fixture('ogg_opus/chain.opus'), '--json']);
    expect(status).toBe(0);
    expect(json).toHaveLength(204);
    // Behind the pages of OpusHead (47 bytes) and OpusTags (134): the header of the first audio page.
    const first = 181 + 27 + readFileSync(fixture('ogg_opus/chain.opus'))[181 + 26]!;
    expect(json[0]).toEqual({
      bytePosition: first,
      byteLength: expect.any(Number),
      samples: 960,
      startSample: 0,
      link: 0,
    });
    expect(json.at(-1)).toMatchObject({ link: 3, startSample: 50 * 960 });
    const text = await zarrAudio(['packets', fixture('ogg_opus/tiny.ogg')]);
    expect(text.stdout.toString().trim().split('\n')).toHaveLength(2);
  });
});

describe('a reader that has seen enough', () => {
  it('ends the command without a word', async () => {
    const child = spawn(process.execPath, [bin, 'packets', fixture('ogg_opus/ogg.opus'), '--json']);
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('wrong usage exits with 2 and changes nothing', () => {
  const file = fixture('ogg_opus/tiny.ogg');
  it.each([
    [[]],
    [['dance']],
    [['import', 'x.zarr']],
    [['import', 'x.zarr', file, '--bitrate', 'much']],
    [['import', 'x.zarr', file, '--bitrate', '64000']],
    [['import', 'x.zarr', file, '--codec', 'mp3']],
    [['import', 'x.zarr', file, '--user', '[1]']],
    [['import', 'x.zarr', file, '--user', '{']],
    [['import', 'x.zarr', file, '--frobnicate']],
    [['import', 'http://127.0.0.1/x.zarr', file]],
    [['ls']],
    [['ls', 'a', 'b']],
    [['info', 'x.zarr']],
    [['read', 'x.zarr', 'id']],
    [['read', 'x.zarr', 'id', '-o', 'x.mp3']],
    [['read', 'x.zarr', 'id', '-o', 'x.wav', '--start', '-1']],
    [['read', 'x.zarr', 'id', '-o', 'x.wav', '--start', '1.5']],
    [['read', 'x.zarr', 'id', '-o', 'x.wav', '--dtype', 'int8']],
    [['packets']],
    [['packets', file, '--framing', 'u8']],
    [['import', 'x.zarr', file, '--framing', 'constant:0']],
  ])('%j', async (args) => {
    const { status } = await zarrAudio(args);
    expect(status).toBe(2);
    expect(() => readFileSync(join(folder, 'x.zarr/zarr.json'))).toThrow(/ENOENT|ENOTDIR/);
  });

  it('and help is no error', async () => {
    const { status, stdout } = await zarrAudio(['help']);
    expect(status).toBe(0);
    expect(stdout.toString()).toMatch(/usage: zarr-audio/);
  });
});
