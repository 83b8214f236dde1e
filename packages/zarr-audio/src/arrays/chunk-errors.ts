import { StoreError } from '../errors';
import type { StorageKey } from '../storage';
import type { IndexDamage } from './shard-index';

/** Which chunk, for errors: coordinates in the array's grid (of inner chunks, in shards), the file, the place in it. */
export interface ChunkPlace {
  readonly array: string;
  readonly chunk: readonly number[];
  readonly key: StorageKey;
  readonly byteOffset: number;
}

const where = ({ array, chunk, key, byteOffset }: ChunkPlace) =>
  `chunk [${chunk.join(', ')}] of ${array} (${key}, byte ${byteOffset})`;

export function chunkMissing(place: ChunkPlace): StoreError {
  return new StoreError('CHUNK_MISSING', `${where(place)} is missing`, { ...place });
}

/** @param expected, actual  Bytes. */
export function chunkTruncated(place: ChunkPlace, expected: number, actual: number): StoreError {
  return new StoreError('CHUNK_TRUNCATED', `${where(place)} is cut off: ${actual} of ${expected} bytes are there`, {
    ...place,
    expected,
    actual,
  });
}

/** @param expected  The stored checksum. @param actual  That of the bytes. */
export function chunkCrcMismatch(place: ChunkPlace, expected: number, actual: number): StoreError {
  return new StoreError('CHUNK_CRC_MISMATCH', `${where(place)} does not have its checksum: it is damaged`, {
    ...place,
    expected,
    actual,
  });
}

/** A chunk that has its checksum, and yet is not what the metadata say. */
export function chunkDamaged(place: ChunkPlace, why: string, cause?: unknown): StoreError {
  return new StoreError('CHUNK_DAMAGED', `${where(place)} ${why}`, { ...place }, cause);
}

export function shardIndexDamaged(array: string, shard: number, key: StorageKey, damage: IndexDamage): StoreError {
  const { why, ...numbers } = damage;
  return new StoreError('SHARD_INDEX_DAMAGED', `the index of shard ${shard} of ${array} (${key}) ${why}`, {
    array,
    shard,
    key,
    ...numbers,
  });
}

/** @param expected  Bytes of the file. */
export function shardTruncated(array: string, shard: number, key: StorageKey, expected: number): StoreError {
  const message = `shard ${shard} of ${array} (${key}) is cut off before its index: it must have ${expected} bytes`;
  return new StoreError('CHUNK_TRUNCATED', message, { array, shard, key, expected });
}
