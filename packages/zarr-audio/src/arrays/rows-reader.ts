import type { JsonObject } from '@zarr-audio/codec';
import { errorCode } from '@zarr-audio/codec';
import * as zarr from 'zarrita';
import { joinKey, type ReadableStorage, type ReadOptions, type StorageKey } from '../storage';
import { type ChunkPlace, chunkDamaged } from './chunk-errors';
import { LruCache } from './lru-cache';
import type { ArrayMetadata } from './metadata';
import { type RowsLayout, rowsLayout } from './rows-layout';
import { SharedLoads } from './shared-load';
import { verifiedChunks } from './verified-chunks';

const DEFAULT_CACHE_BYTES = 4 * 2 ** 20;
/** High words of safe integers are below. */
const SAFE_HIGH_WORD = 2 ** 21;

export interface RowsReaderOptions {
  /** Bytes of decoded chunks that are kept; 4 MiB: ten chunks of 10,000 rows of 5. */
  readonly cacheBytes?: number;
}

/** A uint64 array of two dimensions, read by chunks of rows. Fits `RowChunks` of @zarr-audio/packet-index. */
export interface RowsReader {
  readonly rows: number;
  readonly width: number;
  readonly chunkRows: number;
  readonly attributes: JsonObject;
  /**
   * One array a column, of the rows of chunk `chunk` that exist. Shared with other callers: not to be changed.
   *
   * @throws {RangeError} if there is no such chunk.
   * @throws {StoreError} `CHUNK_MISSING`, `CHUNK_TRUNCATED`, `CHUNK_CRC_MISMATCH`, `CHUNK_DAMAGED`; what the storage throws.
   */
  chunk(chunk: number, options?: ReadOptions): Promise<readonly Float64Array[]>;
}

/**
 * @param array  The array's key.
 * @throws {StoreError} `ARRAY_BAD_METADATA` if it is no table of rows.
 */
export function openRows(
  storage: ReadableStorage,
  array: StorageKey,
  metadata: ArrayMetadata,
  options: RowsReaderOptions = {},
): RowsReader {
  const layout = rowsLayout(metadata);
  const { rows, width, chunkRows } = layout;
  const store = verifiedChunks(storage, array, layout);
  const table = new zarr.Array(store, '/', zarritaMetadata(metadata));
  const cache = new LruCache<number, readonly Float64Array[]>(
    options.cacheBytes ?? DEFAULT_CACHE_BYTES,
    (columns) => columns.length * columns[0]!.byteLength,
  );
  const loads = new SharedLoads<number, readonly Float64Array[]>();

  const load = async (chunk: number, signal: AbortSignal): Promise<readonly Float64Array[]> => {
    const coords = [chunk, 0];
    const key = joinKey(array, metadata.chunkKey(coords));
    const place = { array, chunk: coords, key, byteOffset: 0 };
    const decoded = await decode(table, place, signal);
    const columns = toColumns(decoded, layout, Math.min(chunkRows, rows - chunk * chunkRows), place);
    cache.set(chunk, columns);
    return columns;
  };

  return {
    rows,
    width,
    chunkRows,
    attributes: metadata.attributes,
    async chunk(chunk, { signal } = {}) {
      if (!Number.isInteger(chunk) || chunk < 0 || chunk * chunkRows >= rows) {
        throw new RangeError(`${array} has ${Math.ceil(rows / chunkRows)} chunks; ${chunk} is none of them`);
      }
      signal?.throwIfAborted();
      return cache.get(chunk) ?? loads.get(chunk, signal, (shared) => load(chunk, shared));
    },
  };
}

type Uint64Array = zarr.Array<'uint64', Pick<ReadableStorage, 'get'>>;
type Uint64Chunk = Awaited<ReturnType<Uint64Array['getChunk']>>;

/** zarrita wants codecs as objects with a configuration each, where Zarr lets a bare name stand for one. */
function zarritaMetadata({ document, codecs }: ArrayMetadata): zarr.ArrayMetadata<'uint64'> {
  const complete = codecs.map(({ name, configuration }) => ({ name, configuration: configuration.value ?? {} }));
  return { ...document, codecs: complete } as unknown as zarr.ArrayMetadata<'uint64'>;
}

async function decode(table: Uint64Array, place: ChunkPlace, signal: AbortSignal): Promise<Uint64Chunk> {
  try {
    return await table.getChunk([...place.chunk], { signal });
  } catch (error) {
    if (errorCode(error) !== undefined) throw error;
    throw chunkDamaged(place, "can't be decoded", error);
  }
}

/** Through the words of each value: a column of BigInts would cost an allocation each. */
function toColumns(decoded: Uint64Chunk, layout: RowsLayout, rows: number, place: ChunkPlace): Float64Array[] {
  const { data, stride } = decoded;
  if (data.byteLength !== layout.chunkBytes) {
    throw chunkDamaged(place, `decodes to ${data.byteLength} bytes, not ${layout.chunkBytes}`);
  }
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length * 2);
  const rowStride = 2 * stride[0]!;
  return Array.from({ length: layout.width }, (_, column) => {
    const values = new Float64Array(rows);
    let at = 2 * column * stride[1]!;
    for (let row = 0; row < rows; row++, at += rowStride) {
      const high = words[at + 1]!;
      if (high >= SAFE_HIGH_WORD) throw chunkDamaged(place, `has a value over 2^53 in row ${row}, column ${column}`);
      values[row] = high * 4294967296 + words[at]!;
    }
    return values;
  });
}
