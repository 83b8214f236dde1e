import type { ReadableStorage, ReadOptions, StorageKey } from '../storage';
import type { ArrayMetadata } from './metadata';

export interface BlobReaderOptions {
  /** Bytes of verified chunks that are kept for the next read; 4 MiB. */
  readonly cacheBytes?: number;
}

/** A uint8 array of one dimension, read by byte ranges. */
export interface BlobReader {
  readonly byteLength: number;
  /** Bytes `[start, end)`, in a buffer of their own. */
  read(start: number, end: number, options?: ReadOptions): Promise<Uint8Array>;
  /** The same in pieces, of bounded size, the next one being fetched meanwhile. */
  stream(start?: number, end?: number, options?: ReadOptions): AsyncIterable<Uint8Array>;
}

export function openBlob(
  storage: ReadableStorage,
  array: StorageKey,
  metadata: ArrayMetadata,
  options: BlobReaderOptions = {},
): BlobReader {
  throw new Error(`draft ${storage} ${array} ${metadata} ${options}`);
}
