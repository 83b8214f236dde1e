import type { JsonObject } from '@zarr-audio/codec';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import {
  type ImportOptions,
  memoryStorage,
  openOrCreateStore,
  type Recording,
  type WritableAudioStore,
} from '../../src/index';
import { allRows } from '../arrays/stores';
import { codecs, importFixture } from './stores';

export const MONO = 'ogg_opus/mono.opus';
export const WITH_HOLES = 'golden/ogg/cases/lost-three.ogg';
export const WITH_TRIMS = 'malformed/invalid-discard_on_multi_blocks.webm';
export const SMALL = { chunkBytes: 1000, shardBytes: 4000, chunkRows: 20 };

export interface Imported {
  readonly files: Map<string, Uint8Array>;
  readonly store: WritableAudioStore;
  readonly recordings: readonly Recording[];
}

export async function imported(path: string, options: ImportOptions = {}): Promise<Imported> {
  const files = new Map<string, Uint8Array>();
  const store = await openOrCreateStore(memoryStorage(files), { codecs });
  const recordings = await importFixture(store, path, { inputs: [wavInput()], resample, ...options });
  return { files, store, recordings };
}

export const groupKey = (id: string) => `/${id}/zarr.json`;

export function documentOf(files: ReadonlyMap<string, Uint8Array>, id: string): Record<string, JsonObject> {
  return JSON.parse(new TextDecoder().decode(files.get(groupKey(id))));
}

/** The recording's document, changed. */
export function change(
  files: Map<string, Uint8Array>,
  id: string,
  edit: (group: Record<string, JsonObject>) => void,
): void {
  const group = documentOf(files, id);
  edit(group);
  files.set(groupKey(id), new TextEncoder().encode(JSON.stringify(group)));
}

/** All that is stored of the index: rows and attributes of both arrays, attributes of the recording but for their names. */
export async function content(files: ReadonlyMap<string, Uint8Array>, recording: Recording) {
  const { index, seekPoints, id } = recording;
  const { index_arrays: _, ...attributes } = documentOf(files, id).attributes!;
  return {
    attributes,
    index: { rows: [...(await allRows(index))], attributes: index.attributes },
    seekPoints: seekPoints && { rows: [...(await allRows(seekPoints))], attributes: seekPoints.attributes },
  };
}

export function flip(files: Map<string, Uint8Array>, key: string, offset: number): void {
  const bytes = files.get(key)!.slice();
  bytes[offset]! ^= 1;
  files.set(key, bytes);
}

export function changeArray(files: Map<string, Uint8Array>, id: string, name: string, fields: JsonObject): void {
  change(files, id, (group) => {
    const documents = group.consolidated_metadata!.metadata as Record<string, JsonObject>;
    documents[name] = { ...documents[name], ...fields };
  });
}
