/** A chunked table of safe integers, as it lies in a Zarr array: one column is sorted. */
export interface RowChunks {
  /** Rows in all. */
  readonly rows: number;
  readonly chunkRows: number;
  /**
   * The first value of the sorted column in every chunk (`chunk_first_sample`, `chunk_first_packet`), where the
   * array says it. Without it a search reads about log2(chunks) chunks more.
   */
  readonly chunkFirst?: readonly number[] | undefined;
  /** One array a column, holding the rows of chunk `chunk` that exist. */
  chunk(chunk: number, options?: { signal?: AbortSignal | undefined }): Promise<readonly Float64Array[]>;
}

/** Index of the last value that is at most `value`, or -1. `values` ascend. */
export function lastAtMost(values: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * The last row whose sorted column is at most `value`, or -1: reads one chunk, the right one.
 *
 * @param column  The sorted column.
 */
export async function findRow(
  table: RowChunks,
  column: number,
  value: number,
  options?: { signal?: AbortSignal | undefined },
): Promise<number> {
  const chunk = await findChunk(table, column, value, options);
  if (chunk < 0) return -1;
  const columns = await table.chunk(chunk, options);
  return chunk * table.chunkRows + lastAtMost(columns[column]!, value);
}

async function findChunk(
  table: RowChunks,
  column: number,
  value: number,
  options?: { signal?: AbortSignal | undefined },
): Promise<number> {
  if (table.chunkFirst) return lastAtMost(table.chunkFirst, value);
  let low = 0;
  let high = Math.ceil(table.rows / table.chunkRows);
  while (low < high) {
    const middle = (low + high) >>> 1;
    const columns = await table.chunk(middle, options);
    if (columns[column]![0]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * Rows `[first, last]`, a column each.
 *
 * @throws {RangeError} unless 0 <= first <= last < rows.
 */
export async function readRows(
  table: RowChunks,
  first: number,
  last: number,
  options?: { signal?: AbortSignal | undefined },
): Promise<readonly Float64Array[]> {
  if (!(first >= 0 && first <= last && last < table.rows)) {
    throw new RangeError(`rows ${first}..${last} are not within 0..${table.rows - 1}`);
  }
  const firstChunk = Math.floor(first / table.chunkRows);
  const lastChunk = Math.floor(last / table.chunkRows);
  const within = (row: number, chunk: number) => row - chunk * table.chunkRows;
  if (firstChunk === lastChunk) {
    const columns = await table.chunk(firstChunk, options);
    return columns.map((column) => column.subarray(within(first, firstChunk), within(last, firstChunk) + 1));
  }
  let joined: Float64Array[] | undefined;
  for (let chunk = firstChunk; chunk <= lastChunk; chunk++) {
    const columns = await table.chunk(chunk, options);
    joined ??= columns.map(() => new Float64Array(last - first + 1));
    const from = Math.max(0, within(first, chunk));
    const to = Math.min(columns[0]!.length, within(last, chunk) + 1);
    const at = chunk * table.chunkRows + from - first;
    for (const [i, column] of columns.entries()) joined[i]!.set(column.subarray(from, to), at);
  }
  return joined!;
}
