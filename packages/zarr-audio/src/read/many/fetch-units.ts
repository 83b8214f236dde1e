import type { PacketRun } from './packet-run';

/** Runs whose bytes are fetched at once. */
export interface FetchUnit {
  readonly byteStart: number;
  readonly byteEnd: number;
  readonly runs: readonly PacketRun[];
}

/**
 * @param runs  In the order of the blob.
 * @param nearBytes  What lies so near is fetched along rather than with a request of its own.
 * @param maxBytes  Of a unit, unless a single run has more.
 */
export function fetchUnits(runs: readonly PacketRun[], nearBytes: number, maxBytes: number): FetchUnit[] {
  const units: { byteStart: number; byteEnd: number; runs: PacketRun[] }[] = [];
  for (const run of runs) {
    const { byteStart, byteEnd } = run;
    const last = units.at(-1);
    if (last && byteStart - last.byteEnd <= nearBytes && byteEnd - last.byteStart <= maxBytes) {
      last.byteEnd = Math.max(last.byteEnd, byteEnd);
      last.runs.push(run);
    } else {
      units.push({ byteStart, byteEnd, runs: [run] });
    }
  }
  return units;
}
