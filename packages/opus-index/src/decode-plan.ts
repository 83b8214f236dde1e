import { type DecodeSegment, type SeekPoint, UNMEASURED } from '@zarr-audio/codec';
import { OpusIndexError } from './errors';

/**
 * Where a decoder must be reset, and from which packet on its output counts, for packets `[first, last]`.
 *
 * The rows define the samples (docs/format.md, `opus_seek_points`): those of packet p are what a decoder that was reset
 * at `packet` gives, for the last row with `from <= p`. A decoder runs on across a row only where that row and the
 * one before have `maxDiff` 0; a row whose `packet` is its `from` costs no pre-roll, so it is always entered anew (rows
 * after a hole are such, and there it is necessary).
 *
 * @param rows   Sorted by `from`; the first has `from <= first`, the last is the last with `from <= last`.
 * @param exact  False for a backend that the rows were not measured for: it is reset at every row, and what it differs from its own
 *   sequential decode by is unknown behind all rows but the first.
 * @throws {OpusIndexError} `SEEK_POINTS_DAMAGED` if no row governs `first`, or rows do not rise.
 */
export function decodePlan(
  rows: readonly SeekPoint[],
  first: number,
  last: number,
  { exact = true }: { exact?: boolean } = {},
): DecodeSegment[] {
  if (first > last) return [];
  let governing = -1;
  for (const [i, row] of rows.entries()) {
    checkSeekPoint(row, rows[i - 1], i);
    if (row.from <= first) governing = i;
  }
  if (governing < 0) {
    throw new OpusIndexError(
      'SEEK_POINTS_DAMAGED',
      `no seek point governs packet ${first}; rebuild them with reindex`,
      {
        packet: first,
      },
    );
  }
  const segments: DecodeSegment[] = [];
  const maxDiffOf = ({ from, maxDiff }: SeekPoint) => (exact || from === 0 ? maxDiff : UNMEASURED);
  let segment = { reset: rows[governing]!.packet, from: first, maxDiff: maxDiffOf(rows[governing]!) };
  for (let i = governing + 1; i < rows.length && rows[i]!.from <= last; i++) {
    const row = rows[i]!;
    const runsOn = exact && row.maxDiff === 0 && rows[i - 1]!.maxDiff === 0 && row.packet !== row.from;
    if (runsOn) continue;
    segments.push({ ...segment, to: row.from });
    segment = { reset: row.packet, from: row.from, maxDiff: maxDiffOf(row) };
  }
  segments.push({ ...segment, to: last + 1 });
  return segments;
}

/** @throws {OpusIndexError} `SEEK_POINTS_DAMAGED` */
export function checkSeekPoint(row: SeekPoint, before: SeekPoint | undefined, number: number): void {
  const rises = !before || (row.packet > before.packet && row.from > before.from);
  if (row.packet <= row.from && rises) return;
  throw new OpusIndexError(
    'SEEK_POINTS_DAMAGED',
    `seek point [${row.packet}, ${row.from}, ${row.maxDiff}] can't follow the one before it; rebuild them with reindex`,
    { number, row },
  );
}
