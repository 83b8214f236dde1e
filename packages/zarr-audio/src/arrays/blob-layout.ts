import type { ArrayMetadata, CodecMetadata } from './metadata';
import { parseCodecs } from './metadata';

/** Larger chunks are refused: a chunk is held in memory as a whole. */
const MAX_CHUNK_BYTES = 2 ** 28;
/** Larger shards are refused: their index is held in memory as a whole, at 16 bytes a chunk. */
const MAX_CHUNKS_PER_SHARD = 2 ** 20;
export const CHECKSUM_BYTES = 4;

/** How the bytes of a blob lie in files. */
export interface BlobLayout {
  readonly byteLength: number;
  /** Bytes of a chunk (of an inner one, in shards), the last one being filled up. */
  readonly chunkBytes: number;
  /** Bytes of a chunk in the file. */
  readonly storedBytes: number;
  readonly checksum: boolean;
  /** Absent where each chunk has a file of its own. */
  readonly shard?: ShardLayout;
}

export interface ShardLayout {
  readonly chunks: number;
  readonly indexBytes: number;
  readonly indexAtEnd: boolean;
  readonly indexChecksum: boolean;
}

/**
 * @throws {StoreError} `ARRAY_BAD_METADATA` unless it is a uint8 array of one dimension with codecs `bytes` and maybe
 *   `crc32c`, plain or in shards.
 */
export function blobLayout(metadata: ArrayMetadata): BlobLayout {
  const { root, codecs, shape, chunkShape } = metadata;
  root.get('data_type').oneOf('uint8');
  if (shape.length !== 1) throw root.get('shape').bad('must have one dimension');
  const byteLength = shape[0]!;
  const [first] = codecs;
  if (first?.name !== 'sharding_indexed') {
    const checksum = hasChecksum(codecs, root.get('codecs'), false);
    const chunkBytes = root.get('chunk_grid').get('configuration').get('chunk_shape').items()[0]!;
    return sized(byteLength, chunkBytes.integer(1, MAX_CHUNK_BYTES), checksum);
  }
  if (codecs.length !== 1) throw root.get('codecs').bad('must hold sharding_indexed alone');
  const { configuration } = first;
  const inner = configuration.get('chunk_shape').items();
  if (inner.length !== 1) throw configuration.get('chunk_shape').bad('must have one dimension');
  const chunkBytes = inner[0]!.integer(1, MAX_CHUNK_BYTES);
  const chunks = chunkShape[0]! / chunkBytes;
  if (!Number.isInteger(chunks)) throw inner[0]!.bad(`must divide the shard's ${chunkShape[0]} bytes`);
  if (chunks > MAX_CHUNKS_PER_SHARD) throw inner[0]!.bad(`makes more than ${MAX_CHUNKS_PER_SHARD} chunks a shard`);
  const innerCodecs = configuration.get('codecs');
  const indexCodecs = configuration.get('index_codecs');
  const indexChecksum = hasChecksum(parseCodecs(indexCodecs), indexCodecs, true);
  const location = configuration.get('index_location');
  return {
    ...sized(byteLength, chunkBytes, hasChecksum(parseCodecs(innerCodecs), innerCodecs, false)),
    shard: {
      chunks,
      indexBytes: 16 * chunks + (indexChecksum ? CHECKSUM_BYTES : 0),
      indexAtEnd: location.value === undefined || location.oneOf('end', 'start') === 'end',
      indexChecksum,
    },
  };
}

function sized(byteLength: number, chunkBytes: number, checksum: boolean): BlobLayout {
  return { byteLength, chunkBytes, storedBytes: chunkBytes + (checksum ? CHECKSUM_BYTES : 0), checksum };
}

/** Whether `crc32c` follows `bytes`; any other codec is refused. */
function hasChecksum(codecs: readonly CodecMetadata[], list: CodecMetadata['field'], multiByte: boolean): boolean {
  const names = codecs.map((codec) => codec.name).join(', ');
  if (names !== 'bytes' && names !== 'bytes, crc32c') throw list.bad('must be bytes, or bytes and crc32c');
  const { configuration } = codecs[0]!;
  // Single bytes have no order, whatever is said of it.
  if (multiByte) configuration.get('endian').oneOf('little');
  return codecs.length === 2;
}
