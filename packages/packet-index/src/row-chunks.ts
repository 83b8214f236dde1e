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
  chunk(chunk: number, options?: { signal?: AbortSignal | undefined }): Promise<ChunkRows>;
}

/** The rows of one chunk that exist. They may be packed: what is asked for is unpacked. */
export interface ChunkRows {
  readonly count: number;
  /** One value; `row` counts from the first of the chunk. */
  at(column: number, row: number): number;
  /** Rows `[from, to)`, one array a column. Not to be changed: they may be shared. */
  columns(from: number, to: number): Promise<readonly Float64Array[]>;
}

/** Rows that are there as columns. */
export function rowsOfColumns(columns: readonly Float64Array[]): ChunkRows {
  return {
    count: columns[0]!.length,
    at: (column, row) => columns[column]![row]!,
    columns: async (from, to) => columns.map((column) => column.subarray(from, to)),
  };
}

/** Index of the last value that is at most `value`, or -1. `values` ascend. */
export function lastAtMost(values: ArrayLike<number>, value: number): number {
  return lastWhere(values.length, (i) => values[i]! <= value);
}

function lastRowAtMost(rows: ChunkRows, column: number, value: number): number {
  return lastWhere(rows.count, (row) => rows.at(column, row) <= value);
}

/** The last of `count` places of which something holds that holds of all before it, or -1. */
function lastWhere(count: number, holds: (i: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
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
    const rows = await table.chunk(chunk, options);
    const again = table.chunkFirst ? lastAtMost(table.chunkFirst, value) : chunk;
    if (again === chunk) return chunk * table.chunkRows + lastRowAtMost(rows, column, value);
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
    const rows = await table.chunk(middle, options);
    if (rows.at(column, 0) <= value) low = middle + 1;
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
  const numbers = Array.from({ length: lastChunk + 1 - firstChunk }, (_, i) => firstChunk + i);
  const parts = await Promise.all(
    numbers.map(async (chunk) => {
      const rows = await table.chunk(chunk, options);
      const from = chunk === firstChunk ? within(first, chunk) : 0;
      return rows.columns(from, chunk === lastChunk ? within(last, chunk) + 1 : rows.count);
    }),
  );
  return parts.length === 1 ? parts[0]! : joined(parts, last - first + 1);
}

function joined(parts: readonly (readonly Float64Array[])[], rows: number): Float64Array[] {
  const whole = parts[0]!.map(() => new Float64Array(rows));
  let at = 0;
  for (const columns of parts) {
    for (const [number, column] of columns.entries()) whole[number]!.set(column, at);
    at += columns[0]!.length;
  }
  return whole;
}
