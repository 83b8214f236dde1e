import type { JsonObject } from '@zarr-audio/codec';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { memoryStorage, openOrCreateStore, openStore, type StoreWarning, type WritableStorage } from '../../src/index';
import { addCopy, idOf, linesOf, storeOf } from '../support/catalogue-store';
import { codecs } from '../support/stores';

/** A storage whose calls take their turns with those of others as the scheduler says. */
function scheduled(storage: WritableStorage, scheduler: fc.Scheduler): WritableStorage {
  const turn = <A extends unknown[], T>(act: (...args: A) => Promise<T>) => scheduler.scheduleFunction(act);
  return {
    ...storage,
    get: turn((key, options) => storage.get(key, options)),
    list: turn((key, options) => storage.list!(key, options)),
    set: turn((key, bytes) => storage.set(key, bytes)),
    append: turn((key, bytes) => storage.append!(key, bytes)),
    create: turn(async (key) => {
      const file = await storage.create(key);
      return { ...file, write: turn((bytes) => file.write(bytes)), close: turn(() => file.close()) };
    }),
  };
}

it('three writers add, one compacts and others list, in any order: nothing that was there is missing from a list, or at the end from the lines', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const files = await storeOf([{ file: 'first' }]);
      const storage = scheduled(memoryStorage(files), scheduler);
      const there = new Set([idOf(0)]);
      const warnings: StoreWarning[] = [];
      const open = () => openOrCreateStore(storage, { codecs, onWarning: (warning) => warnings.push(warning) });
      const writer = async (number: number) => {
        const { catalogue } = await open();
        const add = async (id: string) => {
          await addCopy(files, id, { file: id });
          there.add(id);
          await catalogue.add([id]);
        };
        await Promise.all([add(idOf(16 * number)), add(idOf(16 * number + 1))]);
      };
      const lister = async () => {
        for (let turn = 0; turn < 2; turn++) {
          const before = [...there];
          const { entries, broken } = await (await openStore(storage, { codecs })).query({});
          expect(entries.map(({ id }) => id)).toEqual(expect.arrayContaining(before));
          expect(broken).toEqual([]);
          for (const { id, file } of entries.slice(1)) expect(file).toBe(id);
        }
      };
      const compacter = async () => (await open()).catalogue.compact();
      await scheduler.waitFor(Promise.all([writer(1), writer(2), writer(3), compacter(), lister(), lister()]));
      expect(warnings).toEqual([]);
      const ours = ({ id, crc32c }: JsonObject) => there.has(`${id}`) && typeof crc32c === 'string';
      expect(linesOf(files).filter((line) => !ours(line))).toEqual([]);

      await (await openOrCreateStore(memoryStorage(files), { codecs })).catalogue.compact();
      expect(linesOf(files).map(({ id }) => id)).toEqual([...there].sort());
      const { list: _, ...remote } = memoryStorage(files);
      expect(await (await openStore(remote, { codecs })).ids()).toEqual([...there].sort());
    }),
    { numRuns: 60 },
  );
});
