import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installPacked, installTarballs, packAll } from '../scripts/packed.mjs';

/*
 * `npm create zarr-audio my-app`, as a stranger does it, with packages from their tarballs.
 */

const root = fileURLToPath(new URL('../', import.meta.url));
const WITHOUT_NATIVE = ['--omit=optional', '--ignore-scripts'];

let folder: string;
let app: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zarr-audio-create-'));
  app = join(folder, 'my-app');
  const tarballs: Map<string, string> = packAll(`${root}.cache/published-templates`);
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  installTarballs(folder, [tarballs.get('create-zarr-audio')!]);
  const made = call(join(folder, 'node_modules/.bin/create-zarr-audio'), ['my-app', '--template', 'node'], folder);
  expect(made).toMatchObject({ status: 0, stderr: '' });
  const { dependencies } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
  for (const range of Object.values(dependencies)) expect(range).toMatch(/^\^\d+\.\d+\.\d+$/);
  installPacked(app, tarballs, WITHOUT_NATIVE);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function call(command: string, args: string[], cwd: string) {
  return spawnSync(command, args, { cwd, encoding: 'utf8' });
}

it('imports and reads the sound that it comes with', () => {
  const { status, stdout } = call('npm', ['start', '--silent'], app);
  const [imported, read] = stdout.split('\n');
  expect(imported).toMatch(/^chirp\.wav: imported as [0-9a-f]{16}, 96000 samples at 48000 Hz$/);
  // A sine of 20,000 that swells as the first quarter of another: 20,000 * sqrt(1/2 * 1/2).
  const [, level] = /^The first 48000 have an RMS level of ([\d.]+)$/.exec(read!)!;
  expect(Number(level)).toBeGreaterThan(9_800);
  expect(Number(level)).toBeLessThan(10_200);
  expect(status).toBe(0);
  expect(call('npm', ['start', '--silent'], app).stdout).toMatch(/^chirp\.wav: duplicate as /);
});

it('takes other files', () => {
  for (const [file, samples] of [
    ['flac/love.flac', /samples at 44100 Hz/],
    ['ogg_opus/weather.ogg', /samples at 48000 Hz/],
  ] as const) {
    const { status, stdout } = call('npm', ['start', '--silent', '--', `${root}fixtures/${file}`, 'others.zarr'], app);
    expect(stdout).toMatch(samples);
    expect(status).toBe(0);
  }
});

it('says with a code what it can not import', () => {
  writeFileSync(join(app, 'notes.txt'), 'no audio at all');
  const { status, stderr } = call('npm', ['start', '--silent', '--', 'notes.txt'], app);
  expect(stderr).toContain('SOURCE_UNSUPPORTED');
  expect(status).toBe(1);
});
