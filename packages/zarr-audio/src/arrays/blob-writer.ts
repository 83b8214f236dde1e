import type { JsonObject } from '@zarr-audio/codec';
import type { StorageKey, WritableStorage } from '../storage';

export interface BlobWriterOptions {
  /** Bytes of an inner chunk: what is read and checked at once; 65,536. */
  readonly chunkBytes?: number;
  /** Bytes of the array in one file: a multiple of `chunkBytes`; 16 MiB. */
  readonly shardBytes?: number;
}

export interface BlobWriter {
  /** Bytes written so far. */
  readonly byteLength: number;
  /** Appends any number of bytes, which may be changed once the promise is fulfilled. */
  write(bytes: Uint8Array): Promise<void>;
  /** Writes what is left, and `zarr.json`. */
  finish(attributes?: JsonObject): Promise<{ byteLength: number; metadata: JsonObject }>;
  /** Closes what is open. What was written stays: drop the folder. */
  abort(): Promise<void>;
}

export function createBlobWriter(
  storage: WritableStorage,
  array: StorageKey,
  options: BlobWriterOptions = {},
): BlobWriter {
  throw new Error(`draft ${storage} ${array} ${options}`);
}
