import { CHECKSUM_BYTES } from './blob-layout';
import type { ArrayMetadata, CodecMetadata } from './metadata';

/** Larger chunks are refused: a chunk is decoded as a whole. */
const MAX_CHUNK_BYTES = 2 ** 26;
const VALUE_BYTES = 8;

/** How a table of rows lies in files. */
export interface RowsLayout {
  readonly rows: number;
  readonly width: number;
  readonly chunkRows: number;
  /** Bytes of a decoded chunk. */
  readonly chunkBytes: number;
  /** The most that a chunk can have in its file: compressors add little to what they can't make smaller. */
  readonly maxStoredBytes: number;
  /** Column after column, where a chunk would have row after row. */
  readonly isColumnMajor: boolean;
  readonly compressor: 'blosc' | 'zstd' | undefined;
  readonly checksum: boolean;
}

/**
 * @throws {StoreError} `ARRAY_BAD_METADATA` unless it is a uint64 array of two dimensions, chunked along the first, with
 *   codecs `bytes`, and maybe `transpose` before it and `blosc` or `zstd` and `crc32c` after it.
 */
export function rowsLayout(metadata: ArrayMetadata): RowsLayout {
  const { root, shape, chunkShape } = metadata;
  root.get('data_type').oneOf('uint64');
  const [rows, width] = shape;
  const [chunkRows, chunkWidth] = chunkShape;
  if (rows === undefined || width === undefined || chunkRows === undefined) {
    throw root.get('shape').bad('must have two dimensions');
  }
  if (width === 0 || chunkWidth !== width) throw root.get('chunk_grid').bad('must have all columns in a chunk');
  const chunkBytes = chunkRows * width * VALUE_BYTES;
  if (chunkBytes > MAX_CHUNK_BYTES)
    throw root.get('chunk_grid').bad(`has chunks of more than ${MAX_CHUNK_BYTES} bytes`);
  return {
    rows,
    width,
    chunkRows,
    chunkBytes,
    maxStoredBytes: chunkBytes + Math.ceil(chunkBytes / 64) + 1024 + CHECKSUM_BYTES,
    ...rowsCodecs(metadata),
  };
}

function rowsCodecs({ codecs, root }: ArrayMetadata): Pick<RowsLayout, 'isColumnMajor' | 'compressor' | 'checksum'> {
  const left = [...codecs];
  const take = (...names: string[]): CodecMetadata | undefined => {
    return left[0] && names.includes(left[0].name) ? left.shift() : undefined;
  };
  let isColumnMajor = false;
  const order = take('transpose')?.configuration.get('order');
  if (order) {
    const axes = order.items().map((axis) => axis.integer(0, 1));
    if (axes.length !== 2 || axes[0] === axes[1]) throw order.bad('must be [1, 0] or [0, 1]');
    isColumnMajor = axes[0] === 1;
  }
  const bytes = take('bytes');
  if (!bytes) throw root.get('codecs').bad('must be bytes, with at most transpose before it');
  bytes.configuration.get('endian').oneOf('little');
  const compressor = take('blosc', 'zstd')?.name as RowsLayout['compressor'];
  const checksum = take('crc32c') !== undefined;
  if (left[0]) throw left[0].field.bad('is a codec that is not read here, or not in this place');
  return { isColumnMajor, compressor, checksum };
}
