import { expect, it } from 'vitest';
import { openStore, type ReadableStorage } from '../src/index';
import { bytesOf, codecs, importFixture, newStore } from './support/stores';

const FILES = ['ogg_opus/ogg.opus', 'ogg_opus/opus.opus', 'webm_opus/detodos.webm'];

it('all recordings of a store keep what they read, within one budget', async () => {
  const store = await newStore();
  const ids: string[] = [];
  for (const path of FILES) ids.push((await importFixture(store, path, { seekPoints: 'grid' }))[0]!.id);
  let requests = 0;
  const counted: ReadableStorage = {
    description: store.storage.description,
    get: (...args) => store.storage.get(...args),
    getRange(...args) {
      requests++;
      return store.storage.getRange(...args);
    },
  };
  /** Requests of the same read of every recording, a second time. */
  async function again(cacheBytes: number | undefined) {
    const opened = await openStore(counted, { codecs, cacheBytes });
    const recordings = await Promise.all(ids.map((id) => opened.open(id)));
    const range = { start: 48_000, end: 96_000 };
    const first: Buffer[] = [];
    for (const recording of recordings) first.push(bytesOf((await recording.read(range)).data));
    const before = requests;
    for (const [i, recording] of recordings.entries()) {
      expect(bytesOf((await recording.read(range)).data).equals(first[i]!)).toBe(true);
    }
    return requests - before;
  }
  expect(await again(undefined)).toBe(0);
  const none = await again(0);
  expect(none).toBeGreaterThanOrEqual(FILES.length * 2);
  // Room for one recording: the others push it out, and it them.
  expect(await again(150_000)).toBeGreaterThan(0);
  await expect(openStore(counted, { codecs, cacheBytes: -1 })).rejects.toThrow(RangeError);
});
