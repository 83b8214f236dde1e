/** A chunked table of safe integers, as it lies in a Zarr array: one column is sorted. */
export interface RowChunks {
  /** Rows in all. */
  readonly rows: number;
  readonly chunkRows: number;
  /**
   * The first value of the sorted column in every chunk (`chunk_first_sample`, `chunk_first_packet`), where the
   * array says it. Without it a search reads about log2(chunks) chunks more. It may change while a chunk is read: a table
   * that can be mended finds its list wrong then.
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
  let chunk = await findChunk(table, column, value, options);
  while (chunk >= 0) {
    const columns = await table.chunk(chunk, options);
    const again = table.chunkFirst ? lastAtMost(table.chunkFirst, value) : chunk;
    if (again === chunk) return chunk * table.chunkRows + lastAtMost(columns[column]!, value);
    chunk = again;
  }
  return -1;
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
 * Rows `[first, last]`, a column each. The chunks that they lie in are asked for at the same time.
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
  const numbers = Array.from({ length: lastChunk + 1 - firstChunk }, (_, i) => firstChunk + i);
  const chunks = await Promise.all(numbers.map((chunk) => table.chunk(chunk, options)));
  const joined = chunks[0]!.map(() => new Float64Array(last - first + 1));
  for (const [i, columns] of chunks.entries()) {
    const chunk = firstChunk + i;
    const from = Math.max(0, within(first, chunk));
    const to = Math.min(columns[0]!.length, within(last, chunk) + 1);
    const at = chunk * table.chunkRows + from - first;
    for (const [number, column] of columns.entries()) joined[number]!.set(column.subarray(from, to), at);
  }
  return joined;
}
