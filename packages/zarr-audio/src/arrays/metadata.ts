import type { JsonObject, JsonValue } from '@zarr-audio/codec';

/** The parts of a codec's entry in `codecs`. */
export interface CodecMetadata {
  readonly name: string;
  readonly configuration: JsonObject;
}

/** A Zarr v3 array, as far as this package reads them: uint8 and uint64 on a regular grid. */
export interface ArrayMetadata {
  readonly shape: readonly number[];
  readonly dataType: 'uint8' | 'uint64';
  readonly chunkShape: readonly number[];
  /** The key of a chunk, below the array. */
  readonly chunkKey: (coords: readonly number[]) => string;
  readonly fillValue: number;
  readonly codecs: readonly CodecMetadata[];
  readonly attributes: JsonObject;
  /** The document itself, as zarrita takes it. */
  readonly document: JsonObject;
}

/**
 * The `zarr.json` of an array, checked.
 *
 * @param document  Parsed JSON.
 * @param where  For messages: the key of the array.
 * @throws {StoreError} `ARRAY_BAD_METADATA`, with `field` and `array`.
 */
export function parseArrayMetadata(document: JsonValue | undefined, where: string): ArrayMetadata {
  throw new Error(`draft ${document} ${where}`);
}
