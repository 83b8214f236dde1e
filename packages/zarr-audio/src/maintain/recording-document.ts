import type { Codec, CodecRegistry, JsonObject, JsonValue } from '@zarr-audio/codec';
import { type BlobReader, openBlob, parseArrayMetadata } from '../arrays/index';
import { StoreError } from '../errors';
import { isObject, readJson } from '../json-file';
import { isRecordingId } from '../recording/recording-id';
import type { ReadableStorage, ReadOptions } from '../storage/storage';
import { BLOB_ARRAY, metadataKey, recordingPath } from '../store-layout';

/** The `zarr.json` of a recording, as far as it can be read at all: nothing of it is believed yet. */
export interface RecordingDocument {
  readonly id: string;
  readonly codec: Codec;
  readonly group: JsonObject;
  readonly attributes: JsonObject;
  /** Metadata of its arrays, by their names. */
  readonly arrays: JsonObject;
}

/**
 * @throws {StoreError} `RECORDING_NOT_FOUND`, `METADATA_DAMAGED`, `RECORDING_BAD_ATTRIBUTES` if nothing says what codec it
 *   is; `CODEC_UNKNOWN`
 */
export async function readRecordingDocument(
  storage: ReadableStorage,
  id: string,
  codecs: CodecRegistry,
  options: ReadOptions,
): Promise<RecordingDocument> {
  const path = recordingPath(id);
  const group = isRecordingId(id) ? await readJson(storage, metadataKey(path), options) : undefined;
  if (!group) {
    throw new StoreError('RECORDING_NOT_FOUND', `there is no recording ${id} in ${storage.description}`, { id });
  }
  const attributes = isObject(group.attributes) ? group.attributes : {};
  const { codec } = attributes;
  if (typeof codec !== 'string') {
    const message = `recording ${id}: the attribute codec is ${JSON.stringify(codec)}, and nothing else says what it is`;
    throw new StoreError('RECORDING_BAD_ATTRIBUTES', message, { recording: id, attribute: 'codec' });
  }
  const consolidated = consolidatedArrays(group);
  const arrays = consolidated ?? (await ownDocuments(storage, id, options));
  return { id, codec: codecs.get(codec), group, attributes, arrays };
}

/** Metadata of arrays as a group carries it; undefined if it does not. */
export function consolidatedArrays({ consolidated_metadata: whole }: JsonObject): JsonObject | undefined {
  const metadata = isObject(whole) ? whole.metadata : undefined;
  return isObject(metadata) ? metadata : undefined;
}

/** What the folders of a recording say of themselves. */
async function ownDocuments(storage: ReadableStorage, id: string, options: ReadOptions): Promise<JsonObject> {
  const path = recordingPath(id);
  const names = (await storage.list?.(path, options)) ?? [BLOB_ARRAY];
  const documents: JsonObject = {};
  for (const name of names) {
    const document =
      name === 'zarr.json' ? undefined : await readJson(storage, metadataKey(`${path}/${name}`), options);
    if (document) documents[name] = document;
  }
  return documents;
}

/**
 * The blob, whatever state the arrays beside it are in: by the metadata that the recording carries, or the array's own.
 *
 * @returns With the document that was right.
 * @throws {StoreError} `ARRAY_BAD_METADATA` if neither can be.
 */
export async function openStoredBlob(
  storage: ReadableStorage,
  { id, arrays }: RecordingDocument,
  options: ReadOptions,
): Promise<{ blob: BlobReader; document: JsonObject }> {
  const path = `${recordingPath(id)}/${BLOB_ARRAY}` as const;
  const open = (value: JsonValue | undefined) => {
    const metadata = parseArrayMetadata(value, `${id}/${BLOB_ARRAY}`);
    return { blob: openBlob(storage, path, metadata), document: metadata.document };
  };
  try {
    return open(arrays[BLOB_ARRAY]);
  } catch (error) {
    const own = await readJson(storage, metadataKey(path), options);
    if (!own) throw error;
    return open(own);
  }
}
