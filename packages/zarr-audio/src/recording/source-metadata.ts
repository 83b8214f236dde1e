import type { JsonObject, JsonValue, SourcePiece } from '@zarr-audio/codec';
import { type ArrayMetadata, openBlob, parseArrayMetadata, writeBytesArray } from '../arrays/index';
import type { ReadableStorage, ReadOptions, StorageKey, WritableStorage } from '../storage/storage';

/** What the source said beside the audio, as it was: a chunk of a WAV file, the JSON of ffprobe. */
export interface MetadataPiece {
  /** What the container calls it (`bext`, `guan`, `iXML`); several pieces may have one name. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Bounds of what is stored and of what is believed: all pieces are held in memory. */
const MAX_PIECES = 1_000;
const MAX_BYTES = 64 * 2 ** 20;
const MAX_NAME_CHARS = 64;

/**
 * Writes the array `source_metadata` (docs/format.md). Pieces without bytes are left out.
 *
 * @returns The array's `zarr.json`, which is not written here; undefined, and nothing is written, if there are no pieces.
 * @throws {RangeError} for more than a source may have: 1,000 pieces, 64 MiB, names of 64 characters.
 */
export async function writeSourceMetadata(
  storage: WritableStorage,
  array: StorageKey,
  pieces: readonly SourcePiece[],
): Promise<JsonObject | undefined> {
  const filled = pieces.filter(({ bytes }) => bytes.byteLength > 0);
  if (filled.length === 0) return undefined;
  const byteLength = filled.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  if (filled.length > MAX_PIECES || byteLength > MAX_BYTES) {
    throw new RangeError(`${filled.length} pieces of metadata of ${byteLength} bytes: more than a source may have`);
  }
  const all = new Uint8Array(byteLength);
  const table: JsonValue[] = [];
  let at = 0;
  for (const { name, bytes } of filled) {
    if (name.length > MAX_NAME_CHARS)
      throw new RangeError(`the name of a piece of metadata has ${name.length} characters`);
    all.set(bytes, at);
    table.push([name, at, bytes.byteLength]);
    at += bytes.byteLength;
  }
  return (await writeBytesArray(storage, array, all, { pieces: table })).metadata;
}

/**
 * The pieces in their order, the checksum of every chunk compared.
 *
 * @param document  The array's `zarr.json`.
 * @param label     Of the array, for messages.
 * @throws {StoreError} `ARRAY_BAD_METADATA`; `CHUNK_MISSING`, `CHUNK_CRC_MISMATCH` and other damage
 */
export async function readSourceMetadata(
  storage: ReadableStorage,
  array: StorageKey,
  document: JsonValue,
  label: string,
  options: ReadOptions,
): Promise<MetadataPiece[]> {
  const metadata = parseArrayMetadata(document, label);
  const table = parsePieces(metadata);
  const blob = openBlob(storage, array, metadata);
  const all = await blob.read(0, blob.byteLength, options);
  return table.map(({ name, start, end }) => ({ name, bytes: all.slice(start, end) }));
}

/**
 * Where each piece lies in the array: one behind the other, to its end.
 *
 * @throws {StoreError} `ARRAY_BAD_METADATA` if they don't, or if there are more than a source may have.
 */
export function parsePieces({ root }: ArrayMetadata): { name: string; start: number; end: number }[] {
  const byteLength = root.get('shape').items()[0]!.integer(1, MAX_BYTES);
  const pieces = root.get('attributes').get('pieces');
  const items = pieces.items();
  if (items.length > MAX_PIECES) throw pieces.bad(`must have at most ${MAX_PIECES} entries`);
  let at = 0;
  const table = items.map((item) => {
    const [name, start, length, ...others] = item.items();
    if (!name || !start || !length || others.length > 0) throw item.bad('must be [name, byte offset, byte length]');
    start.integer(at, at);
    const piece = { name: name.string(), start: at, end: at + length.integer(1, byteLength - at) };
    at = piece.end;
    return piece;
  });
  if (at !== byteLength) throw pieces.bad(`must cover all ${byteLength} bytes`);
  return table;
}
