import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileStorage } from '../../src/storage/file';
import { readError, writeError } from '../../src/storage/file-errors';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zarr-audio-file-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const bytes = (length: number) => new Uint8Array(length).fill(7);

describe('the folder of a store', () => {
  it('is made when that is asked for, and found again', async () => {
    const path = join(folder, 'deep', 'er', 'store.zarr');
    await expect(fileStorage(path)).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    expect(existsSync(join(folder, 'deep'))).toBe(false);
    const storage = await fileStorage(path, { create: true });
    await storage.set('/zarr.json', bytes(3));
    expect(storage.description).toBe(path);
    expect(await (await fileStorage(path)).get('/zarr.json')).toEqual(bytes(3));
    await expect(fileStorage(path, { create: true })).resolves.toBeDefined();
  });

  it('must be no file, nor lie below one', async () => {
    const path = join(folder, 'a-file');
    await writeFile(path, 'text');
    for (const options of [{}, { create: true }]) {
      await expect(fileStorage(path, options)).rejects.toMatchObject({ code: 'STORE_NOT_A_FOLDER' });
      await expect(fileStorage(join(path, 'below'), options)).rejects.toMatchObject({ code: 'STORE_NOT_A_FOLDER' });
    }
    expect(await readFile(path, 'utf8')).toBe('text');
  });

  // Nobody may make folders here, root neither.
  it.runIf(existsSync('/sys/kernel'))('that may not be written is STORE_NOT_WRITABLE', async () => {
    const refused = { code: 'STORE_NOT_WRITABLE', cause: expect.any(Error) };
    const missing = await fileStorage('/sys/kernel/store.zarr', { create: true });
    await expect(missing.set('/zarr.json', bytes(1))).rejects.toMatchObject(refused);
    const storage = await fileStorage('/sys/kernel');
    await expect(storage.set('/zarr.json', bytes(1))).rejects.toMatchObject(refused);
    await expect(storage.create('/rec/c/0')).rejects.toMatchObject(refused);
  });
});

describe('failures of the system', () => {
  const failure = (code: string) => Object.assign(new Error(`${code}: it failed`), { code });

  it.each([
    ['EACCES', 'STORE_NOT_WRITABLE'],
    ['EPERM', 'STORE_NOT_WRITABLE'],
    ['EROFS', 'STORE_NOT_WRITABLE'],
    ['ENOSPC', 'STORE_FULL'],
    ['EDQUOT', 'STORE_FULL'],
    ['ENOTDIR', 'STORE_NOT_A_FOLDER'],
    ['EIO', 'STORE_IO'],
    ['EMFILE', 'STORE_IO'],
  ])('when writing: %s is %s', (system, code) => {
    const cause = failure(system);
    expect(writeError(cause, '/store/c/0')).toMatchObject({ code, cause, details: { path: '/store/c/0', system } });
    expect(readError(cause, '/store/c/0')).toMatchObject({ code: 'STORE_IO', cause });
  });

  it('leave bugs as they are', () => {
    const bug = new TypeError('a bug');
    expect(writeError(bug, '/store')).toBe(bug);
    expect(readError(bug, '/store')).toBe(bug);
  });

  // The one full disk that every Linux has.
  it.runIf(existsSync('/dev/full'))('come from a full disk as STORE_FULL', async () => {
    const full = await open('/dev/full', 'w');
    const error = await full.write(bytes(10)).catch((reason) => reason);
    await full.close();
    expect(writeError(error, '/store/c/0')).toMatchObject({ code: 'STORE_FULL' });
  });
});

describe('links in a store', () => {
  it('are not written through, but removed themselves', async () => {
    const path = join(folder, 'with-links');
    await mkdir(path);
    const outside = join(folder, 'outside');
    await mkdir(join(outside, 'kept'), { recursive: true });
    const storage = await fileStorage(path, { create: true });
    await symlink(outside, join(path, 'link'));
    await storage.set('/tmp/x/zarr.json', bytes(1));
    const refused = { code: 'STORE_BAD_KEY' };
    await expect(storage.set('/link/file', bytes(1))).rejects.toMatchObject(refused);
    await expect(storage.create('/link/deep/file')).rejects.toMatchObject(refused);
    await expect(storage.remove('/link/kept')).rejects.toMatchObject(refused);
    await expect(storage.rename('/link/kept', '/kept')).rejects.toMatchObject(refused);
    await expect(storage.rename('/tmp/x', '/link/x')).rejects.toMatchObject(refused);
    await storage.remove('/link');
    expect(await readdir(path)).not.toContain('link');
    expect(await readdir(outside)).toEqual(['kept']);
  });

  it('in the place of the folder where files are written aside keep everything from being written', async () => {
    for (const name of ['.zarr-audio', '.zarr-audio/tmp']) {
      const path = join(folder, `linked-${name.length}`);
      const outside = join(folder, `outside-${name.length}`);
      await mkdir(join(path, name, '..'), { recursive: true });
      await mkdir(join(path, 'rec'));
      await mkdir(outside);
      await symlink(outside, join(path, name));
      const storage = await fileStorage(path);
      const refused = { code: 'STORE_BAD_KEY' };
      await expect(storage.set('/zarr.json', bytes(1))).rejects.toMatchObject(refused);
      await expect(storage.create('/.zarr-audio/tmp/x/zarr.json')).rejects.toMatchObject(refused);
      await expect(storage.remove('/rec')).rejects.toMatchObject(refused);
      expect(await readdir(outside)).toEqual([]);
      expect(await readdir(path)).toContain('rec');
    }
  });

  it('are not written through as files either', async () => {
    const path = join(folder, 'linked-files');
    const outside = join(folder, 'outside-file');
    await mkdir(path);
    await writeFile(outside, 'of others');
    const storage = await fileStorage(path);
    for (const target of [outside, join(folder, 'not-there')]) {
      await symlink(target, join(path, 'link'));
      await expect(storage.create('/link')).rejects.toMatchObject({ code: 'STORE_EXISTS' });
      await expect(storage.append!('/link', bytes(1))).rejects.toMatchObject({ code: 'STORE_IO' });
      await storage.set('/link', bytes(3));
      expect(await readFile(join(path, 'link'))).toHaveLength(3);
      await storage.remove('/link');
    }
    expect(await readFile(outside, 'utf8')).toBe('of others');
    expect(existsSync(join(folder, 'not-there'))).toBe(false);
  });

  it('are followed when reading', async () => {
    const path = join(folder, 'linked-shards');
    await mkdir(path);
    const storage = await fileStorage(path, { create: true });
    await writeFile(join(folder, 'shard'), 'on another disk');
    await symlink(join(folder, 'shard'), join(path, '0'));
    expect(await storage.get('/0')).toHaveLength(15);
  });
});

