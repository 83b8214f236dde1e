import type { JsonObject } from '@zarr-audio/codec';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { expect } from 'vitest';
import { createRowsWriter } from '../../src/arrays';
import {
  type Damage,
  memoryStorage,
  openOrCreateStore,
  openStore,
  type Recording,
  type VerifyResult,
} from '../../src/index';
import { codecs, importFixture } from './stores';

export const MONO = 'ogg_opus/mono.opus';
export const WITH_HOLES = 'golden/ogg/cases/lost-three.ogg';
export const SMALL = { chunkBytes: 1000, shardBytes: 4000, chunkRows: 20 };

export type Files = Map<string, Uint8Array>;

export async function imported(path: string, options = {}): Promise<{ files: Files; recording: Recording }> {
  const files: Files = new Map();
  const store = await openOrCreateStore(memoryStorage(files), { codecs });
  const inputs = { inputs: [wavInput()], resample, layout: SMALL };
  const [recording] = await importFixture(store, path, { ...inputs, ...options });
  return { files, recording: recording! };
}

export async function verify(files: Files, id?: string): Promise<VerifyResult[]> {
  const store = await openStore(memoryStorage(files), { codecs });
  const results: VerifyResult[] = [];
  for await (const result of store.verify(id)) results.push(result);
  return results;
}

export async function damageOf(files: Files, id: string): Promise<readonly Damage[]> {
  const [result, ...more] = await verify(files, id);
  expect(more).toEqual([]);
  expect(result!.ok).toBe(result!.damage.length === 0);
  return result!.damage;
}

export const groupKey = (id: string) => `/${id}/zarr.json`;
export const parse = (bytes: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(bytes));
export const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** The recording's document, changed; and that of the array, where one is named. */
export function change(files: Files, id: string, edit: (group: Record<string, JsonObject>) => void): void {
  const group = parse(files.get(groupKey(id)));
  edit(group);
  files.set(groupKey(id), encode(group));
}

export function changeArray(files: Files, id: string, name: string, attributes: JsonObject): void {
  const key = `/${id}/${name}/zarr.json`;
  const document = parse(files.get(key));
  Object.assign(document.attributes, attributes);
  files.set(key, encode(document));
  change(files, id, (group) => {
    (group.consolidated_metadata!.metadata as JsonObject)[name] = document;
  });
}

/** Other rows in the place of those of an array, with right checksums. */
export async function rewrite(
  files: Files,
  id: string,
  name: string,
  rows: Float64Array,
  width: number,
): Promise<void> {
  const group = parse(files.get(groupKey(id)));
  const { attributes } = group.consolidated_metadata.metadata[name];
  for (const key of [...files.keys()]) if (key.startsWith(`/${id}/${name}/`)) files.delete(key);
  const sorted =
    width === 5 ? { column: 3, attribute: 'chunk_first_sample' } : { column: 1, attribute: 'chunk_first_packet' };
  const writer = createRowsWriter(memoryStorage(files), `/${id}/${name}`, width, { chunkRows: 20, sorted });
  await writer.append(rows);
  const { metadata } = await writer.finish();
  const document = { ...metadata, attributes: { ...attributes, ...(metadata.attributes as JsonObject) } };
  group.consolidated_metadata.metadata[name] = document;
  files.set(groupKey(id), encode(group));
  files.set(`/${id}/${name}/zarr.json`, encode(document));
}
