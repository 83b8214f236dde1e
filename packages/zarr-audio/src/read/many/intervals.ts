import type { DecodeSegment } from '@zarr-audio/codec';
import type { RangeParts } from '../range-parts';
import { planRange } from '../range-plan';
import type { HeardStretch } from '../sample-map';
import type { RunPlanOptions } from './run-planner';

/** Samples of the index's own count, `[start, end)`. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** With what is decoded for it. */
export interface PlannedInterval extends Interval {
  readonly segments: readonly DecodeSegment[];
}

/** The samples that any of the stretches has: intervals in order, none touching the next. */
export function cover(stretches: readonly HeardStretch[]): Interval[] {
  const intervals: { start: number; end: number }[] = [];
  for (const { decoded: start, samples } of stretches.toSorted((a, b) => a.decoded - b.decoded)) {
    const end = start + samples;
    const last = intervals.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else intervals.push({ start, end });
  }
  return intervals;
}

/** The same intervals in equal parts of at most `frames` samples. */
export function cut(intervals: readonly Interval[], frames: number): Interval[] {
  return intervals.flatMap(({ start, end }) => {
    const parts = Math.ceil((end - start) / frames);
    const edge = (i: number) => start + Math.floor(((end - start) * i) / parts);
    return Array.from({ length: parts }, (_, i) => ({ start: edge(i), end: edge(i + 1) }));
  });
}

/**
 * Intervals of which no two have a packet in common, and those joined into one where that decodes less: where one's pre-roll lies
 * in what is decoded for the one before.
 *
 * @param planned  In order, without overlaps of samples.
 */
export async function joinNeighbours(
  parts: RangeParts,
  planned: readonly PlannedInterval[],
  options: RunPlanOptions,
): Promise<PlannedInterval[]> {
  const joined: PlannedInterval[] = [];
  /** One past the last packet of the interval so many before the last. */
  const packetEnd = (before: number) => joined.at(-1 - before)?.segments.at(-1)?.to ?? 0;
  for (const interval of planned) {
    const segments = fromPacket(interval.segments, packetEnd(0));
    if (segments.length === 0) continue;
    const last = joined.at(-1);
    if (last && segments[0]!.reset < packetEnd(0) && interval.end - last.start <= options.runFrames) {
      const both = await planRange(parts, last.start, interval.end, options).then(
        (plan) => fromPacket(plan, packetEnd(1)),
        () => undefined,
      );
      if (both && decodedPackets(both) <= decodedPackets(last.segments) + decodedPackets(segments)) {
        joined[joined.length - 1] = { start: last.start, end: interval.end, segments: both };
        continue;
      }
    }
    joined.push({ ...interval, segments });
  }
  return joined;
}

/** What of the segments gives packets from `packet` on. */
function fromPacket(segments: readonly DecodeSegment[], packet: number): DecodeSegment[] {
  return segments
    .filter(({ to }) => to > packet)
    .map((segment) => (segment.from < packet ? { ...segment, from: packet } : segment));
}

function decodedPackets(segments: readonly DecodeSegment[]): number {
  return segments.reduce((sum, { reset, to }) => sum + to - reset, 0);
}
