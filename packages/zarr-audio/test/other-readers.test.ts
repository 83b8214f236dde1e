import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as zarr from 'zarrita';
import type { AudioStore } from '../src/index';
import {
  type ArrayContent,
  arrayContents,
  arrayFolders,
  createMixedStore,
  MIXED_RECORDINGS,
  readMetadata,
} from './support/mixed-store';
import { serveFolder } from './support/static-server';
import { sha256 } from './support/stores';

const folder = mkdtempSync(join(tmpdir(), 'zarr-audio-'));
let store: AudioStore;
beforeAll(async () => {
  store = await createMixedStore(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Files, and no more: what zarrita's documentation asks of a store. */
const plainFiles = async () => {
  const load = (key: string) => readFile(folder + key).catch(() => undefined);
  return {
    get: load,
    async getRange(key: string, range: { offset: number; length: number } | { suffixLength: number }) {
      const bytes = await load(key);
      if ('suffixLength' in range) return bytes?.subarray(-range.suffixLength);
      return bytes?.subarray(range.offset, range.offset + range.length);
    },
  };
};

const fetchStore = async () => new zarr.FetchStore((await serveFolder(folder, { ranges: true })).url);

type Files = zarr.FetchStore | Awaited<ReturnType<typeof plainFiles>>;

async function readArray(array: zarr.Array<zarr.DataType, Files>): Promise<ArrayContent> {
  const { data, shape, stride } = await zarr.get(array);
  const values = data as Uint8Array | BigUint64Array;
  // zarrita gives the values in the order of the `transpose` codec.
  const [rows, width = 1] = shape as [number, number?];
  const byRow = values.slice();
  for (let i = 0; i < rows * width; i++) {
    byRow[i] = values[Math.floor(i / width) * stride[0]! + (i % width) * (stride[1] ?? 0)]!;
  }
  return {
    shape: array.shape,
    type: array.dtype as ArrayContent['type'],
    fill: Number(array.fillValue),
    attributes: array.attrs,
    sha256: sha256(new Uint8Array(byRow.buffer)),
  };
}

describe.each<[string, () => Promise<Files>]>([
  ['files', plainFiles],
  ['its FetchStore', fetchStore],
])('zarrita alone, from %s', (_, files) => {
  it('opens the store as a group', async () => {
    const root = await zarr.open.v3(await files(), { kind: 'group' });
    expect(root.attrs).toEqual({ magic_id: 'zarr-audio', version: 1 });
  });

  it('reads the attributes of every recording, and its arrays to what we read', async () => {
    const root = await zarr.open.v3(await files(), { kind: 'group' });
    const ids = await store.ids();
    expect(ids.length).toBe(MIXED_RECORDINGS);
    for (const id of ids) {
      const recording = await store.open(id);
      const group = await zarr.open.v3(root.resolve(id), { kind: 'group' });
      expect(group.attrs).toEqual(readMetadata(folder, id).attributes);
      const contents = await arrayContents(folder, recording);
      expect(arrayFolders(folder, id)).toEqual(Object.keys(contents).sort());
      for (const [name, content] of Object.entries(contents)) {
        const array = await zarr.open.v3(group.resolve(name), { kind: 'array' });
        expect(await readArray(array)).toEqual(content);
      }
    }
  });

  it('reads a part of a blob and of an index', async () => {
    const id = (await store.find('stereo.opus')).id;
    const recording = await store.open(id);
    const root = await zarr.open.v3(await files(), { kind: 'group' });
    const blob = await zarr.open.v3(root.resolve(`${id}/audio_data_blob_array`), { kind: 'array' });
    const bytes = await zarr.get(blob, [zarr.slice(6990, 14_010)]);
    expect(Buffer.from(bytes.data as Uint8Array)).toEqual(Buffer.from(await recording.blob.read(6990, 14_010)));
    const index = await zarr.open.v3(root.resolve(`${id}/opus_index`), { kind: 'array' });
    const starts = await zarr.get(index, [zarr.slice(150, 160), 3]);
    const columns = await recording.index.chunk(1);
    expect([...(starts.data as BigUint64Array)].map(Number)).toEqual([...columns[3]!.subarray(50, 60)]);
  });
});

it('zarrita finds the arrays of a recording, and what they are, with one request', async () => {
  const recording = await store.find('stereo.opus');
  const { url, requests } = await serveFolder(folder, { ranges: true });
  const files = await zarr.withConsolidatedMetadata(new zarr.FetchStore(url + recording.id), { format: 'v3' });
  const names = ['audio_data_blob_array', 'opus_index', 'opus_seek_points'] as const;
  expect(files.contents()).toEqual([
    { path: '/', kind: 'group' },
    ...names.map((name) => ({ path: `/${name}`, kind: 'array' })),
  ]);
  for (const name of names) {
    const array = await zarr.open.v3(zarr.root(files).resolve(name), { kind: 'array' });
    expect(array.attrs).toEqual(readMetadata(folder, recording.id, name).attributes ?? {});
  }
  expect(requests.map(({ path }) => path)).toEqual([`/${recording.id}/zarr.json`]);
});
