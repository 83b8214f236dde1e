import { CodedError, INDEX_WIDTH, type JsonObject, SEEK_WIDTH, type StreamSummary } from '@zarr-audio/codec';
import {
  type BlobReader,
  type CacheBudget,
  openBlob,
  openRows,
  parseArrayMetadata,
  type RowsReader,
} from '../arrays/index';
import { StoreError } from '../errors';
import { isObject } from '../json-file';
import { foreignRows } from '../read/blob-identity';
import type { StoredRows } from '../read/recoverable-index';
import { sortedRows } from '../read/sorted-rows';
import type { ReadableStorage, ReadOptions } from '../storage/storage';
import { BLOB_ARRAY, recordingPath, SORTED_COLUMNS, SOURCE_METADATA_ARRAY } from '../store-layout';
import type { RecordingAttributes } from './recording-attributes';
import { type MetadataPiece, readSourceMetadata } from './source-metadata';

/** Of decoded chunks, each 10,000 packets: over two hours of the index as a rule, so that random reads of as much find them. */
const ROWS_CACHE_BYTES = 8 * 2 ** 20;

/** A table of rows as it is stored: its reader, if there is one, and its rows, or why they can't be used. */
export interface StoredTable {
  readonly reader: RowsReader | CodedError;
  readonly rows: StoredRows;
}

export interface RecordingArrays {
  readonly blob: BlobReader;
  readonly index: StoredTable;
  /** Undefined for a codec without them. */
  readonly seekPoints: StoredTable | undefined;
  /** What the source said beside the audio; it is read when it is asked for. */
  metadataPieces(options: ReadOptions): Promise<MetadataPiece[]>;
}

/**
 * The arrays of a recording. Without its blob it is nothing; rows that can't be used are told to whoever needs them.
 *
 * @param group  The recording's `zarr.json`, with the metadata of its arrays.
 * @param cache  What its readers keep, with others.
 * @throws {StoreError} `RECORDING_BAD_ATTRIBUTES`; `ARRAY_BAD_METADATA` of the blob
 */
export function openArrays(
  storage: ReadableStorage,
  id: string,
  group: JsonObject,
  { indexArrays, summary, verbatim, source }: RecordingAttributes,
  cache?: CacheBudget,
): RecordingArrays {
  const documents = consolidated(group, id);
  const path = recordingPath(id);
  const metadataOf = (name: string) => parseArrayMetadata(documents[name], `${id}/${name}`);
  const rows = (name: string, width: number): RowsReader => {
    const metadata = metadataOf(name);
    if (metadata.shape[1] !== width) throw metadata.root.get('shape').bad(`must have ${width} columns`);
    return openRows(storage, `${path}/${name}`, metadata, { cacheBytes: ROWS_CACHE_BYTES, budget: cache });
  };
  const blob = openBlob(storage, `${path}/${BLOB_ARRAY}`, metadataOf(BLOB_ARRAY), { budget: cache });
  const index = orError(() => rows(indexArrays.index, INDEX_WIDTH));
  const seekPoints =
    indexArrays.seekPoints === null ? undefined : orError(() => rows(indexArrays.seekPoints!, SEEK_WIDTH));
  const foreign = foreignRows(
    { index: attributesOf(index), seekPoints: attributesOf(seekPoints) },
    verbatim ? source.sha256 : undefined,
  );
  const usable = (reader: RowsReader | CodedError, sort: keyof typeof SORTED_COLUMNS): StoredTable => ({
    reader,
    rows:
      reader instanceof CodedError ? reader : (foreign[sort] ?? orError(() => checkedRows(reader, sort, id, summary))),
  });
  return {
    blob,
    index: usable(index, 'index'),
    seekPoints: seekPoints && usable(seekPoints, 'seekPoints'),
    async metadataPieces(options) {
      const name = SOURCE_METADATA_ARRAY;
      const document = documents[name];
      return document === undefined
        ? []
        : readSourceMetadata(storage, `${path}/${name}`, document, `${id}/${name}`, options);
    },
  };
}

function checkedRows(reader: RowsReader, sort: keyof typeof SORTED_COLUMNS, id: string, { packets }: StreamSummary) {
  if (sort === 'index' && reader.rows !== packets) {
    throw new StoreError(
      'INDEX_INCONSISTENT',
      `recording ${id} has ${packets} packets, its index ${reader.rows} rows: rebuild the index with reindex`,
      { recording: id, packets, rows: reader.rows },
    );
  }
  return sortedRows(reader, SORTED_COLUMNS[sort].attribute);
}

function orError<T>(open: () => T): T | CodedError {
  try {
    return open();
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
}

function attributesOf(reader: RowsReader | CodedError | undefined): JsonObject | undefined {
  return reader === undefined || reader instanceof CodedError ? undefined : reader.attributes;
}

/** The metadata of the recording's arrays, as its group carries it: opening takes one request. */
function consolidated(group: JsonObject, id: string): JsonObject {
  const { consolidated_metadata: whole } = group;
  const metadata = isObject(whole) ? whole.metadata : undefined;
  if (isObject(metadata)) return metadata;
  throw new StoreError(
    'RECORDING_BAD_ATTRIBUTES',
    `recording ${id} carries no metadata of its arrays (consolidated_metadata)`,
    { recording: id },
  );
}
