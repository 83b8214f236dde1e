import { joinKey, type ReadableStorage, type StorageKey } from '../storage';
import type { BlobLayout } from './blob-layout';
import { type ChunkPlace, chunkDamaged, chunkMissing, chunkTruncated } from './chunk-errors';
import type { ArrayMetadata } from './metadata';

/** A chunk as its file has it, with its checksum. */
export interface StoredChunk {
  readonly bytes: Uint8Array;
  readonly place: ChunkPlace;
}

/** Where the chunks of a blob come from. */
export interface StoredChunks {
  /** How many chunks, `chunk` being the first, lie in one file. */
  runLength(chunk: number): number;
  /** Chunks of one file. None is missing nor cut off; their checksums have not been compared. */
  fetch(first: number, count: number, signal: AbortSignal | undefined): Promise<StoredChunk[]>;
}

/** Chunks with a file each. */
export function plainChunks(
  storage: ReadableStorage,
  array: StorageKey,
  metadata: ArrayMetadata,
  { storedBytes }: BlobLayout,
): StoredChunks {
  return {
    runLength: () => 1,
    async fetch(first, _count, signal) {
      const key = joinKey(array, metadata.chunkKey([first]));
      const place = { array, chunk: [first], key, byteOffset: 0 };
      // One byte more than there must be shows a file that is too long.
      const bytes = await storage.getRange(key, { offset: 0, length: storedBytes + 1 }, { signal });
      if (!bytes) throw chunkMissing(place);
      if (bytes.byteLength < storedBytes) throw chunkTruncated(place, storedBytes, bytes.byteLength);
      if (bytes.byteLength > storedBytes) throw chunkDamaged(place, `is longer than ${storedBytes} bytes`);
      return [{ bytes, place }];
    },
  };
}
