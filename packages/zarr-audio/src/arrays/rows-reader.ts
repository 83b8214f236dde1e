import type { JsonObject } from '@zarr-audio/codec';
import { errorCode } from '@zarr-audio/codec';
import { type ChunkRows, rowsOfColumns } from '@zarr-audio/packet-index';
import * as zarr from 'zarrita';
import { joinKey, type ReadableStorage, type ReadOptions, type StorageKey } from '../storage';
import { decodeShuffled } from './blosc-chunk';
import { type ChunkPlace, chunkDamaged } from './chunk-errors';
import { type CacheBudget, LruCache } from './lru-cache';
import type { ArrayMetadata } from './metadata';
import { type HeldRows, packedRows } from './packed-rows';
import { type RowsLayout, rowsLayout } from './rows-layout';
import { SharedLoads } from './shared-load';
import { fetchVerified } from './verified-chunks';

const DEFAULT_CACHE_BYTES = 4 * 2 ** 20;
/** High words of safe integers are below. */
const SAFE_HIGH_WORD = 2 ** 21;

export interface RowsReaderOptions {
  /** Bytes of chunks that are kept; 4 MiB: twenty chunks of 10,000 rows of 5 as they are nearly always held. */
  readonly cacheBytes?: number;
  /** What this reader and others may keep together; as much as each likes, if left out. */
  readonly budget?: CacheBudget | undefined;
}

/** A uint64 array of two dimensions, read by chunks of rows. */
export interface RowsReader {
  readonly rows: number;
  readonly width: number;
  readonly chunkRows: number;
  readonly attributes: JsonObject;
  /**
   * The rows of chunk `chunk` that exist, shared with other callers.
   *
   * @throws {RangeError} if there is no such chunk.
   * @throws {StoreError} `CHUNK_MISSING`, `CHUNK_TRUNCATED`, `CHUNK_CRC_MISMATCH`, `CHUNK_DAMAGED`; what the storage throws.
   */
  chunkRowsOf(chunk: number, options?: ReadOptions): Promise<ChunkRows>;
  /** The same, one array a column. */
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
  const cache = new LruCache<number, HeldRows>(
    options.cacheBytes ?? DEFAULT_CACHE_BYTES,
    ({ byteLength }) => byteLength,
    options.budget,
  );
  const loads = new SharedLoads<number, HeldRows>();

  const load = async (chunk: number, signal: AbortSignal): Promise<HeldRows> => {
    const coords = [chunk, 0];
    const place = { array, chunk: coords, key: joinKey(array, metadata.chunkKey(coords)), byteOffset: 0 };
    const stored = await fetchVerified(storage, place, layout, signal);
    const count = Math.min(chunkRows, rows - chunk * chunkRows);
    const held =
      (await unpackLess(stored, layout, count, place)) ?? (await unpack(stored, metadata, layout, count, place));
    cache.set(chunk, held);
    return held;
  };

  const chunkRowsOf: RowsReader['chunkRowsOf'] = async (chunk, { signal } = {}) => {
    if (!Number.isInteger(chunk) || chunk < 0 || chunk * chunkRows >= rows) {
      throw new RangeError(`${array} has ${Math.ceil(rows / chunkRows)} chunks; ${chunk} is none of them`);
    }
    signal?.throwIfAborted();
    return cache.get(chunk) ?? loads.get(chunk, signal, (shared) => load(chunk, shared));
  };

  return {
    rows,
    width,
    chunkRows,
    attributes: metadata.attributes,
    chunkRowsOf,
    async chunk(chunk, readOptions) {
      const held = await chunkRowsOf(chunk, readOptions);
      return held.columns(0, held.count);
    },
  };
}

/** What our writer makes, and others of the same layout: undefined for all else. */
async function unpackLess(
  stored: Uint8Array,
  layout: RowsLayout,
  count: number,
  place: ChunkPlace,
): Promise<HeldRows | undefined> {
  if (!layout.isColumnMajor || layout.compressor !== 'blosc') return undefined;
  let planes: Uint8Array | undefined;
  try {
    planes = await decodeShuffled(stored);
  } catch (error) {
    throw chunkDamaged(place, "can't be decoded", error);
  }
  if (!planes) return undefined;
  if (planes.byteLength !== layout.chunkBytes) {
    throw chunkDamaged(place, `decodes to ${planes.byteLength} bytes, not ${layout.chunkBytes}`);
  }
  const rows = packedRows(planes, layout.width, layout.chunkRows, count);
  if (!rows) throw chunkDamaged(place, 'has a value over 2^53');
  return rows;
}

/** Any codecs and order of axes, by zarrita. */
async function unpack(
  stored: Uint8Array,
  metadata: ArrayMetadata,
  layout: RowsLayout,
  count: number,
  place: ChunkPlace,
): Promise<HeldRows> {
  const table = new zarr.Array({ get: async () => stored }, '/', zarritaMetadata(metadata));
  let decoded: Uint64Chunk;
  try {
    decoded = await table.getChunk([...place.chunk]);
  } catch (error) {
    if (errorCode(error) !== undefined) throw error;
    throw chunkDamaged(place, "can't be decoded", error);
  }
  const columns = toColumns(decoded, layout, count, place);
  return { ...rowsOfColumns(columns), byteLength: columns.length * columns[0]!.byteLength };
}

type Uint64Array = zarr.Array<'uint64', Pick<ReadableStorage, 'get'>>;
type Uint64Chunk = Awaited<ReturnType<Uint64Array['getChunk']>>;

/**
 * zarrita wants codecs as objects with a configuration each, where Zarr lets a bare name stand for one. The checksum is
 * taken off already.
 */
function zarritaMetadata({ document, codecs }: ArrayMetadata): zarr.ArrayMetadata<'uint64'> {
  const complete = codecs
    .filter(({ name }) => name !== 'crc32c')
    .map(({ name, configuration }) => ({ name, configuration: configuration.value ?? {} }));
  return { ...document, codecs: complete } as unknown as zarr.ArrayMetadata<'uint64'>;
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
