import { errorCode, type JsonValue } from '@zarr-audio/codec';
import { type ArrayMetadata, openBlob, parseArrayMetadata } from '../arrays/index';
import { readJson } from '../json-file';
import { isChunkDamage } from '../read/blob-damage';
import { isArrayName } from '../recording/recording-attributes';
import { canonicalJson } from '../recording/recording-id';
import { parsePieces } from '../recording/source-metadata';
import type { ReadableStorage, ReadOptions, StorageKey } from '../storage/storage';
import {
  indexArrayName,
  metadataKey,
  recordingPath,
  SOURCE_METADATA_ARRAY,
  seekPointsArrayName,
} from '../store-layout';
import type { Damage } from './damage';
import { consolidatedArrays, type RecordingDocument } from './recording-document';

/** So many files of an array are looked for by name; larger ones are not searched for what does not belong there. */
const MAX_FILES = 1_000_000;
/** Of a name that can't be one. */
const MAX_TOLD_CHARS = 100;

/** What is wrong with the files of a recording, without what is in them: metadata that differ, files that belong to nothing. */
export async function checkStoredFiles(
  storage: ReadableStorage,
  document: RecordingDocument,
  options: ReadOptions,
): Promise<Damage[]> {
  const path = recordingPath(document.id);
  const damage: Damage[] = [];
  if (!consolidatedArrays(document.group)) {
    damage.push({ code: 'RECORDING_BAD_ATTRIBUTES', where: 'zarr.json: consolidated_metadata', samples: 0 });
  }
  for (const [name, carried] of Object.entries(document.arrays)) {
    if (!isArrayName(name)) {
      const where = `zarr.json: consolidated_metadata, ${JSON.stringify(name.slice(0, MAX_TOLD_CHARS))}`;
      damage.push({ code: 'RECORDING_BAD_ATTRIBUTES', where, samples: 0 });
      continue;
    }
    const own = await readJson(storage, metadataKey(`${path}/${name}`), options).catch((error: unknown) => {
      if (errorCode(error) !== 'METADATA_DAMAGED') throw error;
      return undefined;
    });
    const where = `${name}/zarr.json`;
    if (!own) damage.push({ code: 'METADATA_DAMAGED', where, samples: 0 });
    else if (canonicalJson(own) !== canonicalJson(carried!)) {
      damage.push({ code: 'METADATA_DIFFERS', where, samples: 0 });
    }
  }
  for await (const key of strayFiles(storage, document, options)) {
    damage.push({ code: 'FILE_STRAY', where: key.slice(path.length + 1), samples: 0 });
  }
  return damage;
}

/** Every byte of an array of bytes that nothing else looks at. */
export async function checkBytes(
  storage: ReadableStorage,
  { id, arrays }: RecordingDocument,
  name: string,
  options: ReadOptions,
): Promise<Damage[]> {
  try {
    const metadata = parseArrayMetadata(arrays[name], name);
    const blob = openBlob(storage, `${recordingPath(id)}/${name}`, metadata);
    for await (const _ of blob.stream(0, blob.byteLength, options)) {
    }
    if (name === SOURCE_METADATA_ARRAY) parsePieces(metadata);
    return [];
  } catch (error) {
    const isDamage = isChunkDamage(error) || errorCode(error) === 'ARRAY_BAD_METADATA';
    if (!isDamage) throw error;
    return [{ code: errorCode(error)!, where: name, samples: 0 }];
  }
}

/** Files and folders of a recording that no array has. Those of an index that was replaced are there for its readers. */
async function* strayFiles(
  storage: ReadableStorage,
  { id, arrays, codec }: RecordingDocument,
  options: ReadOptions,
): AsyncGenerator<StorageKey> {
  if (!storage.list) return;
  const path = recordingPath(id);
  for (const name of await storage.list(path, options)) {
    const key: StorageKey = `${path}/${name}`;
    if (name === 'zarr.json') continue;
    const known = arrays[name];
    if (known !== undefined) yield* strayChunks(storage, key, known, options);
    else if (!isReplaced(name, codec.id) || !(await storage.get(metadataKey(key), options))) yield key;
  }
}

function isReplaced(name: string, codec: string): boolean {
  return [indexArrayName(codec), seekPointsArrayName(codec)].some(
    (base) => name === base || name.startsWith(`${base}_`),
  );
}

async function* strayChunks(
  storage: ReadableStorage,
  array: StorageKey,
  document: JsonValue,
  options: ReadOptions,
): AsyncGenerator<StorageKey> {
  const files = chunkFiles(document, array);
  if (!files) return;
  const folders = [array];
  // The list grows while it is walked.
  for (const folder of folders) {
    for (const name of (await storage.list?.(folder, options)) ?? []) {
      const key: StorageKey = `${folder}/${name}`;
      if (files.folders.has(key)) folders.push(key);
      else if (!files.names.has(key) && key !== metadataKey(array)) yield key;
    }
  }
}

/** Keys of the chunks of an array, and of the folders that they lie in; undefined where that can't be said. */
function chunkFiles(document: JsonValue, array: StorageKey) {
  let metadata: ArrayMetadata;
  try {
    metadata = parseArrayMetadata(document, array);
  } catch (error) {
    if (errorCode(error) === 'ARRAY_BAD_METADATA') return undefined;
    throw error;
  }
  const { shape, chunkShape, chunkKey } = metadata;
  const count = Math.ceil(shape[0]! / chunkShape[0]!);
  if (count > MAX_FILES) return undefined;
  const names = new Set<string>();
  const folders = new Set<string>();
  for (let chunk = 0; chunk < count; chunk++) {
    const key = `${array}/${chunkKey(shape.map((_, axis) => (axis === 0 ? chunk : 0)))}`;
    names.add(key);
    for (let at = key.lastIndexOf('/'); at > array.length; at = key.lastIndexOf('/', at - 1))
      folders.add(key.slice(0, at));
  }
  return { names, folders };
}
