import type { JsonObject } from '@zarr-audio/codec';
import type { StorageKey, WritableStorage } from '../storage';

export interface RowsWriterOptions {
  /** Rows a chunk; 10,000. */
  readonly chunkRows?: number;
  /** A column whose first value in each chunk becomes a list in an attribute. */
  readonly chunkFirst?: { readonly column: number; readonly attribute: string };
}

export interface RowsWriter {
  /** Appends whole rows, `width` numbers each: integers in [0, 2^53). */
  append(rows: Float64Array): Promise<void>;
  /** Writes what is left, and `zarr.json`. */
  finish(attributes?: JsonObject): Promise<{ rows: number; metadata: JsonObject }>;
  /** Waits for writes under way. What was written stays: drop the folder. */
  abort(): Promise<void>;
}

export function createRowsWriter(
  storage: WritableStorage,
  array: StorageKey,
  width: number,
  options: RowsWriterOptions = {},
): RowsWriter {
  throw new Error(`draft ${storage} ${array} ${width} ${options}`);
}
