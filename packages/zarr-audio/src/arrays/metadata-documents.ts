import { type JsonObject, type JsonValue, UNMEASURED } from '@zarr-audio/codec';

const CRC32C: JsonObject = { name: 'crc32c' };
const LITTLE_ENDIAN: JsonObject = { name: 'bytes', configuration: { endian: 'little' } };
/** uint8 has no byte order, and zarr-python writes none. */
const BYTES: JsonObject = { name: 'bytes' };

interface ArrayParts {
  readonly shape: number[];
  readonly dataType: string;
  readonly chunkShape: number[];
  readonly fillValue: number;
  readonly codecs: JsonValue[];
  readonly attributes: JsonObject;
}

/** A blob in shards: `docs/format.md`, audio_data_blob_array. */
export function blobDocument(
  byteLength: number,
  sizes: { readonly chunkBytes: number; readonly shardBytes: number },
  attributes: JsonObject,
): JsonObject {
  const sharding: JsonObject = {
    name: 'sharding_indexed',
    configuration: {
      chunk_shape: [sizes.chunkBytes],
      codecs: [BYTES, CRC32C],
      index_codecs: [LITTLE_ENDIAN, CRC32C],
      index_location: 'end',
    },
  };
  const { shardBytes } = sizes;
  return arrayDocument({
    shape: [byteLength],
    dataType: 'uint8',
    chunkShape: [shardBytes],
    fillValue: 0,
    codecs: [sharding],
    attributes,
  });
}

/** A table of uint64: `docs/format.md`, <codec>_index and opus_seek_points. */
export function rowsDocument(rows: number, width: number, chunkRows: number, attributes: JsonObject): JsonObject {
  const blosc: JsonObject = {
    name: 'blosc',
    configuration: { typesize: 8, cname: 'zstd', clevel: 5, shuffle: 'shuffle', blocksize: 0 },
  };
  const transpose: JsonObject = { name: 'transpose', configuration: { order: [1, 0] } };
  return arrayDocument({
    shape: [rows, width],
    dataType: 'uint64',
    chunkShape: [chunkRows, width],
    fillValue: UNMEASURED,
    codecs: [transpose, LITTLE_ENDIAN, blosc, CRC32C],
    attributes,
  });
}

/** Bytes in plain chunks: `docs/format.md`, source_metadata. */
export function bytesDocument(byteLength: number, chunkBytes: number, attributes: JsonObject): JsonObject {
  return arrayDocument({
    shape: [byteLength],
    dataType: 'uint8',
    chunkShape: [chunkBytes],
    fillValue: 0,
    codecs: [BYTES, CRC32C],
    attributes,
  });
}

function arrayDocument(parts: ArrayParts): JsonObject {
  return {
    zarr_format: 3,
    node_type: 'array',
    shape: parts.shape,
    data_type: parts.dataType,
    chunk_grid: { name: 'regular', configuration: { chunk_shape: parts.chunkShape } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    fill_value: parts.fillValue,
    codecs: parts.codecs,
    attributes: parts.attributes,
  };
}
