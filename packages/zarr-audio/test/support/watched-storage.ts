import type { ReadableStorage } from '../../src/index';

export interface WatchedStorage {
  readonly wrap: (storage: ReadableStorage) => ReadableStorage;
  /** Parts of files of the blob that were asked for. */
  requests: number;
  /** Of those, the ones that are not answered yet and were not aborted. */
  readonly open: number;
  /** Changes what is read of the blob. */
  change: ((bytes: Uint8Array, offset: number) => void) | undefined;
  /** What an answer waits for. */
  delay: (() => Promise<void>) | undefined;
}

/** Watches what is read of a blob. */
export function watchedStorage(): WatchedStorage {
  let open = 0;
  const watched: WatchedStorage = {
    requests: 0,
    change: undefined,
    delay: undefined,
    get open() {
      return open;
    },
    wrap: (storage) => ({
      ...storage,
      async getRange(key, range, options) {
        if (!key.includes('audio_data_blob_array')) return storage.getRange(key, range, options);
        watched.requests++;
        open++;
        try {
          await abortable(watched.delay?.(), options?.signal);
          const bytes = (await storage.getRange(key, range, options))?.slice();
          if (bytes && 'offset' in range) watched.change?.(bytes, range.offset);
          return bytes;
        } finally {
          open--;
        }
      },
    }),
  };
  return watched;
}

async function abortable(delay: Promise<void> | undefined, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  if (!delay) return;
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  await Promise.race([delay, aborted]);
}
