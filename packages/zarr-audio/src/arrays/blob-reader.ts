import type { ReadableStorage, ReadOptions, StorageKey } from '../storage';
import { type BlobLayout, blobLayout } from './blob-layout';
import { chunkCrcMismatch } from './chunk-errors';
import { crc32c } from './crc32c';
import { type CacheBudget, LruCache } from './lru-cache';
import type { ArrayMetadata } from './metadata';
import { ShardedChunks } from './sharded-chunks';
import { plainChunks, type StoredChunk, type StoredChunks } from './stored-chunks';

/** Most bytes that are asked for at once, but for a single chunk that is larger. */
const MAX_RUN_BYTES = 4 * 2 ** 20;
/**
 * Most requests that are under way at once for one read: small chunks with a file each would be thousands. Each listens to the reader's
 * signal, and Node 20 takes over ten listeners for a leak.
 */
const MAX_REQUESTS = 8;
const DEFAULT_CACHE_BYTES = 4 * 2 ** 20;

export interface BlobReaderOptions {
  /** Bytes of verified chunks that are kept for the next read; 4 MiB. */
  readonly cacheBytes?: number;
  /** What this reader and others may keep together; as much as each likes, if left out. */
  readonly budget?: CacheBudget | undefined;
}

/**
 * A uint8 array of one dimension, read by byte ranges. Every chunk's checksum is compared whenever it is fetched.
 *
 * Reads throw {RangeError} for a range that is none, and {StoreError} `CHUNK_MISSING`, `CHUNK_TRUNCATED`,
 * `CHUNK_CRC_MISMATCH`, `CHUNK_DAMAGED`, `SHARD_INDEX_DAMAGED`, and what the storage throws.
 */
export interface BlobReader {
  readonly byteLength: number;
  /** Bytes of a chunk (of an inner one, in shards): what is damaged is so by whole chunks. */
  readonly chunkBytes: number;
  /** Bytes `[start, end)`, in a buffer of their own. */
  read(start: number, end: number, options?: ReadOptions): Promise<Uint8Array>;
  /** The same in pieces of at most about 4 MiB, the next one being fetched meanwhile. */
  stream(start?: number, end?: number, options?: ReadOptions): AsyncIterable<Uint8Array>;
}

/**
 * @param array  The array's key.
 * @throws {StoreError} `ARRAY_BAD_METADATA` if it is no blob.
 */
export function openBlob(
  storage: ReadableStorage,
  array: StorageKey,
  metadata: ArrayMetadata,
  options: BlobReaderOptions = {},
): BlobReader {
  const layout = blobLayout(metadata);
  const chunks = layout.shard
    ? new ShardedChunks(storage, array, metadata, layout, layout.shard, options.budget)
    : plainChunks(storage, array, metadata, layout);
  return new ChunkedBlobReader(array, layout, chunks, options);
}

class ChunkedBlobReader implements BlobReader {
  readonly byteLength: number;
  readonly chunkBytes: number;
  readonly #array: StorageKey;
  readonly #layout: BlobLayout;
  readonly #chunks: StoredChunks;
  readonly #cacheBytes: number;
  readonly #cache: LruCache<number, Uint8Array>;

  constructor(
    array: StorageKey,
    layout: BlobLayout,
    chunks: StoredChunks,
    { cacheBytes = DEFAULT_CACHE_BYTES, budget }: BlobReaderOptions,
  ) {
    this.byteLength = layout.byteLength;
    this.chunkBytes = layout.chunkBytes;
    this.#array = array;
    this.#layout = layout;
    this.#chunks = chunks;
    this.#cacheBytes = cacheBytes;
    this.#cache = new LruCache(cacheBytes, (chunk) => chunk.byteLength, budget);
  }

