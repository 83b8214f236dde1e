import type { JsonObject, JsonValue } from '@zarr-audio/codec';
import { StoreError } from './errors';
import type { ReadableStorage, ReadOptions, StorageKey, WritableStorage } from './storage/storage';

/** A `zarr.json` longer than this is no metadata of ours: 64 MiB. */
const MAX_BYTES = 64 * 1024 * 1024;

export function encodeJson(value: JsonValue): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);
}

/** Writes a metadata file that nobody can see yet: it need not be written aside. */
export async function createJson(storage: WritableStorage, key: StorageKey, value: JsonValue): Promise<void> {
  const file = await storage.create(key);
  try {
    await file.write(encodeJson(value));
    await file.close();
  } catch (error) {
    await file.abort();
    throw error;
  }
}

/**
 * A metadata file, or undefined where there is none.
 *
 * @throws {StoreError} `METADATA_DAMAGED` if it holds no JSON object.
 */
export async function readJson(
  storage: ReadableStorage,
  key: StorageKey,
  options?: ReadOptions,
): Promise<JsonObject | undefined> {
  const bytes = await storage.get(key, options);
  if (!bytes) return undefined;
  const where = { key, byteLength: bytes.byteLength };
  if (bytes.byteLength > MAX_BYTES) {
    throw new StoreError('METADATA_DAMAGED', `${key} has ${bytes.byteLength} bytes: no metadata is so long`, where);
  }
  try {
    const value: JsonValue = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isObject(value)) return value;
  } catch (cause) {
    throw new StoreError('METADATA_DAMAGED', `${key} of ${storage.description} is not JSON`, where, cause);
  }
  throw new StoreError('METADATA_DAMAGED', `${key} of ${storage.description} is JSON, but no object`, where);
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
