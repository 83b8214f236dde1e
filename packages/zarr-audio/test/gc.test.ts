import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import {
  type Garbage,
  type GarbageOptions,
  httpStorage,
  memoryStorage,
  openOrCreateStore,
  type StorageKey,
  StoreError,
  type WritableAudioStore,
  type WritableStorage,
} from '../src/index';
import { collectGarbage } from '../src/maintain/gc';
import { fileStorage } from '../src/node';
import { stoppingStorage } from './support/stopping-storage';
import { contents } from './support/store-contents';
import { bytesOf, codecs, importFixture, temporaryFolder } from './support/stores';

const PATH = 'ogg_opus/variable-samplerate.opus';
const GRID = { seekPoints: 'grid' } as const;
const DAY_MS = 24 * 3_600_000;
const UUID = '01234567-89ab-cdef-0123-456789abcdef';
const LOST = 'fedcba9876543210';

async function collect(store: WritableAudioStore, options?: GarbageOptions): Promise<Garbage[]> {
  const found: Garbage[] = [];
  for await (const garbage of store.collectGarbage(options)) found.push(garbage);
  return found;
}

const statuses = (found: readonly Garbage[]) =>
  Object.fromEntries(found.map(({ key, kind, status }) => [key, `${status} ${kind}`]));

/** A store of two recordings in a folder, the first with an index that was made again. */
async function storeInFolder() {
  const folder = join(temporaryFolder(), 'store.zarr');
  const store = await openOrCreateStore(await fileStorage(folder, { create: true }), { codecs });
  const [first] = await importFixture(store, PATH, GRID);
  await store.reindex(first!.id, GRID);
  return { folder, store, first: first! };
}

/** All that is in a folder, as old as that. */
function age(path: string, ms: number): void {
  const seconds = (Date.now() - ms) / 1000;
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    if (!entry.isSymbolicLink()) utimesSync(join(entry.parentPath, entry.name), seconds, seconds);
  }
  utimesSync(path, seconds, seconds);
}

function put(folder: string, key: string, text = 'some bytes'): void {
  const path = join(folder, key);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}

