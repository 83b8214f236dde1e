import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '@zarr-audio/codec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryStorage, type StorageKey, type WritableStorage } from '../../src/storage';
import { fileStorage } from '../../src/storage/file';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zarr-audio-storage-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let stores = 0;
const kinds: [string, () => Promise<WritableStorage>][] = [
  ['memoryStorage', async () => memoryStorage()],
  ['fileStorage', () => fileStorage(join(folder, `store-${stores++}`), { create: true })],
];

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

async function write(storage: WritableStorage, key: StorageKey, ...texts: string[]): Promise<void> {
  const file = await storage.create(key);
  for (const text of texts) await file.write(bytesOf(text));
  await file.close();
}

describe.each(kinds)('%s', (_, make) => {
  it('gives back what was set, and nothing for what was not', async () => {
    const storage = await make();
    await storage.set('/a/b/zarr.json', bytesOf('one'));
    expect(textOf(await storage.get('/a/b/zarr.json'))).toBe('one');
    await storage.set('/a/b/zarr.json', bytesOf('two, longer'));
    expect(textOf(await storage.get('/a/b/zarr.json'))).toBe('two, longer');
    for (const key of ['/a', '/a/b', '/a/c', '/x', '/a/b/zarr.json/below'] as const) {
      expect(await storage.get(key)).toBeUndefined();
      expect(await storage.getRange(key, { offset: 0, length: 1 })).toBeUndefined();
    }
  });

  it('gives parts of files: shorter at the end, never filled up', async () => {
    const storage = await make();
    await storage.set('/file', bytesOf('0123456789'));
    const range = async (offset: number, length: number) => textOf(await storage.getRange('/file', { offset, length }));
    expect(await range(2, 3)).toBe('234');
    expect(await range(8, 100)).toBe('89');
    expect(await range(0, 2 ** 40)).toBe('0123456789');
    expect(await range(10, 1)).toBe('');
    expect(await range(2 ** 40, 2 ** 40)).toBe('');
    expect(textOf(await storage.getRange('/file', { suffixLength: 3 }))).toBe('789');
    expect(textOf(await storage.getRange('/file', { suffixLength: 2 ** 40 }))).toBe('0123456789');
  });

  it.each([
    { offset: 0, length: 0 },
    { offset: -1, length: 2 },
    { offset: 0.5, length: 2 },
    { offset: Number.MAX_SAFE_INTEGER, length: 2 },
    { suffixLength: 0 },
    { suffixLength: Number.NaN },
  ])('refuses the range %j', async (range) => {
    const storage = await make();
    await storage.set('/file', bytesOf('0123456789'));
    await expect(storage.getRange('/file', range)).rejects.toThrow(RangeError);
  });

  it('does not share its bytes', async () => {
    const storage = await make();
    const bytes = bytesOf('abc');
    await storage.set('/file', bytes);
    bytes.fill(0);
    (await storage.get('/file'))!.fill(0);
    (await storage.getRange('/file', { offset: 0, length: 3 }))!.fill(0);
    expect(textOf(await storage.get('/file'))).toBe('abc');
    const writer = await storage.create('/written');
    const piece = bytesOf('abc');
    await writer.write(piece);
    piece.fill(0);
    await writer.write(piece.subarray(0, 0));
    await writer.close();
    expect(textOf(await storage.get('/written'))).toBe('abc');
  });

  it('writes a file from start to end, once', async () => {
    const storage = await make();
    await write(storage, '/a/c/0', 'one ', 'two', '');
    expect(textOf(await storage.get('/a/c/0'))).toBe('one two');
    await expect(storage.create('/a/c/0')).rejects.toMatchObject({ code: 'STORE_EXISTS' });
    await expect(storage.create('/a/c')).rejects.toMatchObject({ code: 'STORE_EXISTS' });
    await expect(storage.set('/a/c', bytesOf('x'))).rejects.toMatchObject({ code: 'STORE_EXISTS' });
    await expect(storage.create('/a/c/0/1')).rejects.toMatchObject({ code: 'STORE_NOT_A_FOLDER' });
    await expect(storage.set('/a/c/0/1', bytesOf('x'))).rejects.toMatchObject({ code: 'STORE_NOT_A_FOLDER' });
    expect(textOf(await storage.get('/a/c/0'))).toBe('one two');
  });

  it('drops a file that is given up, and keeps one that is complete', async () => {
    const storage = await make();
    const file = await storage.create('/a/0');
    await file.write(bytesOf('half'));
    await file.abort();
    await file.abort();
    expect(await storage.get('/a/0')).toBeUndefined();
    await write(storage, '/a/0', 'whole');
    const other = await storage.create('/a/1');
    await other.close();
    await other.abort();
    await expect(other.write(bytesOf('more'))).rejects.toThrow();
    expect(textOf(await storage.get('/a/1'))).toBe('');
  });

  it('writes many small pieces', async () => {
    const storage = await make();
    const file = await storage.create('/file');
    for (let i = 0; i < 500; i++) await file.write(bytesOf(`${i} `));
    await file.close();
    const text = Array.from({ length: 500 }, (_, i) => `${i} `).join('');
    expect(textOf(await storage.get('/file'))).toBe(text);
  });

  it('lists a folder', async () => {
    const storage = await make();
    await write(storage, '/b/zarr.json', '{}');
    await write(storage, '/b/c/0', '');
    await write(storage, '/b/c/1', '');
    await write(storage, '/a', '');
    expect(await storage.list!('/')).toEqual(['a', 'b']);
    expect(await storage.list!('/b')).toEqual(['c', 'zarr.json']);
    expect(await storage.list!('/b/c')).toEqual(['0', '1']);
    expect(await storage.list!('/nothing')).toEqual([]);
    expect(await storage.list!('/a')).toEqual([]);
  });

  it('moves a folder, or says that there is one already and changes nothing', async () => {
    const storage = await make();
    await write(storage, '/tmp/x/zarr.json', 'mine');
    await write(storage, '/tmp/x/c/0/0', 'data');
    await write(storage, '/tmp/y/zarr.json', 'other');
    expect(await storage.rename('/tmp/x', '/rec/one')).toBe(true);
    expect(textOf(await storage.get('/rec/one/zarr.json'))).toBe('mine');
    expect(textOf(await storage.get('/rec/one/c/0/0'))).toBe('data');
    expect(await storage.get('/tmp/x/zarr.json')).toBeUndefined();
    expect(await storage.rename('/tmp/y', '/rec/one')).toBe(false);
    expect(textOf(await storage.get('/rec/one/zarr.json'))).toBe('mine');
    expect(textOf(await storage.get('/tmp/y/zarr.json'))).toBe('other');
    await write(storage, '/file', 'a file');
    expect(await storage.rename('/tmp/y', '/file')).toBe(false);
    await expect(storage.rename('/tmp/x', '/rec/two')).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    await expect(storage.rename('/tmp/y', '/tmp/y/z')).rejects.toMatchObject({ code: 'STORE_BAD_KEY' });
    await expect(storage.rename('/tmp/y', '/tmp/y')).rejects.toMatchObject({ code: 'STORE_BAD_KEY' });
    await expect(storage.rename('/tmp/y', '/file/below')).rejects.toMatchObject({ code: 'STORE_NOT_A_FOLDER' });
  });

  it('lets one of many writers win', async () => {
    const storage = await make();
    const writers = Array.from({ length: 8 }, (_, i) => i);
    for (const i of writers) await write(storage, `/tmp/${i}/zarr.json`, `${i}`);
    const won = await Promise.all(writers.map((i) => storage.rename(`/tmp/${i}`, '/rec')));
    expect(won.filter((each) => each)).toHaveLength(1);
    expect(textOf(await storage.get('/rec/zarr.json'))).toBe(`${won.indexOf(true)}`);
    const created = await Promise.allSettled(writers.map((i) => write(storage, '/0.jsonl', `${i}`)));
    expect(created.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('removes files and folders', async () => {
    const storage = await make();
    await write(storage, '/rec/c/0', '');
    await write(storage, '/record', '');
    await storage.remove('/rec');
    await storage.remove('/rec');
    await storage.remove('/nothing/at/all');
    expect(await storage.list!('/rec')).toEqual([]);
    expect(await storage.get('/record')).toBeDefined();
    await storage.remove('/record');
    expect(await storage.get('/record')).toBeUndefined();
  });

  it.each([
    '/..',
    '/../secret',
    '/a/../../secret',
    '/a/..',
    '/./a',
    '//etc/passwd',
    '/a//b',
    '/a/',
    'a',
    '',
    '/a\0b',
    '/a\\..\\b',
    `/a/${'x'.repeat(256)}`,
    '/',
  ])('refuses the key %j, whatever is done with it', async (text) => {
    const storage = await make();
    const key = text as StorageKey;
    const acts = [
      storage.get(key),
      storage.getRange(key, { offset: 0, length: 1 }),
      storage.set(key, bytesOf('x')),
      storage.create(key),
      storage.remove(key),
      storage.rename(key, '/to'),
      storage.rename('/from', key),
    ];
    for (const act of acts) expect(await act.then(() => 'done', errorCode)).toBe('STORE_BAD_KEY');
    if (key !== '/') expect(await storage.list!(key).then(() => 'done', errorCode)).toBe('STORE_BAD_KEY');
    expect(await storage.list!('/')).toEqual([]);
  });

  it('stops for a signal, with its reason', async () => {
    const storage = await make();
    await storage.set('/file', bytesOf('abc'));
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(storage.get('/file', { signal })).rejects.toBe(reason);
    await expect(storage.getRange('/file', { offset: 0, length: 1 }, { signal })).rejects.toBe(reason);
    await expect(storage.list!('/', { signal })).rejects.toBe(reason);
    const later = new AbortController();
    const reading = storage.getRange('/file', { offset: 0, length: 1 }, { signal: later.signal });
    later.abort(reason);
    // What is complete already may come.
    expect(await reading.then(textOf, (error) => error)).toSatisfy((got) => got === reason || got === 'a');
  });
});
