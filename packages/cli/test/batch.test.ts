import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { progressText } from '../src/batch/progress-bar';
import { bin, fixture, runZarrAudio, WITHOUT_FFMPEG } from './run-command';

let folder: string;
const zarrAudio = (args: readonly string[], env: Record<string, string> = {}) =>
  runZarrAudio(folder, args, { ...WITHOUT_FFMPEG, ...env });

/** A season: sound of several kinds, and two files that are none. */
const SEASON = {
  'may/a.wav': 'wildlife/20210201_210100T.WAV',
  'may/b.opus': 'ogg_opus/tiny.ogg',
  'may/c.opus': 'malformed/invalid-m0c0.opus',
  'may/d.flac': 'flac/love.flac',
  'june/e.ogg': 'ogg_opus/variable-channel.opus',
  'june/f.wav': 'wav/sine_32le.wav',
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zarr-audio-batch-'));
  for (const month of ['may', 'june']) mkdirSync(join(folder, 'season', month), { recursive: true });
  for (const [name, path] of Object.entries(SEASON)) copyFileSync(fixture(path), join(folder, 'season', name));
  writeFileSync(join(folder, 'season/june/0 nothing.wav'), '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = (json: readonly Record<string, unknown>[]) => json.map(({ file, status }) => [file, status]);

describe('a season with broken files', () => {
  it.each(['1', '3'])('is imported but for those, in the order of the names, with --jobs %s', async (jobs) => {
    const store = `season-${jobs}.zarr`;
    const { status, json, stderr } = await zarrAudio(['import', store, 'season', '--jobs', jobs, '--json']);
    expect(files(json)).toEqual([
      ['season/june/0 nothing.wav', 'failed'],
      ['season/june/e.ogg', 'imported'],
      ['season/june/e.ogg', 'imported'],
      ['season/june/f.wav', 'imported'],
      ['season/may/a.wav', 'imported'],
      ['season/may/b.opus', 'imported'],
      ['season/may/c.opus', 'failed'],
      ['season/may/d.flac', 'imported'],
    ]);
    expect(status).toBe(1);
    expect(stderr.split('\n').slice(-4)).toEqual([
      'zarr-audio import: 6 imported, 0 there already, 2 failed',
      'zarr-audio import: failed: season/june/0 nothing.wav: SOURCE_EMPTY',
      'zarr-audio import: failed: season/may/c.opus: OPUS_BAD_HEAD',
      '',
    ]);
  });

  it('is the same store with any number of threads', async () => {
    const documents = (store: string) =>
      readdirSync(join(folder, store))
        .filter((name) => /^[0-9a-f]{16}$/.test(name))
        .map((id) => [id, readFileSync(join(folder, store, id, 'zarr.json'), 'utf8')]);
    expect(documents('season-3.zarr')).toEqual(documents('season-1.zarr'));
  });

  it('tells of what is there already, and fails for the same files again', async () => {
    const before = readdirSync(join(folder, 'season-3.zarr'));
    const { status, json, stderr } = await zarrAudio(['import', 'season-3.zarr', 'season', '--json']);
    expect(status).toBe(1);
    expect(json.map((line) => line.status).sort()).toEqual([
      ...Array<string>(6).fill('duplicate'),
      ...Array<string>(2).fill('failed'),
    ]);
    expect(stderr).toContain('0 imported, 6 there already, 2 failed');
    expect(readdirSync(join(folder, 'season-3.zarr'))).toEqual(before);
  });

  it('takes each file once, however often it is named', async () => {
    const named = ['season/may/b.opus', './season/may/../may/b.opus', join(folder, 'season/may/b.opus')];
    const { json } = await zarrAudio(['import', 'once.zarr', ...named, '--json']);
    expect(files(json)).toEqual([['season/may/b.opus', 'imported']]);
  });
});

describe('a pattern', () => {
  it.each([
    ['season/*/*.opus', ['season/may/b.opus', 'season/may/c.opus']],
    [
      'season/**/*.{wav,flac}',
      ['june/0 nothing.wav', 'june/f.wav', 'may/a.wav', 'may/d.flac'].map((at) => `season/${at}`),
    ],
    ['season/j?ne', ['june/0 nothing.wav', 'june/e.ogg', 'june/e.ogg', 'june/f.wav'].map((at) => `season/${at}`)],
  ])('%s means what it does to a shell', async (pattern, expected) => {
    const { json } = await zarrAudio(['import', 'pattern.zarr', pattern, '--json']);
    expect(json.map(({ file }) => file)).toEqual(expected);
  });

  it('is a name where a file is called so, takes links to files, and fails where there is none', async () => {
    copyFileSync(fixture('ogg_opus/tiny.ogg'), join(folder, 'take [1].opus'));
    mkdirSync(join(folder, 'links'));
    symlinkSync('../take [1].opus', join(folder, 'links/linked.opus'));
    symlinkSync('..', join(folder, 'links/up'));
    const { status, json } = await zarrAudio([
      'import',
      'named.zarr',
      'take [1].opus',
      'links/*.opus',
      'x*.wav',
      '--jobs',
      '1',
      '--json',
    ]);
    expect(status).toBe(1);
    expect(files(json)).toEqual([
      ['take [1].opus', 'imported'],
      ['links/linked.opus', 'duplicate'],
      ['x*.wav', 'failed'],
    ]);
    expect(json[2]).toMatchObject({ error: { code: 'SOURCE_EMPTY' } });
  });
});

it('goes on behind a file that a thread dies of', async () => {
  // What a thread runs out of is not for a test: it is made to end, as one does that has no memory left.
  const dying = join(folder, 'dying.cjs');
  writeFileSync(
    dying,
    `const { parentPort } = require('node:worker_threads');
    const on = parentPort?.on;
    if (on) parentPort.on = (type, listener) =>
      on.call(parentPort, type, (message) => (message.path?.endsWith('a.wav') ? process.exit(7) : listener(message)));`,
  );
  const { status, json, stderr } = await zarrAudio(['import', 'dying.zarr', 'season/may', '--jobs', '2', '--json'], {
    NODE_OPTIONS: `--require ${JSON.stringify(dying)}`,
  });
  expect(status).toBe(1);
  expect(
    json.map(({ file, error }) => [basename(file as string), (error as { code: string } | undefined)?.code]),
  ).toEqual([
    ['a.wav', 'WORKER_FAILED'],
    ['b.opus', undefined],
    ['c.opus', 'OPUS_BAD_HEAD'],
    ['d.flac', undefined],
  ]);
  expect(stderr).toContain('failed: season/may/a.wav: WORKER_FAILED');
});

it('tells of links that lead nowhere, of whose bytes were there, and lets no name write on the terminal', async () => {
  const hostile = 'red \u001b[31m\nfailed: all.opus';
  mkdirSync(join(folder, 'odd'));
  const bytes = readFileSync(fixture('ogg_opus/mono.opus'));
  writeFileSync(join(folder, 'odd', hostile), bytes);
  writeFileSync(join(folder, 'odd/z.opus'), bytes);
  writeFileSync(join(folder, 'odd', `${hostile}.wav`), 'no audio');
  symlinkSync('nowhere', join(folder, 'odd/a.flac'));
  const args = ['import', 'odd.zarr', 'odd', '--jobs', '1', '--no-seek-points'];
  const { status, stdout, stderr } = await zarrAudio(args);
  const told = 'red  [31m failed: all.opus';
  expect(status).toBe(1);
  expect(stdout.toString().split('\n')).toEqual([
    expect.stringMatching(/^imported .* red {2}\[31m failed: all\.opus$/),
    expect.stringMatching(/^duplicate .* red {2}\[31m failed: all\.opus {2}\(odd\/z\.opus\)$/),
    '',
  ]);
  expect(stderr).toContain(`${told}.wav: `);
  expect(stderr.match(/^.*failed: .*$/gm)).toEqual(
    expect.arrayContaining([
      'zarr-audio import: failed: odd/a.flac: SOURCE_NOT_FOUND',
      `zarr-audio import: failed: odd/${told}.wav: FFMPEG_NOT_FOUND`,
    ]),
  );
  for (const text of [stdout.toString(), stderr]) {
    expect(text).not.toContain('\u001b');
    expect(text).not.toMatch(/^failed/m);
  }
});

it.skipIf(process.platform !== 'linux')('tells each file whose name is not UTF-8, and takes the others', async () => {
  mkdirSync(join(folder, 'latin'));
  const bytes = readFileSync(fixture('ogg_opus/tiny.ogg'));
  const name = (byte: number) =>
    Buffer.concat([Buffer.from(`${folder}/latin/a`), Buffer.of(byte), Buffer.from('.ogg')]);
  for (const path of [name(0xe4), name(0xf6), join(folder, 'latin/z.ogg')]) writeFileSync(path, bytes);
  const { status, json } = await zarrAudio(['import', 'latin.zarr', 'latin', '--json']);
  expect(status).toBe(1);
  const refused = {
    status: 'failed',
    error: { code: 'SOURCE_UNREADABLE', message: expect.stringContaining('rename') },
  };
  expect(json).toMatchObject([refused, refused, { status: 'imported' }]);
});

it('stops cleanly in the middle of several files, says what is left, and does it when it is run again', async () => {
  mkdirSync(join(folder, 'long'));
  const bytes = readFileSync(fixture('ogg_opus/ogg.opus'));
  for (let i = 0; i < 30; i++) writeFileSync(join(folder, `long/${i}.opus`), bytes.subarray(0, 400_000 + i * 12_000));
  const args = ['import', 'stopped.zarr', 'long', '--jobs', '2', '--no-seek-points'];
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder, env: { ...process.env, ...WITHOUT_FFMPEG } });
  let output = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    if (output === '') child.kill('SIGINT');
    output += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1);
  const [, imported, left] =
    /(\d+) imported, 0 there already, 0 failed, (\d+) file\(s\) left: run it again/.exec(stderr) ?? [];
  expect(Number(imported)).toBeGreaterThan(0);
  expect(Number(left)).toBeGreaterThan(0);
  expect(Number(imported) + Number(left)).toBe(30);
  expect(output.match(/^imported/gm)).toHaveLength(Number(imported));
  expect(stderr).toContain('INTERRUPTED');
  expect(readdirSync(join(folder, 'stopped.zarr/.zarr-audio/tmp'))).toEqual([]);
  const again = await zarrAudio(args);
  expect(again.status).toBe(0);
  expect(again.stderr).toContain(`${left} imported, ${imported} there already, 0 failed`);
});

it('has no more to say of many threads than of one', async () => {
  const { status, stderr } = await zarrAudio(['import', 'wide.zarr', 'long', '--jobs', '16', '--no-seek-points']);
  expect(status).toBe(0);
  expect(stderr.replace(/^.*: repaired OGG_.*\n/gm, '')).toBe(
    'zarr-audio import: 30 imported, 0 there already, 0 failed\n',
  );
});

describe('progress', () => {
  it('is one line on a terminal, which is gone when it ends', () => {
    // python3 is what node-gyp needs, so it is there; its pty is a real terminal, of which stderr is one end.
    const pty = `import os, pty, subprocess, sys
master, slave = pty.openpty()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=slave)
os.close(slave)
shown = b""
try:
    while part := os.read(master, 65536): shown += part
except OSError: pass
child.wait()
sys.stdout.buffer.write(shown)`;
    const args = [process.execPath, bin, 'import', 'shown.zarr', 'season', 'long', '--no-seek-points'];
    const { stdout, status } = spawnSync('python3', ['-c', pty, ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    const shown = stdout.replaceAll('\u001b[K', '<clear>');
    expect(shown).toMatch(/\r\[[#-]{20}\] {1,3}\d+ % {2}\d+ of 37 files {2}\d+\.\d of \d+\.\d MB.*<clear>/);
    // Nothing is written behind a bar that stands there.
    for (const line of shown.split(/\r?\n/)) expect(line).not.toMatch(/^\[.*zarr-audio import/);
    expect(shown.split('<clear>').at(-1)).toMatch(
      /^zarr-audio import: [^[]*\n.*36 imported, 0 there already, 2 failed/s,
    );
  });

  it('says how much is done, and when the rest may be', () => {
    expect(progressText(1.2e9, 4.8e9, 10, 40, 241_000)).toBe(
      '[#####---------------]  25 %  10 of 40 files  1.2 of 4.8 GB  0:12:03 left',
    );
    expect(progressText(500, 1000, 1, 2, 1999)).toBe('[##########----------]  50 %  1 of 2 files  0.5 of 1.0 kB');
    expect(progressText(0, 0, 1, 4, 3000)).toBe(
      '[#####---------------]  25 %  1 of 4 files  0 of 0 bytes  0:00:09 left',
    );
    expect(progressText(999, 999, 3, 3, 9e6)).toBe(
      '[####################] 100 %  3 of 3 files  999 of 999 bytes  0:00:00 left',
    );
  });
});
