import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openOrCreateStore, StoreError, type WritableStorage } from '../src/index';
import { fileStorage } from '../src/node';
import { DiskModel } from './support/disk-model';
import { codecs, importFixture } from './support/stores';

const PATH = 'ogg_opus/variable-samplerate.opus';
const GRID = { seekPoints: 'grid', layout: { chunkBytes: 1000, shardBytes: 4000, chunkRows: 20 } } as const;

const watched = vi.hoisted(() => ({ model: undefined as DiskModel | undefined }));

// Everything is done as it is asked for, and the model is told of it.
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  const told = (path: unknown) => (watched.model && typeof path === 'string' ? watched.model : undefined);
  return {
    ...real,
    open: async (...args: Parameters<typeof real.open>) => {
      const handle = await real.open(...args);
      const path = String(args[0]);
      if (args[1] === 'wx') told(path)?.create(path);
      const write = handle.write.bind(handle) as (...args: unknown[]) => Promise<{ bytesWritten: number }>;
      const sync = handle.sync.bind(handle);
      return Object.assign(handle, {
        write: async (...bytes: unknown[]) => {
          const written = await write(...bytes);
          told(path)?.write(path, written.bytesWritten);
          return written;
        },
        sync: async () => {
          await sync();
          told(path)?.flush(path);
        },
      });
    },
    mkdir: async (...args: Parameters<typeof real.mkdir>) => {
      const made = await real.mkdir(...args);
      told(args[0])?.makeFolders(String(args[0]));
      return made;
    },
    rename: async (from: string, to: string) => {
      told(to)?.onRename(to);
      await real.rename(from, to);
      told(to)?.rename(from, to);
    },
    rm: async (...args: Parameters<typeof real.rm>) => {
      await real.rm(...args);
      told(args[0])?.remove(String(args[0]));
    },
  };
});

const base = realpathSync(mkdtempSync(join(tmpdir(), 'zarr-audio-power-')));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const isId = (name: string) => /^[0-9a-f]{16}$/.test(name);
let stores = 0;
/** Below two folders that are new as well. */
let store: string;
let model: DiskModel;
let found: string[];
let changes: number;

beforeEach(() => {
  store = `new-${stores++}/folder/store.zarr`;
  model = new DiskModel(base);
  watched.model = model;
  found = [];
  changes = 0;
  model.onChange = (what) => {
    changes++;
    for (const id of model.possibleNames(store).filter(isId)) {
      found.push(...model.halves(`${store}/${id}`).map((half) => `${what}: ${half}`));
    }
  };
});

const storage = () => fileStorage(join(base, store), { create: true });

async function importAll(into: WritableStorage) {
  return importFixture(await openOrCreateStore(into, { codecs }), PATH, GRID);
}

describe('a loss of power', () => {
  it('at any moment of an import leaves no half recording, and after it everything', async () => {
    const recordings = await importAll(await storage());
    expect(changes).toBeGreaterThan(100);
    expect(found).toEqual([]);
    expect(model.possibleNames(store).filter(isId)).toHaveLength(recordings.length);
    for (const { id } of recordings) expect(model.isKept(`${store}/${id}`)).toBe(true);
    for (const key of ['zarr.json', '.zarr-audio/zarr.json']) expect(model.isKept(`${store}/${key}`)).toBe(true);
  });

  it('while a recording is taken back, or removed', async () => {
    const files = await storage();
    let renames = 0;
    const failing: WritableStorage = {
      description: 'fails',
      get: (key, options) => files.get(key, options),
      getRange: (key, range, options) => files.getRange(key, range, options),
      set: (key, bytes) => files.set(key, bytes),
      create: (key) => files.create(key),
      list: (folder, options) => files.list!(folder, options),
      remove: (key) => files.remove(key),
      async rename(from, to) {
        if (++renames === 2) throw new StoreError('STORE_FULL', 'no space');
        return files.rename(from, to);
      },
    };
    await expect(importAll(failing)).rejects.toMatchObject({ code: 'STORE_FULL' });
    expect(renames).toBe(2);
    expect(found).toEqual([]);
    expect(model.possibleNames(store).filter(isId)).toEqual([]);
    const [recording] = await importAll(files);
    await files.remove(`/${recording!.id}`);
    expect(found).toEqual([]);
    expect(model.possibleNames(store)).not.toContain(recording!.id);
  });

  it('while an index is put in the place of another: its arrays are there before they are named', async () => {
    const opened = await openOrCreateStore(await storage(), { codecs });
    const [recording] = await importFixture(opened, PATH, GRID);
    const path = `${store}/${recording!.id}`;
    let named = 0;
    model.onChange = () => undefined;
    model.onRename = (to) => {
      if (!to.endsWith(`${path}/zarr.json`)) return;
      named++;
      found.push(...model.halves(path));
    };
    await opened.reindex(recording!.id, { seekPoints: 'grid', layout: { chunkRows: 30 } });
    expect({ named, found }).toEqual({ named: 1, found: [] });
    expect(model.isKept(path)).toBe(true);
  });
});