describe('collectGarbage', () => {
  it('removes what was not finished, what was replaced and what holds no audio, and names what it does not know', async () => {
    const { folder, store, first } = await storeInFolder();
    const before = await contents(store);
    put(folder, `.zarr-audio/tmp/${UUID}/audio_data_blob_array/c/0`);
    put(folder, `.zarr-audio/tmp/${UUID}.part`);
    put(folder, `.zarr-audio/tmp/${UUID}.gone/zarr.json`);
    put(folder, `${LOST}/opus_index/c/0/0`);
    put(folder, '.zarr-audio/tmp/notes.txt');
    put(folder, '.zarr-audio/catalogue/notes.txt');
    put(folder, '.zarr-audio/mine/a');
    put(folder, 'readme.txt');
    put(folder, `${first.id}/spectrogram.png`);
    put(folder, `${first.id}/flac_index_0123456789ab/zarr.json`);
    age(folder, DAY_MS + 60_000);

    const expected = (done: string) => ({
      [`/.zarr-audio/tmp/${UUID}`]: `${done} unfinished`,
      [`/.zarr-audio/tmp/${UUID}.part`]: `${done} unfinished`,
      [`/.zarr-audio/tmp/${UUID}.gone`]: `${done} unfinished`,
      [`/${LOST}`]: `${done} incomplete`,
      [`/${first.id}/opus_index`]: `${done} replaced`,
      [`/${first.id}/opus_seek_points`]: `${done} replaced`,
      '/.zarr-audio/tmp/notes.txt': 'kept unknown',
      '/.zarr-audio/catalogue/notes.txt': 'kept unknown',
      '/.zarr-audio/mine': 'kept unknown',
      '/readme.txt': 'kept unknown',
      [`/${first.id}/spectrogram.png`]: 'kept unknown',
      [`/${first.id}/flac_index_0123456789ab`]: 'kept unknown',
    });
    const all = () => readdirSync(folder, { recursive: true }).map(String).sort();
    const files = all();
    expect(statuses(await collect(store, { dryRun: true }))).toEqual(expected('removable'));
    expect(all()).toEqual(files);

    const removed = await collect(store);
    expect(statuses(removed)).toEqual(expected('removed'));
    expect(removed.find(({ key }) => key.endsWith('.part'))).toMatchObject({ bytes: 'some bytes'.length });
    for (const { key, status } of removed) expect(existsSync(join(folder, key))).toBe(status === 'kept');
    expect(await contents(store)).toEqual(before);
    for await (const { ok } of store.verify((await store.ids()).find((id) => id !== first.id))) expect(ok).toBe(true);
    const left = Object.values(statuses(await collect(store, { minAgeMs: 0 })));
    expect(new Set(left)).toEqual(new Set(['kept unknown']));
  });

  it('spares what is younger than a day, or than it is told: the youngest of its files counts', async () => {
    const { folder, store } = await storeInFolder();
    await collect(store, { minAgeMs: 0 });
    const key: StorageKey = `/.zarr-audio/tmp/${UUID}`;
    put(folder, `${key}/opus_index/c/0/0`);
    put(folder, `${key}/audio_data_blob_array/c/0`);
    const found = async (options?: GarbageOptions) => statuses(await collect(store, { ...options, dryRun: true }));
    expect(await found()).toEqual({ [key]: 'spared unfinished' });
    expect(await found({ minAgeMs: 60_000 })).toEqual({ [key]: 'spared unfinished' });
    age(join(folder, key), DAY_MS - 60_000);
    expect(await found()).toEqual({ [key]: 'spared unfinished' });
    expect(await found({ minAgeMs: DAY_MS / 2 })).toEqual({ [key]: 'removable unfinished' });
    age(join(folder, key), DAY_MS + 60_000);
    expect(await found()).toEqual({ [key]: 'removable unfinished' });
    put(folder, `${key}/audio_data_blob_array/c/0`, 'somebody writes on');
    expect(await found()).toEqual({ [key]: 'spared unfinished' });
    for (const minAgeMs of [-1, Number.NaN]) await expect(collect(store, { minAgeMs })).rejects.toThrow(RangeError);
  });

  it('spares an index that was replaced today, however old it is: somebody may read by it', async () => {
    const { folder, store, first } = await storeInFolder();
    const old = ['opus_index', 'opus_seek_points'];
    age(join(folder, first.id), 10 * DAY_MS);
    const reader = await (await openOrCreateStore(store.storage, { codecs, cacheBytes: 0 })).open(first.id);
    const samples = bytesOf((await reader.read()).data);
    await store.reindex(first.id, GRID);
    const spared = statuses(await collect(store));
    expect(Object.values(spared)).toEqual(Array.from({ length: 4 }, () => 'spared replaced'));
    expect(bytesOf((await reader.read()).data).equals(samples)).toBe(true);
    age(join(folder, first.id), 2 * DAY_MS);
    await collect(store);
    expect(readdirSync(join(folder, first.id)).filter((name) => old.includes(name))).toEqual([]);
    for await (const { damage } of store.verify(first.id)) expect(damage).toEqual([]);
  });

  it('leaves a recording alone whose document is lost or damaged', async () => {
    const { folder, store, first } = await storeInFolder();
    const path = join(folder, first.id, 'zarr.json');
    const document = readFileSync(path, 'utf8');
    const changed = JSON.parse(document);
    for (const text of ['{', '{}', JSON.stringify({ ...changed, consolidated_metadata: undefined })]) {
      writeFileSync(path, text);
      expect(await collect(store, { minAgeMs: 0 })).toEqual([]);
    }
    await (await fileStorage(folder)).remove(`/${first.id}/zarr.json`);
    expect(statuses(await collect(store, { minAgeMs: 0 }))).toEqual({ [`/${first.id}`]: 'kept unknown' });
    writeFileSync(path, document);
    for await (const { damage } of store.verify(first.id)) expect(damage).toEqual([]);
  });

  it('removes links themselves, and follows none', async () => {
    const { folder, store } = await storeInFolder();
    await collect(store, { minAgeMs: 0 });
    const outside = temporaryFolder();
    put(outside, 'kept/file');
    symlinkSync(outside, join(folder, '.zarr-audio/tmp', UUID));
    put(folder, `.zarr-audio/tmp/${UUID}.gone/c/0`);
    symlinkSync(folder, join(folder, `.zarr-audio/tmp/${UUID}.gone`, 'loop'));
    const found = await collect(store, { minAgeMs: 0 });
    expect(found.map(({ status }) => status)).toEqual(['removed', 'removed']);
    expect(readdirSync(join(folder, '.zarr-audio/tmp'))).toEqual([]);
    expect(readdirSync(outside, { recursive: true })).toHaveLength(2);
    expect(await store.ids()).toHaveLength(2);
  });

  it('cleans a folder in which no store came about', async () => {
    const folder = temporaryFolder();
    put(folder, `.zarr-audio/tmp/${UUID}.part`);
    const store = await openOrCreateStore(await fileStorage(folder), { codecs });
    expect(Object.values(statuses(await collect(store, { minAgeMs: 0 })))).toEqual(['removed unfinished']);
    expect(readdirSync(folder, { recursive: true }).map(String).sort()).toEqual(['.zarr-audio', '.zarr-audio/tmp']);
  });

  it('compacts the catalogue', async () => {
    const { folder, store } = await storeInFolder();
    const before = await store.catalogue.entries();
    put(folder, '.zarr-audio/catalogue/1.jsonl', readFileSync(join(folder, '.zarr-audio/catalogue/0.jsonl'), 'utf8'));
    await collect(store);
    const lines = readdirSync(join(folder, '.zarr-audio/catalogue')).flatMap((name) =>
      readFileSync(join(folder, '.zarr-audio/catalogue', name), 'utf8')
        .split('\n')
        .filter(Boolean),
    );
    expect(lines).toHaveLength(2);
    expect(await store.catalogue.entries()).toEqual(before);
  });

  it('spares all whose age nothing tells, unless everything is to go', async () => {
    const files = new Map<string, Uint8Array>();
    const store = await openOrCreateStore(memoryStorage(files), { codecs });
    await importFixture(store, PATH, GRID);
    files.set(`/.zarr-audio/tmp/${UUID}.part`, new Uint8Array(3));
    const [spared] = await collect(store, { minAgeMs: 1 });
    expect(spared).toMatchObject({ status: 'spared', bytes: null, modifiedMs: null });
    expect(Object.values(statuses(await collect(store, { minAgeMs: 0 })))).toEqual(['removed unfinished']);
  });

  it('refuses a storage that can not be written or listed', async () => {
    const reading = httpStorage('http://127.0.0.1:9/') as WritableStorage;
    await expect(collectGarbage(reading).next()).rejects.toMatchObject({ code: 'STORE_NOT_WRITABLE' });
    const { list: _, ...unlisted } = memoryStorage();
    await expect(collectGarbage(unlisted).next()).rejects.toMatchObject({ code: 'STORE_NOT_LISTABLE' });
  });

  it('stopped before any of its changes, leaves whole recordings and the rest for the next time', async () => {
    const make = async () => {
      const files = new Map<string, Uint8Array>();
      const store = await openOrCreateStore(memoryStorage(files), { codecs });
      const [first] = await importFixture(store, PATH, GRID);
      await store.reindex(first!.id, GRID);
      files.set(`/.zarr-audio/tmp/${UUID}/c/0`, new Uint8Array(3));
      files.set('/.zarr-audio/catalogue/1.jsonl', files.get('/.zarr-audio/catalogue/0.jsonl')!);
      return { files, store };
    };
    const { store } = await make();
    const expected = await contents(store);
    const entries = await store.catalogue.entries();
    const run = async (storage: WritableStorage) => {
      const opened = await openOrCreateStore(storage, { codecs });
      await collect(opened, { minAgeMs: 0 });
      return opened;
    };
    const all = stoppingStorage((await make()).store.storage, Number.POSITIVE_INFINITY);
    await run(all);
    expect(all.steps).toBeGreaterThan(5);
    for (let steps = 0; steps < all.steps; steps++) {
      const { files } = await make();
      const stopping = stoppingStorage(memoryStorage(files), steps);
      await Promise.race([stopping.stopped, run(stopping).then(() => expect.fail('it went on'))]);
      expect(await contents(await openOrCreateStore(memoryStorage(files), { codecs }))).toEqual(expected);
      const again = await run(memoryStorage(files));
      expect(await contents(again)).toEqual(expected);
      expect(await again.catalogue.entries()).toEqual(entries);
      expect(await collect(again, { minAgeMs: 0 })).toEqual([]);
    }
  });
});

