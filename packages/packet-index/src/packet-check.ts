import { IndexError } from './errors';

/**
 * Whether rows can be those of an index: positions and samples rise, packets neither overlap nor are empty, counts
 * agree, and all lies within the blob.
 *
 * @param columns         The five columns of an index, over consecutive rows.
 * @param firstRow        Number of the first of them, for the message.
 * @param blobByteLength  Length of the blob, where known.
 * @throws {IndexError} `INDEX_INCONSISTENT`, `INDEX_NOT_MONOTONIC`, `INDEX_OUT_OF_BOUNDS`, with the row.
 */
export function checkPacketRows(columns: readonly Float64Array[], firstRow: number, blobByteLength?: number): void {
  const [bytePosition, byteLength, sampleCount, cumStart, cumEnd] = columns as Float64Array[];
  if (!bytePosition || !byteLength || !sampleCount || !cumStart || !cumEnd || columns.length !== 5) {
    throw new IndexError('INDEX_INCONSISTENT', `an index has 5 columns, this one ${columns.length}`);
  }
  const limit = blobByteLength ?? Number.MAX_SAFE_INTEGER;
  let byteEnd = 0;
  let nextSample = 0;
  for (let i = 0; i < bytePosition.length; i++) {
    const position = bytePosition[i]!;
    const end = position + byteLength[i]!;
    if (byteLength[i]! < 1 || sampleCount[i]! < 1 || cumEnd[i] !== cumStart[i]! + sampleCount[i]! - 1) {
      fail('INDEX_INCONSISTENT', 'is empty, or its sample counts do not agree', firstRow + i, columns, i);
    }
    if (position < byteEnd || cumStart[i]! < nextSample) {
      fail('INDEX_NOT_MONOTONIC', 'begins before the end of the row above it', firstRow + i, columns, i);
    }
    if (end > limit) {
      fail('INDEX_OUT_OF_BOUNDS', `points behind the end of the blob (${limit} bytes)`, firstRow + i, columns, i);
    }
    byteEnd = end;
    nextSample = cumEnd[i]! + 1;
  }
}

function fail(code: string, what: string, row: number, columns: readonly Float64Array[], i: number): never {
  const values = columns.map((column) => column[i]);
  throw new IndexError(
    code,
    `index row ${row} [${values.join(', ')}] ${what}; the index is damaged or of another blob: rebuild it with reindex`,
    { row, values },
  );
}
