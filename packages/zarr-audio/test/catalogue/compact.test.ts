import { describe, expect, it } from 'vitest';
import { memoryStorage, openOrCreateStore, openStore, type WritableStorage } from '../../src/index';
import { addCopy, CATALOGUE, idOf, linesOf, segment, storeOf } from '../support/catalogue-store';
import { stoppingStorage } from '../support/stopping-storage';
import { codecs } from '../support/stores';

/** A catalogue of three segments: two writers, and one that came when a recording was gone and another there twice. */
async function threeSegments(): Promise<Map<string, Uint8Array>> {
  const files = await storeOf([{ file: 'a' }, { file: 'b' }]);
  await writer(files).then((store) => store.catalogue.entries());
  await addCopy(files, idOf(2), { file: 'c' });
  await writer(files).then((store) => store.catalogue.entries());
  const twice = await writer(files);
  await twice.catalogue.add([idOf(0)]);
  for (const key of files.keys()) if (key.startsWith(`/${idOf(1)}/`)) files.delete(key);
  return files;
}

const writer = (files: Map<string, Uint8Array>) => openOrCreateStore(memoryStorage(files), { codecs });

/** As a reader sees it that can't list. */
async function remoteIds(files: Map<string, Uint8Array>): Promise<string[]> {
  const { list: _, ...storage } = memoryStorage(files);
  return (await openStore(storage, { codecs })).ids();
}

const idsOf = (files: Map<string, Uint8Array>) => linesOf(files).map(({ id }) => id);

describe('compacting a catalogue', () => {
  it('leaves one line a recording in one segment, and the emptied ones where they are', async () => {
    const files = await threeSegments();
    expect(idsOf(files)).toEqual([idOf(0), idOf(1), idOf(2), idOf(0)]);
    expect(await (await writer(files)).catalogue.compact()).toEqual({ lines: 2, emptied: 3 });
    expect(idsOf(files)).toEqual([idOf(0), idOf(2)]);
    expect([0, 1, 2].map((number) => files.get(segment(number))!.byteLength)).toEqual([0, 0, 0]);
    expect(await remoteIds(files)).toEqual([idOf(0), idOf(2)]);
  });

  it('has nothing to do the second time', async () => {
    const files = await threeSegments();
    const { catalogue } = await writer(files);
    await catalogue.compact();
    const before = new Map(files);
    expect(await catalogue.compact()).toEqual({ lines: 2, emptied: 0 });
    expect(files).toEqual(before);
  });

  it('makes lost lines again, and drops damaged ones', async () => {
    const files = await threeSegments();
    files.get(segment(1))![20]! ^= 1;
    expect(await (await writer(files)).catalogue.compact()).toEqual({ lines: 2, emptied: 3 });
    expect(idsOf(files)).toEqual([idOf(0), idOf(2)]);
    files.clear();
    for (const [key, bytes] of await threeSegments()) if (!key.startsWith(CATALOGUE)) files.set(key, bytes);
    expect(await (await writer(files)).catalogue.compact()).toEqual({ lines: 2, emptied: 0 });
    expect(idsOf(files)).toEqual([idOf(0), idOf(2)]);
  });

  it('puts new segments behind the old ones, also where one is missing between', async () => {
    const files = await threeSegments();
    files.delete(segment(1));
    await (await writer(files)).catalogue.compact();
    expect(files.get(segment(1))!.byteLength).toBe(0);
    expect(await remoteIds(files)).toEqual([idOf(0), idOf(2)]);
  });

  it('loses no line, wherever it stops, for any reader, and the next one ends it', async () => {
    const all = stoppingStorage(memoryStorage(await threeSegments()), Number.POSITIVE_INFINITY);
    await (await openOrCreateStore(all, { codecs })).catalogue.compact();
    expect(all.steps).toBe(6);
    for (let steps = 0; steps < all.steps; steps++) {
      const files = await threeSegments();
      const storage = stoppingStorage(memoryStorage(files), steps);
      const compacting = (await openOrCreateStore(storage, { codecs })).catalogue.compact();
      await Promise.race([storage.stopped, compacting.then(() => expect.fail('it went on'))]);
      const remote = await remoteIds(files);
      expect(remote.filter((id) => id !== idOf(1))).toEqual([idOf(0), idOf(2)]);
      const { catalogue } = await writer(files);
      await catalogue.compact();
      expect(idsOf(files)).toEqual([idOf(0), idOf(2)]);
      expect(await remoteIds(files)).toEqual([idOf(0), idOf(2)]);
    }
  });

  it('keeps what others add meanwhile, whenever that is', async () => {
    const changes = stoppingStorage(memoryStorage(await threeSegments()), Number.POSITIVE_INFINITY);
    await (await openOrCreateStore(changes, { codecs })).catalogue.compact();
    for (let step = 0; step < changes.steps; step++) {
      const files = await threeSegments();
      const other = await writer(files);
      await other.catalogue.add([idOf(2)]);
      // Another writer, with a segment of its own, which is emptied: it adds a recording before this change.
      const storage = before(memoryStorage(files), step, async () => {
        await addCopy(files, idOf(9), { file: 'late' });
        await other.catalogue.add([idOf(9)]);
      });
      await (await openOrCreateStore(storage, { codecs })).catalogue.compact();
      expect(await remoteIds(files)).toEqual([idOf(0), idOf(2), idOf(9)]);
    }
  });

  it('needs a storage that can list', async () => {
    const { list: _, ...storage } = memoryStorage(await threeSegments());
    const { catalogue } = await openOrCreateStore(storage, { codecs });
    await expect(catalogue.compact()).rejects.toMatchObject({ code: 'STORE_NOT_LISTABLE' });
  });
});

/** Does something before the change of that number. */
function before(storage: WritableStorage, number: number, act: () => Promise<void>): WritableStorage {
  let changes = 0;
  const change = async <T>(make: () => Promise<T>): Promise<T> => {
    if (changes++ === number) await act();
    return make();
  };
  return {
    ...storage,
    async create(key) {
      const file = await change(() => storage.create(key));
      return {
        write: (bytes) => change(() => file.write(bytes)),
        close: () => change(() => file.close()),
        abort: () => file.abort(),
      };
    },
    set: (key, bytes) => change(() => storage.set(key, bytes)),
    append: (key, bytes) => change(() => storage.append!(key, bytes)),
  };
}
