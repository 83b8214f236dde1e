import type { JsonObject } from '@zarr-audio/codec';
import type { ReadableStorage, ReadOptions, StorageKey } from '../storage';
import type { ArrayMetadata } from './metadata';

export interface RowsReaderOptions {
  /** Decoded chunks that are kept; 4. */
  readonly cacheChunks?: number;
}

/** A uint64 array of two dimensions, read by chunks. Fits `RowChunks` of @zarr-audio/packet-index. */
export interface RowsReader {
  readonly rows: number;
  readonly width: number;
  readonly chunkRows: number;
  readonly attributes: JsonObject;
  /** One array a column, of the rows of chunk `chunk` that exist. Shared with other callers: not to be changed. */
  chunk(chunk: number, options?: ReadOptions): Promise<readonly Float64Array[]>;
}

export function openRows(
  storage: ReadableStorage,
  array: StorageKey,
  metadata: ArrayMetadata,
  options: RowsReaderOptions = {},
): RowsReader {
  throw new Error(`draft ${storage} ${array} ${metadata} ${options}`);
}
