import { checkPacketRows, IndexError } from '@zarr-audio/packet-index';

export interface IndexFacts {
  readonly rows: number;
  readonly chunkRows: number;
  readonly chunkFirst: readonly number[] | undefined;
  readonly blobByteLength: number;
  /** Samples of the hole before each packet that has one, by the packet's first sample. */
  readonly gapsByEnd: ReadonlyMap<number, number>;
}

const [CUM_START, CUM_END] = [3, 4];

/**
 * Whether a chunk of an index can be what was written: its rows for themselves, the list of the chunks' first samples, and
 * the holes that the recording's attributes know.
 *
 * @throws {IndexError} `INDEX_INCONSISTENT`, `INDEX_NOT_MONOTONIC`, `INDEX_OUT_OF_BOUNDS`
 */
export function checkIndexChunk(columns: readonly Float64Array[], chunk: number, facts: IndexFacts): void {
  const { rows, chunkRows, chunkFirst, blobByteLength, gapsByEnd } = facts;
  const firstRow = chunk * chunkRows;
  checkPacketRows(columns, firstRow, blobByteLength);
  const count = Math.min(chunkRows, rows - firstRow);
  if (columns[0]!.length !== count) fail(`chunk ${chunk} has ${columns[0]!.length} rows, not ${count}`, chunk);
  const [cumStart, cumEnd] = [columns[CUM_START]!, columns[CUM_END]!];
  const first = chunkFirst?.[chunk];
  if (first !== undefined && first !== cumStart[0]) {
    fail(`chunk ${chunk} begins with sample ${cumStart[0]}, and the attribute says ${first}`, chunk);
  }
  const next = chunkFirst?.[chunk + 1];
  for (let row = 0; row < count; row++) {
    const end = cumEnd[row]! + 1;
    const following = row + 1 < count ? cumStart[row + 1]! : (next ?? end);
    if (following !== end && following - end !== gapsByEnd.get(following)) {
      fail(`row ${firstRow + row} ends before sample ${end}, and the next one begins with ${following}`, chunk);
    }
  }
}

function fail(what: string, chunk: number): never {
  throw new IndexError('INDEX_INCONSISTENT', `index: ${what}; it is damaged: rebuild it with reindex`, { chunk });
}
