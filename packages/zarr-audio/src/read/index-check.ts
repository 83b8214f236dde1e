import { type ChunkRows, checkPacketRows, IndexError } from '@zarr-audio/packet-index';

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
 * Whether a chunk of an index is in its place: by the list of the chunks' first samples.
 *
 * @throws {IndexError} `INDEX_INCONSISTENT`
 */
export function checkChunkBorders(rows: ChunkRows, chunk: number, facts: IndexFacts): void {
  const { chunkRows, chunkFirst } = facts;
  const count = Math.min(chunkRows, facts.rows - chunk * chunkRows);
  if (rows.count !== count) fail(`chunk ${chunk} has ${rows.count} rows, not ${count}`, chunk * chunkRows);
  const begins = rows.at(CUM_START, 0);
  if (chunkFirst && chunkFirst[chunk] !== begins) {
    fail(`chunk ${chunk} begins with sample ${begins}, and the attribute says ${chunkFirst[chunk]}`, chunk * chunkRows);
  }
  const next = chunkFirst?.[chunk + 1];
  if (next !== undefined) checkFollows(rows.at(CUM_END, count - 1) + 1, next, chunk * chunkRows + count - 1, facts);
}

/**
 * Whether consecutive rows of an index can be what was written: each for itself, and with no other holes between them than
 * the recording's attributes know.
 *
 * @throws {IndexError} `INDEX_INCONSISTENT`, `INDEX_NOT_MONOTONIC`, `INDEX_OUT_OF_BOUNDS`
 */
export function checkRows(columns: readonly Float64Array[], firstRow: number, facts: IndexFacts): void {
  checkPacketRows(columns, firstRow, facts.blobByteLength);
  const [cumStart, cumEnd] = [columns[CUM_START]!, columns[CUM_END]!];
  for (let i = 1; i < cumStart.length; i++) checkFollows(cumEnd[i - 1]! + 1, cumStart[i]!, firstRow + i - 1, facts);
}

function checkFollows(end: number, next: number, row: number, { gapsByEnd }: IndexFacts): void {
  if (next === end || next - end === gapsByEnd.get(next)) return;
  fail(`row ${row} ends before sample ${end}, and the next one begins with ${next}`, row);
}

function fail(what: string, row: number): never {
  throw new IndexError('INDEX_INCONSISTENT', `index: ${what}; it is damaged: rebuild it with reindex`, { row });
}
