import { errorCode } from '@zarr-audio/codec';
import { beforeAll, describe, expect, it } from 'vitest';
import { memoryStorage, openOrCreateStore, type StoreWarning, type WritableStorage } from '../src/index';
import { fullStorage } from './support/full-storage';
import { contents } from './support/store-contents';
import { codecs, importFixture } from './support/stores';

const GRID = { seekPoints: 'grid' } as const;
const UUID = '01234567-89ab-cdef-0123-456789abcdef';

/** A store with something for `reindex` and `gc` to do. */
let made: Map<string, Uint8Array>;
let id: string;
let expected: Record<string, string>;

beforeAll(async () => {
  made = new Map();
  const store = await openOrCreateStore(memoryStorage(made), { codecs });
  const [first] = await importFixture(store, 'ogg_opus/variable-samplerate.opus', GRID);
  id = first!.id;
  await store.reindex(id, GRID);
  made.set(`/.zarr-audio/tmp/${UUID}/c/0`, new Uint8Array(3));
  made.set('/.zarr-audio/catalogue/1.jsonl', made.get('/.zarr-audio/catalogue/0.jsonl')!);
  expected = await contents(store);
});

type Act = (storage: WritableStorage, onWarning: (warning: StoreWarning) => void) => Promise<unknown>;

type IsFull = (change: number, first: number) => boolean;
type Check = (files: Map<string, Uint8Array>) => Promise<void>;

/** Once for each change that there may be no space for: then all recordings are whole, and once more with space it is done. */
async function withoutSpace(isFull: IsFull, act: Act, check: Check): Promise<string[]> {
  const all = fullStorage(memoryStorage(new Map(made)), () => false);
  await act(all, () => undefined);
  const codes = new Set<string>();
  for (let first = 0; first < all.changes; first++) {
    const files = new Map(made);
    const full = fullStorage(memoryStorage(files), (change) => isFull(change, first));
    const onWarning = ({ code }: StoreWarning) => void codes.add(code);
    await act(full, onWarning).catch((error: unknown) => codes.add(errorCode(error) ?? String(error)));
    const store = await openOrCreateStore(memoryStorage(files), { codecs });
    expect(await contents(store)).toEqual(expected);
    for await (const { damage } of store.verify()) expect(damage).toEqual([]);
    await check(files);
    await act(memoryStorage(files), ({ code }) => expect.fail(code));
    expect(await contents(store)).toEqual(expected);
  }
  return [...codes].sort();
}

describe.each<[string, IsFull]>([
  ['from any change on', (change, first) => change >= first],
  ['at any change, and has space again for the next', (change, first) => change === first],
])('a disk that is full %s', (_, isFull) => {
  it('keeps an index from being rebuilt, and what there is in force', async () => {
    const reindex: Act = async (storage) => (await openOrCreateStore(storage, { codecs })).reindex(id, GRID);
    const aside = (files: Map<string, Uint8Array>) => [...files.keys()].filter((key) => key.includes('/tmp/'));
    const codes = await withoutSpace(isFull, reindex, async (files) => expect(aside(files)).toEqual(aside(made)));
    expect(codes).toEqual(['STORE_FULL']);
  });

  it('lets gc remove what lies aside, and keeps the catalogue that there is', async () => {
    const gc: Act = async (storage, onWarning) => {
      const store = await openOrCreateStore(storage, { codecs, onWarning });
      for await (const { status } of store.collectGarbage({ minAgeMs: 0 })) expect(status).toBe('removed');
    };
    const codes = await withoutSpace(isFull, gc, async (files) => {
      const store = await openOrCreateStore(memoryStorage(files), { codecs });
      expect([...files.keys()].filter((key) => key.includes('/tmp/'))).toEqual([]);
      expect((await store.catalogue.entries()).map((entry) => entry.id)).toEqual(Object.keys(expected).sort());
    });
    expect(codes).toEqual(['STORE_FULL']);
  });
});

it('a catalogue that there is no space for takes none', async () => {
  const files = new Map(made);
  // The garbage goes without changes that are counted; the segment is the first, its lines are the second.
  const full = fullStorage(memoryStorage(files), (change) => change === 1);
  const store = await openOrCreateStore(full, { codecs });
  const collecting = (async () => {
    for await (const _ of store.collectGarbage({ minAgeMs: 0 }));
  })();
  await expect(collecting).rejects.toMatchObject({ code: 'STORE_FULL' });
  const sizes = [...files]
    .filter(([key]) => key.includes('/catalogue/'))
    .map(([key, { byteLength }]) => [key, byteLength]);
  const before = made.get('/.zarr-audio/catalogue/0.jsonl')!.byteLength;
  expect(sizes.sort()).toEqual([
    ['/.zarr-audio/catalogue/0.jsonl', before],
    ['/.zarr-audio/catalogue/1.jsonl', before],
    // Its number stays, so that readers over HTTP find what comes behind it.
    ['/.zarr-audio/catalogue/2.jsonl', 0],
  ]);
});
