import type { JsonObject } from '@zarr-audio/codec';
import type { StorageKey, WritableStorage } from '../storage';

/** Writes a plain uint8 array with its `zarr.json`: chunks of 1 MiB, or one of the whole where it is shorter. */
export async function writeBytesArray(
  storage: WritableStorage,
  array: StorageKey,
  bytes: Uint8Array,
  attributes: JsonObject = {},
): Promise<{ metadata: JsonObject }> {
  throw new Error(`draft ${storage} ${array} ${bytes} ${attributes}`);
}
