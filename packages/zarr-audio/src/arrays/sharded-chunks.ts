import { joinKey, type ReadableStorage, type StorageKey } from '../storage';
import type { BlobLayout, ShardLayout } from './blob-layout';
import { type ChunkPlace, chunkMissing, chunkTruncated, shardIndexDamaged, shardTruncated } from './chunk-errors';
import { type CacheBudget, LruCache } from './lru-cache';
import type { ArrayMetadata } from './metadata';
import { decodeShardIndex } from './shard-index';
import { SharedLoads } from './shared-load';
import type { StoredChunk, StoredChunks } from './stored-chunks';

/** A shard up to this size is read whole together with its index: one request in the place of two. */
const SMALL_SHARD_BYTES = 2 ** 17;
const INDEX_CACHE_BYTES = 2 ** 21;

interface LoadedShard {
  /** Of each chunk, in the file; -1 where it is absent. */
  readonly offsets: Float64Array;
  /** The file's first bytes, where it is small. */
  readonly whole: Uint8Array | undefined;
}

/**
 * Chunks of a sharded array.
 *
 * Chunks that were written in order and without gaps, as ours are, lie where one can reckon, and so does the index
 * behind them. So data and index are asked for at the same time, at the places where they must be; the index proves it,
 * or else says where the data are.
 */
export class ShardedChunks implements StoredChunks {
  readonly #storage: ReadableStorage;
  readonly #array: StorageKey;
  readonly #metadata: ArrayMetadata;
  readonly #shard: ShardLayout;
  readonly #storedBytes: number;
  readonly #totalChunks: number;
  readonly #shards: LruCache<number, LoadedShard>;
  readonly #loads = new SharedLoads<number, LoadedShard | undefined>();

