import { beginsAnew, starts, type TimedPacket } from './model-decoder';

const SECOND = 48_000;

/** How far the samples of packet `q` are from the sequential ones, in a decoder that was started at packet `p`. */
export type Difference = (p: number, q: number) => number;

/** The rows that docs/format.md defines, word by word: nothing is shared with the source but the definition. */
export function bruteForceRows(packets: readonly TimedPacket[], difference: Difference): number[][] {
  const start = starts(packets);
  const rows: number[][] = [];
  for (let p = 0; p < packets.length; p++) {
    const { gap, isRefused } = packets[p]!;
    if (isRefused && p > 0 && gap === 0) continue;
    if (!beginsAnew(packets, p)) continue;
    let end = p;
    while (end < packets.length && !packets[end]!.isRefused && (end === p || packets[end]!.gap === 0)) end++;
    rows.push(...rowsBetween(packets, difference, start, p, end));
  }
  return rows;
}

/** The first packet at or after every 0.5 s. */
function candidatesOf(start: readonly number[], first: number, end: number): number[] {
  const found: number[] = [];
  for (let p = first + 1; p < end; p++) {
    const mark = Math.floor(start[p]! / 24_000) * 24_000;
    if (start[p - 1]! < mark) found.push(p);
  }
  return found;
}

function convergence(
  packets: readonly TimedPacket[],
  difference: Difference,
  start: readonly number[],
  p: number,
  end: number,
): number | undefined {
  const isEqual = (q: number) => difference(p, q) === 0;
  for (let from = p; from < end && start[from]! <= start[p]! + 2 * SECOND; from++) {
    if (!isEqual(from) || (from > p && isEqual(from - 1))) continue;
    let to = from;
    let samples = 0;
    // No further than it takes.
    for (; to < end && isEqual(to) && (to - from < 15 || samples < 14_400); to++) samples += packets[to]!.samples;
    if (to - from >= 15 && samples >= 14_400) return from;
  }
  return undefined;
}

function rowsBetween(
  packets: readonly TimedPacket[],
  difference: Difference,
  start: readonly number[],
  first: number,
  end: number,
): number[][] {
  const candidates = candidatesOf(start, first, end);
  let found = candidates.flatMap((packet) => {
    const from = convergence(packets, difference, start, packet, end);
    return from === undefined ? [] : [[packet, from] as const];
  });
  // Both columns rise strictly, and of equal `from` the latest packet stays.
  found = found.filter(([packet, from]) => !found.some(([other, its]) => other > packet && its <= from));
  const endSample = end > first ? start[end - 1]! + packets[end - 1]!.samples : start[first]!;
  const rows: (readonly [number, number])[] = [[first, first]];
  for (;;) {
    const [packet, from] = rows.at(-1)!;
    const limit = start[packet]! + 4 * SECOND;
    const next = found.find(([other, its]) => other > packet && its > from);
    if (next && start[next[1]]! <= limit) rows.push(next);
    else if (endSample > limit) {
      const forced = candidates.find((candidate) => start[candidate]! >= start[packet]! + 2 * SECOND)!;
      let its = forced;
      while (start[its]! < start[forced]! + SECOND) its++;
      rows.push([forced, its]);
    } else break;
  }
  return rows.map(([packet, from], i) => {
    const next = rows[i + 1]?.[1] ?? end;
    let largest = 0;
    let samples = 0;
    for (let q = from; q < end && (q < next || q - from < 15 || samples < 14_400); q++) {
      samples += packets[q]!.samples;
      largest = Math.max(largest, difference(packet, q));
    }
    return [packet, from, largest];
  });
}