describe('a folder that can not be made', () => {
  it.runIf(process.platform !== 'win32')('is told with what the system says of it, and not as missing', async () => {
    const storage = await fileStorage(join(folder, 'names'), { create: true });
    // 600 bytes in UTF-8: one that no disk takes.
    const name = 'ü'.repeat(250).concat('ü');
    const tooLong = { code: 'STORE_IO', details: { system: 'ENAMETOOLONG' } };
    await expect(storage.create(`/a/${name}/b/0`)).rejects.toMatchObject(tooLong);
    await expect(storage.set(`/a/${name}`, bytes(1))).rejects.toMatchObject(tooLong);
    await expect(storage.get(`/a/${name}`)).rejects.toMatchObject({ code: 'STORE_IO' });
    expect(await storage.list!('/.zarr-audio/tmp')).toEqual([]);
  });

  it('because a file is in the way is told as that, wherever it is', async () => {
    const storage = await fileStorage(join(folder, 'in-the-way'), { create: true });
    await storage.set('/a/b', bytes(1));
    for (const key of ['/a/b/c', '/a/b/c/d/e'] as const) {
      await expect(storage.create(key)).rejects.toMatchObject({ code: 'STORE_NOT_A_FOLDER' });
      await expect(storage.set(key, bytes(1))).rejects.toMatchObject({ code: 'STORE_NOT_A_FOLDER' });
    }
  });

  it('is made by one of many who want it, with those above it', async () => {
    const storage = await fileStorage(join(folder, 'many', 'at', 'once'), { create: true });
    const keys = Array.from({ length: 20 }, (_, i) => `/a/b/c/d/${i % 4}/${i}` as const);
    await Promise.all(keys.map(async (key) => (await storage.create(key)).close()));
    expect(await storage.list!('/a/b/c/d')).toEqual(['0', '1', '2', '3']);
  });
});

describe('setting a file', () => {
  it('shows the old one or the new one at every moment, so that a crash leaves one of them', async () => {
    const path = join(folder, 'crash');
    const storage = await fileStorage(path, { create: true });
    const size = 2_000_000;
    await storage.set('/zarr.json', new Uint8Array(size));
    let isRunning = true;
    const writing = (async () => {
      for (let i = 1; i <= 10; i++) await storage.set('/zarr.json', new Uint8Array(size).fill(i));
      isRunning = false;
    })();
    const seen = new Set<number>();
    while (isRunning) {
      const file = await readFile(join(path, 'zarr.json'));
      expect(file.byteLength).toBe(size);
      expect(file[0]).toBe(file[size - 1]);
      seen.add(file[0]!);
    }
    await writing;
    expect(seen.size).toBeGreaterThan(2);
    expect(await storage.list!('/')).toEqual(['.zarr-audio', 'zarr.json']);
    expect(await storage.list!('/.zarr-audio/tmp')).toEqual([]);
  });

  it('leaves nothing behind when it fails', async () => {
    const storage = await fileStorage(join(folder, 'clean'), { create: true });
    await storage.set('/a/b/zarr.json', bytes(10));
    await expect(storage.set('/a/b', bytes(10))).rejects.toMatchObject({ code: 'STORE_EXISTS' });
    await expect(storage.set('/a/b/zarr.json/x', bytes(10))).rejects.toMatchObject({ code: 'STORE_NOT_A_FOLDER' });
    expect(await storage.list!('/.zarr-audio/tmp')).toEqual([]);
  });
});

describe('a new file', () => {
  it('that is given up after some of it was written is gone', async () => {
    const storage = await fileStorage(join(folder, 'half'), { create: true });
    const file = await storage.create('/rec/c/0');
    await file.write(bytes(1000));
    expect(await storage.get('/rec/c/0')).toHaveLength(1000);
    await file.abort();
    expect(await storage.list!('/rec/c')).toEqual([]);
  });
});