  constructor(
    storage: ReadableStorage,
    array: StorageKey,
    metadata: ArrayMetadata,
    layout: BlobLayout,
    shard: ShardLayout,
    budget?: CacheBudget,
  ) {
    this.#storage = storage;
    this.#array = array;
    this.#metadata = metadata;
    this.#shard = shard;
    this.#storedBytes = layout.storedBytes;
    this.#totalChunks = Math.ceil(layout.byteLength / layout.chunkBytes);
    const capacity = Math.max(INDEX_CACHE_BYTES, 16 * shard.chunks);
    this.#shards = new LruCache(
      capacity,
      ({ offsets, whole }) => offsets.byteLength + (whole?.byteLength ?? 0),
      budget,
    );
  }

  runLength(chunk: number): number {
    return this.#shard.chunks - (chunk % this.#shard.chunks);
  }

  async fetch(first: number, count: number, signal: AbortSignal | undefined): Promise<StoredChunk[]> {
    const shard = Math.floor(first / this.#shard.chunks);
    let loaded = this.#shards.get(shard);
    if (loaded) return this.#fetchKnown(loaded, first, count, signal);

    const loading = this.#loads.get(shard, signal, (shared) => this.#load(shard, shared));
    const expected = this.#expectedOffset(first % this.#shard.chunks);
    const length = count * this.#storedBytes;
    if (this.#expectedFileBytes(shard) <= SMALL_SHARD_BYTES) {
      loaded = await loading;
      if (!loaded) throw chunkMissing(this.#place(first, expected));
      return this.#fetchKnown(loaded, first, count, signal);
    }
    const guess = this.#storage.getRange(this.#key(shard), { offset: expected, length }, { signal });
    // The index may fail before, or make it pointless.
    guess.catch(() => undefined);
    loaded = await loading;
    if (!loaded) throw chunkMissing(this.#place(first, expected));
    if (!this.#liesAt(loaded, first, count, expected)) return this.#fetchKnown(loaded, first, count, signal);
    return this.#split(await guess, first, count, expected);
  }

  /** From where the index says. */
  async #fetchKnown(
    loaded: LoadedShard,
    first: number,
    count: number,
    signal: AbortSignal | undefined,
  ): Promise<StoredChunk[]> {
    const chunks: StoredChunk[] = [];
    const key = this.#key(Math.floor(first / this.#shard.chunks));
    while (chunks.length < count) {
      const from = first + chunks.length;
      const offset = loaded.offsets[from % this.#shard.chunks]!;
      if (offset < 0) throw chunkMissing(this.#place(from, this.#expectedOffset(from % this.#shard.chunks)));
      let run = 1;
      while (chunks.length + run < count && this.#liesAt(loaded, from, run + 1, offset)) run++;
      const length = run * this.#storedBytes;
      const bytes =
        loaded.whole && offset + length <= loaded.whole.byteLength
          ? loaded.whole.subarray(offset, offset + length)
          : await this.#storage.getRange(key, { offset, length }, { signal });
      chunks.push(...this.#split(bytes, from, run, offset));
    }
    return chunks;
  }

  #split(bytes: Uint8Array | undefined, first: number, count: number, offset: number): StoredChunk[] {
    const length = this.#storedBytes;
    return Array.from({ length: count }, (_, i) => {
      const place = this.#place(first + i, offset + i * length);
      if (!bytes) throw chunkMissing(place);
      const chunk = bytes.subarray(i * length, (i + 1) * length);
      if (chunk.byteLength < length) throw chunkTruncated(place, length, chunk.byteLength);
      return { bytes: chunk, place };
    });
  }

  #liesAt({ offsets }: LoadedShard, first: number, count: number, offset: number): boolean {
    const slot = first % this.#shard.chunks;
    for (let i = 0; i < count; i++) if (offsets[slot + i] !== offset + i * this.#storedBytes) return false;
    return true;
  }

  /** The index of a shard, or undefined if there is no such file. */
  async #load(shard: number, signal: AbortSignal): Promise<LoadedShard | undefined> {
    const key = this.#key(shard);
    const { indexBytes, indexAtEnd } = this.#shard;
    const fileBytes = this.#expectedFileBytes(shard);
    const isSmall = fileBytes <= SMALL_SHARD_BYTES;
    const indexOffset = indexAtEnd ? fileBytes - indexBytes : 0;
    const offset = isSmall ? 0 : indexOffset;
    const length = isSmall ? fileBytes : indexBytes;
    const bytes = await this.#storage.getRange(key, { offset, length }, { signal });
    if (!bytes) return undefined;
    const at = indexOffset - offset;
    let offsets = decodeShardIndex(bytes.subarray(at, at + indexBytes), this.#shard, this.#storedBytes);
    const isWhole = isSmall && offsets instanceof Float64Array;
    if (!(offsets instanceof Float64Array) && indexAtEnd) {
      // Another writer's shard may be longer or shorter: its index is what stands at its end, wherever that is.
      const end = await this.#storage.getRange(key, { suffixLength: indexBytes }, { signal });
      if (!end) return undefined;
      const damage = offsets;
      offsets = decodeShardIndex(end, this.#shard, this.#storedBytes);
      if (!(offsets instanceof Float64Array)) offsets = damage;
    }
    if (!(offsets instanceof Float64Array)) {
      if (bytes.byteLength < length) throw shardTruncated(this.#array, shard, key, fileBytes);
      throw shardIndexDamaged(this.#array, shard, key, offsets);
    }
    const loaded = { offsets, whole: isWhole ? bytes : undefined };
    this.#shards.set(shard, loaded);
    return loaded;
  }

  #key(shard: number): StorageKey {
    return joinKey(this.#array, this.#metadata.chunkKey([shard]));
  }

  #place(chunk: number, byteOffset: number): ChunkPlace {
    const key = this.#key(Math.floor(chunk / this.#shard.chunks));
    return { array: this.#array, chunk: [chunk], key, byteOffset };
  }

  #expectedOffset(slot: number): number {
    return (this.#shard.indexAtEnd ? 0 : this.#shard.indexBytes) + slot * this.#storedBytes;
  }

  #expectedFileBytes(shard: number): number {
    const chunks = Math.min(this.#shard.chunks, this.#totalChunks - shard * this.#shard.chunks);
    return chunks * this.#storedBytes + this.#shard.indexBytes;
  }
}
