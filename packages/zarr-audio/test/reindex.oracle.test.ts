import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AudioStore, openOrCreateStore, openStore } from '../src/index';
import { fileStorage } from '../src/node';
import { runPython } from './oracles/python';
import { type ArrayContent, arrayContents, arrayFolders, createMixedStore, readMetadata } from './support/mixed-store';
import { codecs } from './support/stores';

interface Group {
  readonly attributes: unknown;
  readonly arrays: Readonly<Record<string, ArrayContent>>;
}

interface StoreContent {
  readonly recordings: Readonly<Record<string, { consolidated: Group; alone: Group }>>;
  readonly warnings: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 'zarr-audio-oracle-'));
let store: AudioStore;
let found: StoreContent;
beforeAll(async () => {
  await createMixedStore(folder);
  const writable = await openOrCreateStore(await fileStorage(folder), { codecs });
  for (const [i, id] of (await writable.ids()).entries()) {
    // Some twice; after some a rebuild that was killed: its arrays lie in the recording, and nobody names them.
    const document = join(folder, id, 'zarr.json');
    if (i % 3 === 0) await writable.reindex(id, { seekPoints: 'grid' });
    if (i % 3 === 1) cpSync(document, join(folder, 'before.json'));
    await writable.reindex(id, { layout: { chunkRows: 1000 } });
    if (i % 3 === 1) cpSync(join(folder, 'before.json'), document);
  }
  rmSync(join(folder, 'before.json'));
  store = await openStore(await fileStorage(folder), { codecs });
  found = JSON.parse(await runPython('read_store.py', folder));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

it('zarr-python 3 opens recordings whose index was rebuilt, without a warning', () => {
  expect(found.warnings).toEqual([]);
});

it('zarr-python 3 reads the arrays in force as we do, and finds those that were replaced beside them', async () => {
  for (const id of await store.ids()) {
    const recording = await store.open(id);
    const { consolidated, alone } = found.recordings[id]!;
    expect(consolidated.attributes).toEqual(readMetadata(folder, id).attributes);
    expect(consolidated.arrays).toEqual(await arrayContents(folder, recording));
    expect(alone.arrays).toMatchObject(consolidated.arrays);
    expect(Object.keys(alone.arrays).sort()).toEqual(arrayFolders(folder, id));
    expect(Object.keys(alone.arrays).length).toBeGreaterThan(3);
  }
});

it('all of them are sound', async () => {
  for await (const { id, damage } of store.verify()) expect({ id, damage }).toEqual({ id, damage: [] });
});
