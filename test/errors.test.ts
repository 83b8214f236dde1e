import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));

const read = (folder: string, keep: (file: string) => boolean) =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && keep(file) && !file.includes('node_modules') && !file.includes('dist/'))
    .map((file) => readFileSync(`${root}${folder}/${file}`, 'utf8'))
    .join('\n');

/** Names of variables and of tags. */
const NO_CODES = [
  'FFMPEG_PATH',
  'FFPROBE_PATH',
  'METADATA_BLOCK_PICTURE',
  'R128_ALBUM_GAIN',
  'R128_TRACK_GAIN',
  'ZARR_AUDIO_ENTRIES',
  'ZARR_AUDIO_TIMELINE',
];
const codes = [
  ...new Set(read('packages', (file) => /\/src\//.test(file)).match(/(?<=')[A-Z][A-Z0-9]+(_[A-Z0-9]+)+(?=')/g)),
]
  .filter((code) => !NO_CODES.includes(code))
  .sort();
const documented = readFileSync(`${root}docs/errors.md`, 'utf8');
const tests = read('packages', (file) => /\/test\//.test(file));

it('every code stands in docs/errors.md, and no other does', () => {
  const inDocument = documented.match(/(?<=`)[A-Z][A-Z0-9]+(_[A-Z0-9]+)+(?=`)/g);
  expect([...new Set(inDocument)].filter((code) => !NO_CODES.includes(code)).sort()).toEqual(codes);
});

it('no code stands in two rows of a table', () => {
  const named = documented
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => line.split('|')[1]!.match(/(?<=`)[A-Z][A-Z0-9]+(_[A-Z0-9]+)+(?=`)/g)!);
  expect(named.filter((code, i) => named.indexOf(code) !== i)).toEqual([]);
});

it('every code is named by a test', () => {
  expect(codes.filter((code) => !tests.includes(code))).toEqual([]);
});
