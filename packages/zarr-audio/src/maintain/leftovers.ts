import { errorCode, type JsonObject } from '@zarr-audio/codec';
import { isObject, readJson } from '../json-file';
import { isRecordingId } from '../recording/recording-id';
import type { ReadOptions, StorageKey, WritableStorage } from '../storage/storage';
import {
  BLOB_ARRAY,
  indexArrayName,
  metadataKey,
  PRIVATE_GROUP,
  recordingPath,
  SOURCE_METADATA_ARRAY,
  seekPointsArrayName,
  temporaryPath,
} from '../store-layout';
import { consolidatedArrays } from './recording-document';

/**
 * What can be left in a store: `unfinished`, what was written aside and not moved to its place, or moved aside to be removed; `replaced`,
 * an index or seek points in whose place a rebuild has put others; `incomplete`, a folder where a recording would be, without its
 * `zarr.json` and without audio.
 */
export type LeftoverKind = 'unfinished' | 'replaced' | 'incomplete';

export interface Leftover {
  readonly key: StorageKey;
  readonly kind: LeftoverKind;
  /** When it was in use last, as far as other files than its own tell; in milliseconds since 1970. */
  readonly usedMs: number;
}

/** Something that no version of ours writes: whose it is nobody knows. */
export interface Unknown {
  readonly key: StorageKey;
  readonly kind: 'unknown';
}

type Finding = Leftover | Unknown;
type Listing = NonNullable<WritableStorage['list']>;

const TEMPORARY_FOLDER = temporaryPath('').slice(0, -1) as StorageKey;
/** A recording, or arrays of one; a file that takes the place of another; what is being removed. */
const TEMPORARY_NAME = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.part|\.gone)?$/;
/** Of an index or of seek points, as they are imported and as they are rebuilt. */
const ROWS_NAME = /^[a-z0-9-]+_(index|seek_points)(_[0-9a-f]{12})?$/;
const NEVER = Number.NEGATIVE_INFINITY;
const SEGMENT_NAME = /^\d+\.jsonl$/;

/** Goes through all folders of a store down to the arrays, and names what is not part of it. */
export async function* findLeftovers(
  storage: WritableStorage & { list: Listing },
  options: ReadOptions,
): AsyncGenerator<Finding> {
  yield* temporaryFiles(storage, options);
  yield* unknownIn(storage, `/${PRIVATE_GROUP}`, (name) => ['zarr.json', 'tmp', 'catalogue'].includes(name), options);
  yield* unknownIn(storage, `/${PRIVATE_GROUP}/catalogue`, (name) => SEGMENT_NAME.test(name), options);
  const isKnown = (name: string) => name === 'zarr.json' || name === PRIVATE_GROUP || isRecordingId(name);
  yield* unknownIn(storage, '/', isKnown, options);
  for (const name of await storage.list('/', options)) {
    if (isRecordingId(name)) yield* leftoversOf(storage, name, options);
  }
}

async function* temporaryFiles(storage: { list: Listing }, options: ReadOptions): AsyncGenerator<Finding> {
  for (const name of await storage.list(TEMPORARY_FOLDER, options)) {
    const key: StorageKey = `${TEMPORARY_FOLDER}/${name}`;
    if (TEMPORARY_NAME.test(name)) yield { key, kind: 'unfinished', usedMs: NEVER };
    else yield { key, kind: 'unknown' };
  }
}

async function* unknownIn(
  storage: { list: Listing },
  folder: StorageKey,
  isKnown: (name: string) => boolean,
  options: ReadOptions,
): AsyncGenerator<Unknown> {
  for (const name of await storage.list(folder, options)) {
    if (!isKnown(name)) yield { key: folder === '/' ? `/${name}` : `${folder}/${name}`, kind: 'unknown' };
  }
}

async function* leftoversOf(
  storage: WritableStorage & { list: Listing },
  id: string,
  options: ReadOptions,
): AsyncGenerator<Finding> {
  const path = recordingPath(id);
  const names = await storage.list(path, options);
  if (!names.includes('zarr.json')) {
    // A file, or a link to a disk that is not there just now.
    if (await isNoFolder(storage, path)) {
      yield { key: path, kind: 'unknown' };
      return;
    }
    // Whoever looks for a recording that was lost finds its audio here.
    const hasAudio = names.includes(BLOB_ARRAY) && (await storage.get(metadataKey(`${path}/${BLOB_ARRAY}`), options));
    yield hasAudio ? { key: path, kind: 'unknown' } : { key: path, kind: 'incomplete', usedMs: NEVER };
    return;
  }
  const isKnown = (name: string) => [BLOB_ARRAY, SOURCE_METADATA_ARRAY, 'zarr.json'].includes(name);
  const rows = names.filter((name) => ROWS_NAME.test(name));
  const isPlain = names.every((name) => isKnown(name) || rows.includes(name));
  // At most one index and one array of seek points: all of them are in force, and no document is needed to say so.
  const isSingle =
    rows.length < 2 || (rows.length === 2 && rows[0]!.includes('_index') !== rows[1]!.includes('_index'));
  if (isPlain && isSingle) return;
  // A link: what lies behind it belongs to another store, or is cleaned there.
  if (await isNoFolder(storage, path)) return;
  const inForce = await arraysInForce(storage, id, options);
  // Nothing says what is needed: verify tells of that.
  if (!inForce) return;
  // When others were put in their place, the document was, too; and what is moved in changes the folder, as does what is taken away.
  const changed = await Promise.all([path, metadataKey(path)].map((key) => storage.status?.(key)));
  const usedMs = Math.max(...changed.map((status) => status?.modifiedMs ?? NEVER));
  for (const name of names) {
    const key: StorageKey = `${path}/${name}`;
    if (isKnown(name) || inForce.names.has(name)) continue;
    const isReplaced =
      rows.includes(name) && inForce.bases.some((base) => name === base || name.startsWith(`${base}_`));
    if (isReplaced) yield { key, kind: 'replaced', usedMs };
    else yield { key, kind: 'unknown' };
  }
}

async function isNoFolder(storage: WritableStorage, key: StorageKey): Promise<boolean> {
  return (await storage.status?.(key))?.isFolder === false;
}

/** Undefined where a document is not as we write it. */
async function arraysInForce(storage: WritableStorage, id: string, options: ReadOptions) {
  let group: JsonObject | undefined;
  try {
    group = await readJson(storage, metadataKey(recordingPath(id)), options);
  } catch (error) {
    if (errorCode(error) !== 'METADATA_DAMAGED') throw error;
  }
  const attributes = isObject(group?.attributes) ? group.attributes : {};
  const { codec, index_arrays: named } = attributes;
  const arrays = group && consolidatedArrays(group);
  if (!arrays || typeof codec !== 'string' || !isObject(named) || typeof named.index !== 'string') return undefined;
  const names = new Set([...Object.keys(arrays), named.index, String(named.seek_points)]);
  return { names, bases: [indexArrayName(codec), seekPointsArrayName(codec)] };
}
