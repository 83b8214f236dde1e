import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { errorCode, type JsonObject } from '@zarr-audio/codec';
import { createBlobWriter, createRowsWriter, openBlob, openRows, parseArrayMetadata } from '../../src/arrays';
import type { BlobReaderOptions } from '../../src/arrays/blob-reader';
import type { ArrayLayout } from '../../src/arrays/layout';
import type { RowsReaderOptions } from '../../src/arrays/rows-reader';
import type { RowsWriterOptions } from '../../src/arrays/rows-writer';
import { joinKey, memoryStorage, type ReadableStorage, type StorageKey, type WritableStorage } from '../../src/storage';

export const FIXTURES = fileURLToPath(new URL('../../../../fixtures/zarr-python/', import.meta.url));

export interface ExpectedStore {
  readonly store: string;
  readonly recording: string;
  readonly blob_bytes: number;
  readonly packets: number;
  readonly blob_sha256: string;
  readonly index_sha256: string;
  readonly damaged?: string;
}

export const EXPECTED: ExpectedStore[] = JSON.parse(readFileSync(`${FIXTURES}expected.json`, 'utf8'));

/** A fixture, read with nothing of ours. */
export function fixtureStorage(store: string): ReadableStorage {
  const load = (key: string) => readFile(`${FIXTURES}${store}${key}`).catch(() => undefined);
  return {
    description: store,
    get: load,
    async getRange(key, range) {
      const bytes = await load(key);
      if ('suffixLength' in range) return bytes?.subarray(Math.max(0, bytes.byteLength - range.suffixLength));
      return bytes?.subarray(range.offset, range.offset + range.length);
    },
  };
}

export async function openMetadata(storage: ReadableStorage, array: StorageKey) {
  const bytes = await storage.get(joinKey(array, 'zarr.json'));
  return parseArrayMetadata(JSON.parse(new TextDecoder().decode(bytes)), array);
}

export async function openBlobAt(storage: ReadableStorage, array: StorageKey, options?: BlobReaderOptions) {
  return openBlob(storage, array, await openMetadata(storage, array), options);
}

export async function openRowsAt(storage: ReadableStorage, array: StorageKey, options?: RowsReaderOptions) {
  return openRows(storage, array, await openMetadata(storage, array), options);
}

export async function writeMetadata(storage: WritableStorage, node: StorageKey, document: JsonObject): Promise<void> {
  await storage.set(joinKey(node, 'zarr.json'), new TextEncoder().encode(JSON.stringify(document)));
}

/** A blob with its metadata; `pieces` are the sizes in which it is handed over, again and again. */
export async function writeBlob(
  storage: WritableStorage,
  array: StorageKey,
  bytes: Uint8Array,
  layout: ArrayLayout = {},
  pieces: readonly number[] = [bytes.byteLength],
): Promise<JsonObject> {
  const writer = createBlobWriter(storage, array, layout);
  for (let at = 0, i = 0; at < bytes.byteLength; i++) {
    const piece = bytes.slice(at, at + pieces[i % pieces.length]!);
    await writer.write(piece);
    at += piece.byteLength;
    // The writer must not look at it any more.
    piece.fill(0xee);
  }
  const { metadata } = await writer.finish();
  await writeMetadata(storage, array, metadata);
  return metadata;
}

export async function writeRows(
  storage: WritableStorage,
  array: StorageKey,
  rows: Float64Array,
  width: number,
  options: RowsWriterOptions = {},
): Promise<JsonObject> {
  const writer = createRowsWriter(storage, array, width, options);
  await writer.append(rows);
  const { metadata } = await writer.finish();
  await writeMetadata(storage, array, metadata);
  return metadata;
}

/** Bytes without a pattern, the same each time. */
export function sampleBytes(byteLength: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  let state = seed >>> 0 || 1;
  for (let i = 0; i < byteLength; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}

/** Rows like those of an index: 5 columns. */
export function packetRows(count: number): Float64Array {
  const sizes = sampleBytes(count);
  const rows = new Float64Array(count * 5);
  let position = 47;
  for (let i = 0; i < count; i++) {
    const size = 100 + (sizes[i]! & 63);
    rows.set([position, size, 960, i * 960, i * 960 + 959], i * 5);
    position += size;
  }
  return rows;
}

/** All rows, row after row. */
export async function allRows(reader: Awaited<ReturnType<typeof openRowsAt>>): Promise<Float64Array> {
  const rows = new Float64Array(reader.rows * reader.width);
  for (let chunk = 0; chunk * reader.chunkRows < reader.rows; chunk++) {
    for (const [column, values] of (await reader.chunk(chunk)).entries()) {
      for (const [i, value] of values.entries()) rows[(chunk * reader.chunkRows + i) * reader.width + column] = value;
    }
  }
  return rows;
}

export function uint64Bytes(rows: Float64Array): Uint8Array {
  return new Uint8Array(BigUint64Array.from(rows, BigInt).buffer);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The error of a promise that has to fail. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & { code?: string; details?: JsonObject }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

export async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  return errorCode(await failureOf(promise));
}

export interface CountingStorage extends WritableStorage {
  /** `get /zarr.json`, `range /a/c/0 0+16`, `suffix /a/c/0 -16`. */
  readonly requests: string[];
  readonly signals: (AbortSignal | undefined)[];
}

/** Memory that writes down what is asked for. */
export function countingStorage(files: Map<string, Uint8Array> = new Map()): CountingStorage {
  const inner = memoryStorage(files);
  const requests: string[] = [];
  return {
    ...inner,
    requests,
    signals: [],
    get(key, options) {
      requests.push(`get ${key}`);
      return inner.get(key, options);
    },
    getRange(key, range, options) {
      requests.push(
        'suffixLength' in range
          ? `suffix ${key} -${range.suffixLength}`
          : `range ${key} ${range.offset}+${range.length}`,
      );
      return inner.getRange(key, range, options);
    },
  };
}
