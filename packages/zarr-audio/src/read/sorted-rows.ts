import { IndexError, type RowChunks } from '@zarr-audio/packet-index';
import type { RowsReader } from '../arrays/index';

/**
 * Rows that can be searched: with the first values of their chunks, where the array's attribute says them.
 *
 * @throws {IndexError} `INDEX_INCONSISTENT` if the attribute can't be of these rows.
 */
export function sortedRows(reader: RowsReader, attribute: string): RowChunks {
  const chunkFirst = reader.attributes[attribute];
  const chunk: RowChunks['chunk'] = (number, options) => reader.chunkRowsOf(number, options);
  const { rows, chunkRows } = reader;
  if (chunkFirst === undefined) return { rows, chunkRows, chunk };
  const chunks = Math.ceil(rows / chunkRows);
  if (!Array.isArray(chunkFirst) || chunkFirst.length !== chunks || !ascends(chunkFirst)) {
    throw new IndexError(
      'INDEX_INCONSISTENT',
      `the attribute ${attribute} should list ${chunks} ascending numbers: rebuild the index with reindex`,
      { attribute, chunks },
    );
  }
  return { rows, chunkRows, chunkFirst, chunk };
}

function ascends(values: readonly unknown[]): values is readonly number[] {
  return values.every(
    (value, i) => Number.isSafeInteger(value) && (i === 0 || (values[i - 1] as number) < (value as number)),
  );
}
