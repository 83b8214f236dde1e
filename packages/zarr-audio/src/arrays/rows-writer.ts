import type { JsonObject } from '@zarr-audio/codec';
import { joinKey, type StorageKey, type WritableStorage } from '../storage';
import { CHECKSUM_BYTES } from './blob-layout';
import { encodeBlosc } from './blosc-chunk';
import { crc32c } from './crc32c';
import { type ArrayLayout, completeLayout } from './layout';
import { rowsDocument } from './metadata-documents';

/** Chunks that may be on their way to the disk while the next one is filled. */
const MAX_WRITING = 4;
/** 2^53 - 1, the fill value: its six lowest bytes, the seventh and the eighth. */
const FILL_BYTES = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0x00];
const VALUE_BYTES = 8;

export interface RowsWriterOptions extends ArrayLayout {
  /** The column that search goes by: its first value in each chunk becomes a list in an attribute. */
  readonly sorted?: { readonly column: number; readonly attribute: string };
}

export interface RowsWriter {
  /** Rows appended so far. */
  readonly rows: number;
  /**
   * Appends whole rows, `width` numbers each. One call at a time.
   * @throws {RangeError} unless all are integers in [0, 2^53).
   */
  append(rows: Float64Array): Promise<void>;
  /**
   * Writes what is left.
   * @returns `metadata`: the array's `zarr.json`, which is not written here. Its attribute `stored_bytes` is the length of
   *   all chunks as they are stored.
   * @throws {RangeError} if nothing was written.
   */
  finish(attributes?: JsonObject): Promise<{ rows: number; metadata: JsonObject }>;
  /** Waits for writes under way. What was written stays: drop the folder. */
  abort(): Promise<void>;
}

/**
 * Writes a table of uint64, chunk by chunk.
 *
 * @param array  The array's key. Its folder must not hold one yet.
 * @param width  Columns.
 */
export function createRowsWriter(
  storage: WritableStorage,
  array: StorageKey,
  width: number,
  options: RowsWriterOptions = {},
): RowsWriter {
  return new ChunkedRowsWriter(storage, array, width, completeLayout(options).chunkRows, options.sorted);
}

class ChunkedRowsWriter implements RowsWriter {
  rows = 0;
  readonly #storage: WritableStorage;
  readonly #array: StorageKey;
  readonly #width: number;
  readonly #chunkRows: number;
  readonly #sorted: RowsWriterOptions['sorted'];
  /** Rows of the chunk that grows. */
  #buffer: Float64Array;
  #filled = 0;
  #chunks = 0;
  #storedBytes = 0;
  readonly #firstValues: number[] = [];
  readonly #writing: Promise<void>[] = [];

  constructor(
    storage: WritableStorage,
    array: StorageKey,
    width: number,
    chunkRows: number,
    sorted: RowsWriterOptions['sorted'],
  ) {
    this.#storage = storage;
    this.#array = array;
    this.#width = width;
    this.#chunkRows = chunkRows;
    this.#sorted = sorted;
    this.#buffer = new Float64Array(width * chunkRows);
  }

  async append(rows: Float64Array): Promise<void> {
    if (rows.length % this.#width !== 0) throw new RangeError(`${rows.length} numbers are no rows of ${this.#width}`);
    for (const value of rows) {
      if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not an integer in [0, 2^53)`);
    }
    for (let at = 0; at < rows.length; ) {
      const part = rows.subarray(at, at + this.#buffer.length - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      this.rows += part.length / this.#width;
      if (this.#filled === this.#buffer.length) await this.#endChunk();
    }
  }

  async finish(attributes: JsonObject = {}): Promise<{ rows: number; metadata: JsonObject }> {
    const { rows } = this;
    if (rows === 0) throw new RangeError(`${this.#array}: an array of no rows can't be written`);
    if (this.#filled > 0) await this.#endChunk();
    await Promise.all(this.#writing);
    // A file of a thousand links has a thousand writers, which wait for the last of them.
    this.#buffer = new Float64Array(0);
    const own: JsonObject = { stored_bytes: this.#storedBytes };
    if (this.#sorted) own[this.#sorted.attribute] = this.#firstValues;
    return { rows, metadata: rowsDocument(rows, this.#width, this.#chunkRows, { ...own, ...attributes }) };
  }

  async abort(): Promise<void> {
    await Promise.allSettled(this.#writing);
  }

  async #endChunk(): Promise<void> {
    const planes = shuffledColumns(this.#buffer, this.#filled / this.#width, this.#width, this.#chunkRows);
    if (this.#sorted) this.#firstValues.push(this.#buffer[this.#sorted.column]!);
    const key = joinKey(this.#array, 'c', `${this.#chunks}`, '0');
    this.#chunks++;
    this.#filled = 0;
    const writing = writeChunk(this.#storage, key, planes).then((byteLength) => {
      this.#storedBytes += byteLength;
    });
    // It is awaited later: a failure is not unhandled until then.
    writing.catch(() => undefined);
    if (this.#writing.push(writing) > MAX_WRITING) await this.#writing.shift();
  }
}

/** @returns The chunk's length as it is stored. */
async function writeChunk(storage: WritableStorage, key: StorageKey, planes: Uint8Array): Promise<number> {
  const encoded = await encodeBlosc(planes);
  const stored = new Uint8Array(encoded.byteLength + CHECKSUM_BYTES);
  stored.set(encoded);
  new DataView(stored.buffer).setUint32(encoded.byteLength, crc32c(encoded), true);
  const file = await storage.create(key);
  try {
    await file.write(stored);
    await file.close();
    return stored.byteLength;
  } catch (error) {
    await file.abort();
    throw error;
  }
}

/**
 * A chunk as `transpose` [1, 0], `bytes` (little-endian uint64) and Blosc's shuffle make it, in one step: the bytes of
 * all values, column after column; all lowest bytes first. Rows that don't exist hold the fill value.
 */
function shuffledColumns(rows: Float64Array, count: number, width: number, chunkRows: number): Uint8Array {
  const values = width * chunkRows;
  const planes = new Uint8Array(values * VALUE_BYTES);
  for (let column = 0; column < width; column++) {
    let to = column * chunkRows;
    for (let at = column; at < count * width; at += width, to++) {
      const value = rows[at]!;
      const low = value >>> 0;
      const high = (value - low) / 4294967296;
      planes[to] = low;
      planes[to + values] = low >>> 8;
      planes[to + 2 * values] = low >>> 16;
      planes[to + 3 * values] = low >>> 24;
      planes[to + 4 * values] = high;
      planes[to + 5 * values] = high >>> 8;
      planes[to + 6 * values] = high >>> 16;
    }
    for (const [plane, byte] of FILL_BYTES.entries()) {
      planes.fill(byte, plane * values + to, plane * values + (column + 1) * chunkRows);
    }
  }
  return planes;
}
