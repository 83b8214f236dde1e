import { AudioStore, type StoreOptions, WritableAudioStore } from './audio-store';
import { StoreError } from './errors';
import { isObject, readJson } from './json-file';
import type { Recording } from './recording/recording';
import type { ReadableStorage, ReadOptions, WritableStorage } from './storage/storage';
import { FORMAT_VERSION, MAGIC_ID, metadataKey, PRIVATE_GROUP } from './store-layout';

/**
 * Opens a store to read from it.
 *
 * @throws {StoreError} `STORE_NOT_FOUND`, `STORE_NOT_ZARR_AUDIO`, `STORE_VERSION_UNSUPPORTED`, and what the storage throws
 */
export async function openStore(storage: ReadableStorage, options: StoreOptions): Promise<AudioStore> {
  await requireRoot(storage);
  return new AudioStore(storage, options);
}

/**
 * Opens one recording of a store: its metadata and the store's are asked for at the same time, which over a network saves a
 * round trip.
 *
 * @param id  Of 16 hex digits.
 * @throws {StoreError} as `openStore` and `AudioStore.open`
 */
export async function openRecording(
  storage: ReadableStorage,
  id: string,
  options: StoreOptions & ReadOptions,
): Promise<Recording> {
  const { signal } = options;
  const opening = new AudioStore(storage, options).open(id, { signal });
  // Whether there is a store comes first.
  opening.catch(() => undefined);
  await requireRoot(storage, { signal });
  return opening;
}

/** @throws {StoreError} `STORE_NOT_FOUND`; see `checkRoot` */
async function requireRoot(storage: ReadableStorage, options?: ReadOptions): Promise<void> {
  if (await checkRoot(storage, options)) return;
  throw new StoreError('STORE_NOT_FOUND', `there is no store in ${storage.description}: it has no zarr.json`, {
    store: storage.description,
  });
}

/**
 * Opens a store to import into it, or one that is to be: it is created with the first recording.
 *
 * @throws {StoreError} `STORE_NOT_ZARR_AUDIO`, `STORE_NOT_EMPTY`, `STORE_VERSION_UNSUPPORTED`
 */
export async function openOrCreateStore(storage: WritableStorage, options: StoreOptions): Promise<WritableAudioStore> {
  const exists = await checkRoot(storage);
  if (!exists && storage.list) {
    const names = (await storage.list('/')).filter((name) => name !== PRIVATE_GROUP);
    // Another process may have made the store since it was looked for.
    if (names.length > 0 && !(await checkRoot(storage))) {
      throw new StoreError(
        'STORE_NOT_EMPTY',
        `${storage.description} holds other things (${names.slice(0, 3).join(', ')}) and no store: name an empty folder`,
        { store: storage.description },
      );
    }
  }
  return new WritableAudioStore(storage, options, exists);
}

/** Whether there is a store; throws if there is something else. */
async function checkRoot(storage: ReadableStorage, options?: ReadOptions): Promise<boolean> {
  const root = await readJson(storage, metadataKey('/'), options);
  if (!root) return false;
  const attributes = isObject(root.attributes) ? root.attributes : {};
  const where = { store: storage.description };
  if (root.node_type !== 'group' || attributes.magic_id !== MAGIC_ID) {
    throw new StoreError('STORE_NOT_ZARR_AUDIO', `${storage.description} is Zarr, but no store of recordings`, where);
  }
  if (attributes.version !== FORMAT_VERSION) {
    throw new StoreError(
      'STORE_VERSION_UNSUPPORTED',
      `${storage.description} has version ${attributes.version} of the format, and this program knows ${FORMAT_VERSION}`,
      { ...where, version: attributes.version },
    );
  }
  return true;
}