  async read(start: number, end: number, { signal }: ReadOptions = {}): Promise<Uint8Array> {
    this.#checkRange(start, end);
    signal?.throwIfAborted();
    if (start === end) return new Uint8Array(0);
    if (end - start <= MAX_RUN_BYTES) return this.#piece(start, end, signal);
    // The whole is allocated when all of it has been seen: the metadata may claim any length.
    const pieces: Uint8Array[] = [];
    for await (const piece of this.stream(start, end, { signal })) pieces.push(piece);
    const bytes = new Uint8Array(end - start);
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.byteLength;
    }
    return bytes;
  }

  async *stream(start = 0, end = this.byteLength, { signal }: ReadOptions = {}): AsyncGenerator<Uint8Array> {
    this.#checkRange(start, end);
    signal?.throwIfAborted();
    // No `AbortSignal.any`: many listen at once, and Node 20 takes that for a leak in those.
    const leaving = new AbortController();
    const abort = () => leaving.abort(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    const next = (from: number) => {
      const pieceEnd = this.#pieceEnd(from, end);
      const piece = this.#piece(from, pieceEnd, leaving.signal);
      // It is awaited later, or never if the consumer leaves.
      piece.catch(() => undefined);
      return { piece, pieceEnd };
    };
    try {
      let ahead = start < end ? next(start) : undefined;
      while (ahead) {
        const bytes = await ahead.piece;
        ahead = ahead.pieceEnd < end ? next(ahead.pieceEnd) : undefined;
        yield bytes;
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      leaving.abort();
    }
  }

  #checkRange(start: number, end: number): void {
    if (
      !Number.isSafeInteger(start) ||
      !Number.isSafeInteger(end) ||
      start < 0 ||
      start > end ||
      end > this.byteLength
    ) {
      throw new RangeError(
        `bytes [${start}, ${end}) are no range within the ${this.byteLength} bytes of ${this.#array}`,
      );
    }
  }

  /** Where a piece that begins at `start` ends: it comes from one file, and is not too large. */
  #pieceEnd(start: number, end: number): number {
    const { chunkBytes, storedBytes } = this.#layout;
    const chunk = Math.floor(start / chunkBytes);
    const most = Math.max(1, Math.floor(MAX_RUN_BYTES / storedBytes));
    return Math.min(end, (chunk + Math.min(most, this.#chunks.runLength(chunk))) * chunkBytes);
  }

  /** Bytes of any files: what is not there is asked for at the same time, as few requests as there are files and gaps. */
  async #piece(start: number, end: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const { chunkBytes } = this.#layout;
    const bytes = new Uint8Array(end - start);
    const put = (chunk: number, payload: Uint8Array) => {
      const chunkStart = chunk * chunkBytes;
      const from = Math.max(start, chunkStart);
      bytes.set(payload.subarray(from - chunkStart, end - chunkStart), from - start);
    };
    const last = Math.floor((end - 1) / chunkBytes);
    const load = async (first: number, count: number) => {
      for (const [i, stored] of (await this.#chunks.fetch(first, count, signal)).entries()) {
        const payload = this.#verify(stored);
        put(first + i, payload);
        this.#keep(first + i, payload, count, first + i === last);
      }
    };
    let loads: Promise<void>[] = [];
    for (let chunk = Math.floor(start / chunkBytes); chunk <= last; ) {
      const cached = this.#cache.get(chunk);
      if (cached) {
        put(chunk, cached);
        chunk++;
        continue;
      }
      const most = Math.min(last + 1 - chunk, this.#chunks.runLength(chunk));
      let count = 1;
      while (count < most && !this.#cache.has(chunk + count)) count++;
      if (loads.push(load(chunk, count)) === MAX_REQUESTS) {
        await Promise.all(loads);
        loads = [];
      }
      chunk += count;
    }
    await Promise.all(loads);
    return bytes;
  }

  #verify({ bytes, place }: StoredChunk): Uint8Array {
    const { chunkBytes, checksum } = this.#layout;
    const payload = bytes.subarray(0, chunkBytes);
    if (checksum) {
      const expected = new DataView(bytes.buffer, bytes.byteOffset).getUint32(chunkBytes, true);
      const actual = crc32c(payload);
      if (expected !== actual) throw chunkCrcMismatch(place, expected, actual);
    }
    return payload;
  }

  /** Of a long read only the last chunk is likely to be wanted again: by the read that goes on from there. */
  #keep(chunk: number, payload: Uint8Array, count: number, isLast: boolean): void {
    const isLong = count * payload.byteLength > this.#cacheBytes / 4;
    if (isLong && !isLast) return;
    // A view would keep all of what was fetched with it.
    this.#cache.set(chunk, count === 1 ? payload : payload.slice());
  }
}
