import type { JsonObject } from '@zarr-audio/codec';
import type { StorageKey } from './storage/storage';

/** Where things lie in a store (docs/format.md). */
export const MAGIC_ID = 'zarr-audio';
export const FORMAT_VERSION = 1;
export const BLOB_ARRAY = 'audio_data_blob_array';
export const SOURCE_METADATA_ARRAY = 'source_metadata';
/** Everything that is not Zarr, and recordings while they are written. */
export const PRIVATE_GROUP = '.zarr-audio';

export const indexArrayName = (codec: string) => `${codec}_index`;
export const seekPointsArrayName = (codec: string) => `${codec}_seek_points`;

export const metadataKey = (path: StorageKey): StorageKey => `${path === '/' ? '' : path}/zarr.json`;
export const recordingPath = (id: string): StorageKey => `/${id}`;
export const temporaryPath = (name: string): StorageKey => `/${PRIVATE_GROUP}/tmp/${name}`;

/** A column of the rows that search goes by, and the attribute that has its first value of every chunk. */
export const SORTED_COLUMNS = {
  index: { column: 3, attribute: 'chunk_first_sample' },
  seekPoints: { column: 1, attribute: 'chunk_first_packet' },
} as const;

/** The `zarr.json` of a recording, with those of its arrays: opening it takes one request. */
export function groupDocument(attributes: JsonObject, arrays: Readonly<Record<string, JsonObject>>): JsonObject {
  return {
    zarr_format: 3,
    node_type: 'group',
    attributes,
    consolidated_metadata: { kind: 'inline', must_understand: false, metadata: { ...arrays } },
  };
}
