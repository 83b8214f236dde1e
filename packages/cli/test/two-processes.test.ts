import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runZarrAudio, WITHOUT_FFMPEG } from './run-command';
import { BROKEN_FILE, everythingIn, idsIn, putTwentyFiles } from './twenty-files';

let folder: string;
let files: string[];
/** What one process makes of all files. */
let alone: Record<string, string>;

const zarrAudio = (...args: readonly string[]) => runZarrAudio(folder, args, WITHOUT_FFMPEG);
/** One thread each. Seek points take time, and have nothing to do with it. */
const importInto = (store: string, names: readonly string[]) =>
  zarrAudio(
    'import',
    store,
    ...names.map((name) => join('sources', name)),
    '--jobs',
    '1',
    '--no-seek-points',
    '--json',
  );

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zarr-audio-two-'));
  files = putTwentyFiles(join(folder, 'sources')).filter((name) => name !== BROKEN_FILE);
  expect((await importInto('alone.zarr', files)).status).toBe(0);
  alone = everythingIn(join(folder, 'alone.zarr'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('two processes that make a store of files that overlap: each file is there once, and whole', async () => {
  const store = 'two.zarr';
  // 14 of each end of the list: 9 of 19 are imported by both. The second goes backwards, so that both are at them at the same time.
  const shares = [files.slice(0, 14), files.slice(-14).reverse()];
  const outcomes = await Promise.all(shares.map((share) => importInto(store, share)));
  for (const { status, stderr } of outcomes) {
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining('catalogue') });
  }

  const ids = idsIn(join(folder, store));
  const lines = outcomes.flatMap(({ json }) => json);
  for (const id of ids) {
    const ofThis = lines.filter((line) => line.id === id);
    const isShared = shares.every((share) => share.includes(basename(String(ofThis[0]!.file))));
    const statuses = ofThis.map(({ status }) => status).sort();
    expect({ id, statuses }).toEqual({ id, statuses: isShared ? ['duplicate', 'imported'] : ['imported'] });
  }
  expect(lines.every(({ id }) => ids.includes(String(id)))).toBe(true);

  const listed = await zarrAudio('ls', store, '--json');
  expect(listed.json.map(({ id }) => id)).toEqual(ids);
  const verified = await zarrAudio('verify', store, '--json');
  expect(verified).toMatchObject({ status: 0, json: ids.map((id) => ({ id, ok: true, damage: [] })) });
  // Whoever finds a recording without a line adds one, and so may two: gc puts that right.
  expect(await zarrAudio('gc', store, '--min-age', '0', '--json')).toMatchObject({ status: 0, json: [] });
  expect(everythingIn(join(folder, store))).toEqual(alone);
});

it('four processes, of the same files in the same order: one does each, and the others find it', async () => {
  const store = 'four.zarr';
  // Several recordings in one, what is kept, and what is encoded.
  const same = ['chain.opus', 'tiny.ogg', 'love.flac', 'sine_32le.wav', 'detodos.webm'];
  const outcomes = await Promise.all([1, 2, 3, 4].map(() => importInto(store, same)));
  expect(outcomes.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
  for (const id of idsIn(join(folder, store))) {
    const statuses = outcomes.map(({ json }) => json.find((line) => line.id === id)?.status);
    expect(statuses.sort()).toEqual(['duplicate', 'duplicate', 'duplicate', 'imported']);
  }
  expect(readdirSync(join(folder, store, '.zarr-audio/tmp'))).toEqual([]);
  const found = everythingIn(join(folder, store));
  const ofAlone = Object.entries(alone).filter(([name]) => name !== 'catalogue' && name in found);
  expect({ ...found, catalogue: '' }).toEqual({ ...Object.fromEntries(ofAlone), catalogue: '' });
  expect(found.catalogue!.split('\n').every((line) => alone.catalogue!.includes(line))).toBe(true);
  expect((await zarrAudio('ls', store, '--json')).json).toHaveLength(idsIn(join(folder, store)).length);
});
