import { type Codec, INDEX_WIDTH, SEEK_WIDTH } from '@zarr-audio/codec';
import { require, requireEqual } from './compare';
import type { TakenStream } from './ingested';

/** @throws {LawError} unless rows, summary and blob of a stream agree, whatever damage it has. */
export function checkRows(codec: Codec, stream: TakenStream): void {
  checkIndexRows(stream);
  checkSummary(stream);
  checkSeekRows(codec, stream);
}

/**
 * The index: packets one behind another in the blob and in time; where time jumps, the summary says so.
 */
function checkIndexRows({ rows, blob, summary }: TakenStream): void {
  require(rows.length % INDEX_WIDTH === 0, `${rows.length} numbers are no whole rows of ${INDEX_WIDTH}`);
  require(rows.every(isCount), 'rows hold whole numbers');
  let byteEnd = 0;
  let nextSample = 0;
  const gaps: { end: number; samples: number }[] = [];
  for (let at = 0; at < rows.length; at += INDEX_WIDTH) {
    const [position, length, samples, cumStart, cumEnd] = rows.subarray(at) as unknown as number[];
    const row = `row ${at / INDEX_WIDTH}`;
    require(length! > 0 && samples! > 0, `${row}: a packet without bytes or samples`);
    require(position! >= byteEnd, `${row}: the packet begins at byte ${position}, before the one before it ends`);
    byteEnd = position! + length!;
    require(byteEnd <= blob.length, `${row}: the packet ends at byte ${byteEnd}, behind the end of the blob`);
    require(cumStart! >= nextSample, `${row}: cum_start ${cumStart} lies before the end of the packet before it`);
    if (cumStart! > nextSample) gaps.push({ end: cumStart!, samples: cumStart! - nextSample });
    require(cumEnd === cumStart! + samples! - 1, `${row}: cum_end is inclusive: ${cumStart} + ${samples} - 1`);
    nextSample = cumEnd + 1;
  }
  requireEqual(summary.gaps, gaps, 'gaps of the summary, by the jumps of cum_start');
}

function checkSummary({ rows, summary, description }: TakenStream): void {
  const { packets, totalSamples, trims, repairs } = summary;
  require(packets > 0, 'a stream without packets is no stream: it fails, or the ingest throws');
  requireEqual(packets, rows.length / INDEX_WIDTH, 'packets of the summary, by the rows');
  let trimmed = 0;
  let end = 0;
  for (const [start, samples] of trims) {
    require(isCount(start) && isCount(samples) && samples > 0 && start >= end, `a trim of ${samples} from ${start}`);
    end = start + samples;
    trimmed += samples;
  }
  const decoded = rows[rows.length - 1]! + 1;
  require(end <= decoded, 'a trim reaches beyond the last sample');
  // An end trim that the container says itself need not be among them.
  const most = Math.max(0, decoded - description.preSkip - trimmed);
  require(isCount(totalSamples) &&
    totalSamples <= most, `totalSamples is ${totalSamples}, and ${most} are there at most`);
  for (const { code, byteOffset, samples } of repairs) {
    require(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(code), `a repair with the code '${code}'`);
    require(isCount(byteOffset) && isCount(samples), `the repair ${code} lies at ${byteOffset} and is of ${samples}`);
  }
  requireEqual(JSON.parse(JSON.stringify(summary)), summary, 'a summary as JSON and back');
}

/** Seek points: sorted by both columns, from the first packet on; none where the codec has none. */
function checkSeekRows({ hasSeekPoints }: Codec, { seekRows, summary }: TakenStream): void {
  if (!hasSeekPoints) {
    require(seekRows.length === 0, 'rows of seek points from a codec that says it has none');
    return;
  }
  require(seekRows.length % SEEK_WIDTH === 0, `${seekRows.length} numbers are no whole rows of ${SEEK_WIDTH}`);
  require(seekRows.every(isCount), 'rows of seek points hold whole numbers');
  requireEqual([...seekRows.subarray(0, 2)], [0, 0], 'the first seek point');
  for (let at = SEEK_WIDTH; at < seekRows.length; at += SEEK_WIDTH) {
    const [packet, from] = seekRows.subarray(at) as unknown as number[];
    const row = `seek point ${at / SEEK_WIDTH}`;
    require(packet! <= from! && from! < summary.packets, `${row}: packet ${packet}, from ${from}`);
    require(packet! > seekRows[at - 3]! && from! > seekRows[at - 2]!, `${row} does not rise`);
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
