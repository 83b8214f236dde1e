import type { JsonObject } from '@zarr-audio/codec';
import { type FileWriter, joinKey, type StorageKey, type WritableStorage } from '../storage';
import { CHECKSUM_BYTES } from './blob-layout';
import { crc32c } from './crc32c';
import { type ArrayLayout, completeLayout } from './layout';
import { blobDocument } from './metadata-documents';
import { encodeShardIndex } from './shard-index';

/** Bytes that are handed to the storage at once, about: twice as much is held. */
const BATCH_BYTES = 2 ** 20;
/** Shards that may be on their way to the disk while the next one is filled. */
const MAX_CLOSING = 2;

export interface BlobWriter {
  /** Bytes written so far. */
  readonly byteLength: number;
  /** Appends any number of bytes; they may be changed once the promise is fulfilled. One call at a time. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Writes what is left.
   * @returns `metadata`: the array's `zarr.json`, which is not written here.
   * @throws {RangeError} if nothing was written: a Zarr array without elements is not what all readers can read.
   */
  finish(attributes?: JsonObject): Promise<{ byteLength: number; metadata: JsonObject }>;
  /** Closes what is open. Shards that were complete stay: drop the folder. */
  abort(): Promise<void>;
}

/**
 * Writes a uint8 array in shards, from start to end: chunks in order and without gaps, each with its CRC-32C, then the
 * shard's index. Nothing is written twice.
 *
 * @param array  The array's key. Its folder must not hold one yet.
 * @throws {RangeError} for sizes that can't be.
 */
export function createBlobWriter(storage: WritableStorage, array: StorageKey, layout: ArrayLayout = {}): BlobWriter {
  return new ShardedBlobWriter(storage, array, completeLayout(layout));
}

class ShardedBlobWriter implements BlobWriter {
  byteLength = 0;
  readonly #storage: WritableStorage;
  readonly #array: StorageKey;
  readonly #layout: Required<ArrayLayout>;
  readonly #storedBytes: number;
  /** Stored chunks; the one is filled while the other is written. */
  #batch: Uint8Array;
  #spare: Uint8Array;
  /** Bytes in the batch: of complete chunks, and of the one that grows. */
  #batchBytes = 0;
  #chunkFill = 0;
  #shard = 0;
  #shardChunks = 0;
  #file: FileWriter | undefined;
  #writing: Promise<void> = Promise.resolve();
  readonly #closing: Promise<void>[] = [];

  constructor(storage: WritableStorage, array: StorageKey, layout: Required<ArrayLayout>) {
    this.#storage = storage;
    this.#array = array;
    this.#layout = layout;
    this.#storedBytes = layout.chunkBytes + CHECKSUM_BYTES;
    const chunks = Math.min(layout.shardBytes / layout.chunkBytes, Math.ceil(BATCH_BYTES / this.#storedBytes));
    this.#batch = new Uint8Array(chunks * this.#storedBytes);
    this.#spare = new Uint8Array(chunks * this.#storedBytes);
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { chunkBytes } = this.#layout;
    for (let at = 0; at < bytes.byteLength; ) {
      const part = bytes.subarray(at, at + chunkBytes - this.#chunkFill);
      this.#batch.set(part, this.#batchBytes + this.#chunkFill);
      this.#chunkFill += part.byteLength;
      this.byteLength += part.byteLength;
      at += part.byteLength;
      if (this.#chunkFill === chunkBytes) await this.#endChunk(chunkBytes);
    }
  }

  async finish(attributes: JsonObject = {}): Promise<{ byteLength: number; metadata: JsonObject }> {
    const { byteLength } = this;
    if (byteLength === 0) throw new RangeError(`${this.#array}: an array of no bytes can't be written`);
    let { chunkBytes, shardBytes } = this.#layout;
    if (byteLength < chunkBytes) {
      // One chunk of its own length, and one shard of one chunk.
      chunkBytes = byteLength;
      shardBytes = byteLength;
      await this.#endChunk(chunkBytes);
    } else if (this.#chunkFill > 0) {
      this.#batch.fill(0, this.#batchBytes + this.#chunkFill, this.#batchBytes + chunkBytes);
      await this.#endChunk(chunkBytes);
    }
    if (this.#shardChunks > 0) await this.#endShard(shardBytes / chunkBytes, chunkBytes + CHECKSUM_BYTES);
    await Promise.all(this.#closing);
    return { byteLength, metadata: blobDocument(byteLength, { chunkBytes, shardBytes }, attributes) };
  }

  async abort(): Promise<void> {
    await Promise.allSettled([this.#writing, ...this.#closing]);
    await this.#file?.abort();
    this.#file = undefined;
  }

  async #endChunk(chunkBytes: number): Promise<void> {
    const chunk = this.#batch.subarray(this.#batchBytes, this.#batchBytes + chunkBytes);
    const end = this.#batchBytes + chunkBytes;
    new DataView(this.#batch.buffer).setUint32(end, crc32c(chunk), true);
    this.#batchBytes = end + CHECKSUM_BYTES;
    this.#chunkFill = 0;
    this.#shardChunks++;
    const chunksPerShard = this.#layout.shardBytes / this.#layout.chunkBytes;
    if (this.#shardChunks === chunksPerShard) await this.#endShard(chunksPerShard, this.#storedBytes);
    else if (this.#batchBytes === this.#batch.byteLength) await this.#flush();
  }

  /** Hands the batch to the file, which takes it while the other buffer is filled. */
  async #flush(): Promise<void> {
    if (this.#batchBytes === 0) return;
    await this.#writing;
    this.#file ??= await this.#storage.create(joinKey(this.#array, 'c', `${this.#shard}`));
    this.#writing = this.#file.write(this.#batch.subarray(0, this.#batchBytes));
    observe(this.#writing);
    [this.#batch, this.#spare] = [this.#spare, this.#batch];
    this.#batchBytes = 0;
  }

  async #endShard(chunks: number, storedBytes: number): Promise<void> {
    await this.#flush();
    await this.#writing;
    const offsets = Array.from({ length: this.#shardChunks }, (_, i) => i * storedBytes);
    const file = this.#file!;
    await file.write(encodeShardIndex(chunks, offsets, storedBytes));
    this.#file = undefined;
    this.#shard++;
    this.#shardChunks = 0;
    const closing = file.close();
    observe(closing);
    if (this.#closing.push(closing) > MAX_CLOSING) await this.#closing.shift();
  }
}

/** The promise is awaited later: its failure is not unhandled until then. */
function observe(promise: Promise<void>): void {
  promise.catch(() => undefined);
}
