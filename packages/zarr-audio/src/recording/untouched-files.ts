import { StoreError } from '../errors';
import type { StorageKey, WritableStorage } from '../storage/storage';

/** The first chunk of an array, of one dimension and of two. */
const FIRST_CHUNKS = ['c/0', 'c/0/0'];
const ONE_BYTE = { offset: 0, length: 1 };

/**
 * Checks that what was written aside is still there. A folder goes in one step, but files that are created afterwards make it again: then
 * it has no first chunks, and must not become a recording.
 *
 * @param arrays  Names of arrays in the folder, among them those whose chunks are written first.
 * @throws {StoreError} `STORE_TMP_REMOVED`
 */
export async function requireUntouched(
  storage: WritableStorage,
  folder: StorageKey,
  arrays: readonly string[],
): Promise<void> {
  for (const array of arrays) {
    const chunks = await Promise.all(
      FIRST_CHUNKS.map((chunk) => storage.getRange(`${folder}/${array}/${chunk}`, ONE_BYTE)),
    );
    if (chunks.some((bytes) => bytes !== undefined)) continue;
    const message =
      `${folder} was removed while it was written: by gc with a short age, for instance. ` +
      'Import the file again when nobody does that';
    throw new StoreError('STORE_TMP_REMOVED', message, { key: folder });
  }
}
