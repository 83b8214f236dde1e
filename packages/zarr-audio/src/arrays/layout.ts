/** Sizes of what is written. */
export interface ArrayLayout {
  /** Bytes of a chunk of the blob: what is read and checked at once; 65,536. */
  readonly chunkBytes?: number;
  /** Bytes of the blob in one file: a multiple of `chunkBytes`; 16 MiB. */
  readonly shardBytes?: number;
  /** Rows in a chunk of an index; 10,000. */
  readonly chunkRows?: number;
}

const DEFAULT_LAYOUT = { chunkBytes: 65_536, shardBytes: 16_777_216, chunkRows: 10_000 };
/** Readers refuse what is larger (blob-layout.ts, rows-layout.ts); writers buffer a chunk. */
const MAX_CHUNK_BYTES = 2 ** 24;
const MAX_CHUNKS_PER_SHARD = 2 ** 16;
const MAX_CHUNK_ROWS = 2 ** 20;

/** @throws {RangeError} for sizes that can't be or that no one could mean. */
export function completeLayout(layout: ArrayLayout): Required<ArrayLayout> {
  const complete = { ...DEFAULT_LAYOUT, ...layout };
  checkSize('chunkBytes', complete.chunkBytes, MAX_CHUNK_BYTES);
  checkSize('chunkRows', complete.chunkRows, MAX_CHUNK_ROWS);
  checkSize('shardBytes', complete.shardBytes, complete.chunkBytes * MAX_CHUNKS_PER_SHARD);
  if (complete.shardBytes % complete.chunkBytes !== 0) {
    throw new RangeError(`shardBytes ${complete.shardBytes} is not a multiple of chunkBytes ${complete.chunkBytes}`);
  }
  return complete;
}

function checkSize(name: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new RangeError(`${name} must be an integer in [1, ${most}], not ${value}`);
  }
}