describe('garbage that somebody is just writing, if everything is to go', () => {
  /** Runs something before one of the changes that are made to a storage. */
  function before(step: number, inner: WritableStorage, act: () => Promise<unknown>) {
    let steps = 0;
    const change = async <T>(make: () => Promise<T>): Promise<T> => {
      if (steps++ === step) await act();
      return make();
    };
    const storage: WritableStorage = {
      ...inner,
      set: (key, bytes) => change(() => inner.set(key, bytes)),
      create: (key) =>
        change(async () => {
          const file = await inner.create(key);
          return { ...file, close: () => change(() => file.close()) };
        }),
      rename: (from, to) => change(() => inner.rename(from, to)),
    };
    return { storage, steps: () => steps };
  }

  it('never becomes a recording: each import is whole, or fails with a code', async () => {
    const import_ = async (storage: WritableStorage) =>
      importFixture(await openOrCreateStore(storage, { codecs }), PATH, GRID);
    const counting = before(-1, memoryStorage(), async () => undefined);
    await import_(counting.storage);
    const whole = await contents(await openOrCreateStore(counting.storage, { codecs }));
    const codes = new Set<string | undefined>();
    for (let step = 0; step < counting.steps(); step++) {
      const inner = memoryStorage();
      const { storage } = before(step, inner, async () => {
        for await (const _ of collectGarbage(inner, { minAgeMs: 0 })) {
        }
      });
      await import_(storage).catch((error: unknown) => {
        if (!(error instanceof StoreError)) throw error;
        codes.add(errorCode(error));
      });
      expect(whole).toMatchObject(await contents(await openOrCreateStore(inner, { codecs })));
      await import_(inner);
      expect(await contents(await openOrCreateStore(inner, { codecs }))).toEqual(whole);
    }
    expect([...codes].sort()).toEqual(['STORE_NOT_FOUND', 'STORE_TMP_REMOVED']);
  });

  it('never becomes an index: each rebuild is whole, or fails with a code', async () => {
    const files = new Map<string, Uint8Array>();
    const store = await openOrCreateStore(memoryStorage(files), { codecs });
    const [first] = await importFixture(store, PATH, GRID);
    const expected = await contents(store);
    const reindex = async (storage: WritableStorage) =>
      (await openOrCreateStore(storage, { codecs })).reindex(first!.id, GRID);
    const counting = before(-1, memoryStorage(new Map(files)), async () => undefined);
    await reindex(counting.storage);
    // Before the last step, which names the new arrays, they lie in the recording: those a short age takes away (README).
    const codes = new Set<string | undefined>();
    for (let step = 0; step < counting.steps() - 1; step++) {
      const inner = memoryStorage(new Map(files));
      const { storage } = before(step, inner, async () => {
        for await (const _ of collectGarbage(inner, { minAgeMs: 0 })) {
        }
      });
      await reindex(storage).catch((error: unknown) => codes.add(errorCode(error)));
      const opened = await openOrCreateStore(inner, { codecs });
      expect(await contents(opened)).toEqual(expected);
    }
    expect(codes).toContain('STORE_TMP_REMOVED');
  });
});

describe('a folder that is in the place of a recording', () => {
  it('is told by an import, and not taken for a duplicate', async () => {
    const files = new Map<string, Uint8Array>();
    const store = await openOrCreateStore(memoryStorage(files), { codecs });
    const [first] = await importFixture(store, PATH, GRID);
    const { id } = first!;
    await store.storage.remove(`/${id}`);
    files.set(`/${id}/opus_index/c/0/0`, new Uint8Array(3));
    await expect(importFixture(store, PATH, GRID)).rejects.toMatchObject({ code: 'RECORDING_INCOMPLETE' });
    expect([...files.keys()].filter((key) => key.startsWith('/.zarr-audio/tmp'))).toEqual([]);
    await collect(store, { minAgeMs: 0 });
    expect(await importFixture(store, PATH, GRID)).toHaveLength(2);
  });
});
