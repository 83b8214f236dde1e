import type { JsonObject } from '@zarr-audio/codec';
import type { ReadableStorage, ReadOptions, StorageKey, WritableStorage } from '../storage';
import type { ArrayMetadata } from './metadata';

/** @throws {StoreError} `ARRAY_NOT_FOUND`, `ARRAY_BAD_METADATA` */
export async function readArrayMetadata(
  storage: ReadableStorage,
  array: StorageKey,
  options: ReadOptions = {},
): Promise<ArrayMetadata> {
  throw new Error(`draft ${storage} ${array} ${options}`);
}

/** Writes `zarr.json` of an array or a group. */
export async function writeArrayMetadata(
  storage: WritableStorage,
  node: StorageKey,
  metadata: JsonObject,
): Promise<void> {
  throw new Error(`draft ${storage} ${node} ${metadata}`);
}
