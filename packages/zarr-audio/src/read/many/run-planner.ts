import { lastAtMost } from '@zarr-audio/packet-index';
import { indexReach } from '../index-reach';
import type { PlannedDecoder, RangeParts } from '../range-parts';
import { planRange } from '../range-plan';
import { followerOf } from './follower';
import { cover, cut, type Interval, joinNeighbours, type PlannedInterval } from './intervals';
import { type PacketRun, packetRun, runSpan } from './packet-run';
import type { Need } from './pending-range';

export interface RunPlanOptions {
  readonly seek: 'exact' | 'fast';
  /** The one that will do it. */
  readonly decoder: PlannedDecoder;
  readonly maxPacketFrames: number;
  /** Most samples of a run, per channel, without pre-roll. */
  readonly runFrames: number;
  readonly signal: AbortSignal;
}

export interface RunPlan {
  /** With what each is for, in the order of the blob. */
  readonly runs: readonly PacketRun[];
  /** Needs that can't be met by runs: planning them failed, or a run would be too long. */
  readonly unplanned: ReadonlySet<Need>;
}

/** So many lookups at a time: over a network each is some rounds of requests. */
const LOOKUPS = 8;
/** A need of so many samples is cut into runs only if the index has them: the attributes may claim any number. */
const UNPROVED_FRAMES = 2 ** 20;

/**
 * What to decode for some needs: each packet once except for pre-roll, and no pre-roll in the middle of what is decoded for
 * another need. With `seek: 'fast'`, where the samples depend on where a read starts, each need by itself.
 */
export async function planRuns(parts: RangeParts, needs: readonly Need[], options: RunPlanOptions): Promise<RunPlan> {
  return options.seek === 'fast' ? planApart(parts, needs, options) : planShared(parts, needs, options);
}

async function planApart(parts: RangeParts, needs: readonly Need[], options: RunPlanOptions): Promise<RunPlan> {
  const short = needs.filter(({ stretch }) => stretch.samples <= options.runFrames);
  const unplanned = new Set(needs);
  const plan = async (need: Need, signal: AbortSignal) => {
    const { decoded: start, samples } = need.stretch;
    const segments = await planRange(parts, start, start + samples, { ...options, signal });
    const run = segments.length > 0 ? await packetRun(parts, segments, signal) : undefined;
    run?.needs.push(need);
    unplanned.delete(need);
    return run;
  };
  const runs = await inParallel(short, options.signal, plan);
  return { runs: runs.sort((a, b) => a.byteStart - b.byteStart), unplanned };
}

async function planShared(parts: RangeParts, needs: readonly Need[], options: RunPlanOptions): Promise<RunPlan> {
  const failed: Interval[] = [];
  const giveUp = (interval: Interval) => failed.push(interval);
  const proved = await provedNeeds(parts, needs, options);
  const planned = await inParallel(
    cut(cover(proved.map(({ stretch }) => stretch)), options.runFrames),
    options.signal,
    async ({ start, end }, signal) => {
      const segments = await planRange(parts, start, end, { ...options, signal });
      return { start, end, segments };
    },
    giveUp,
  );
  const joined = await joinNeighbours(parts, planned, options);
  const plan = ({ segments }: PlannedInterval, signal: AbortSignal) => packetRun(parts, segments, signal);
  const runs = await inParallel(joined, options.signal, plan, giveUp);
  const unplanned = new Set(needs);
  for (const need of proved) {
    if (!failed.some((interval) => overlaps(need, interval))) unplanned.delete(need);
  }
  assign(
    runs,
    proved.filter((need) => !unplanned.has(need)),
  );
  return { runs, unplanned };
}

async function provedNeeds(parts: RangeParts, needs: readonly Need[], options: RunPlanOptions): Promise<Need[]> {
  const isLong = needs.some(({ stretch }) => stretch.samples > UNPROVED_FRAMES);
  if (!isLong) return [...needs];
  const reach = await indexReach(parts.index, options.maxPacketFrames, options).catch(() => 0);
  return needs.filter(
    ({ stretch }) => stretch.samples <= UNPROVED_FRAMES || stretch.decoded + stretch.samples <= reach,
  );
}

/** Every need goes to all the runs that have samples of it. */
function assign(runs: readonly PacketRun[], needs: readonly Need[]): void {
  const spans = runs.map(runSpan);
  const starts = spans.map(({ start }) => start);
  for (const need of needs) {
    const { decoded, samples } = need.stretch;
    for (let i = Math.max(0, lastAtMost(starts, decoded)); i < runs.length && starts[i]! < decoded + samples; i++) {
      if (overlaps(need, spans[i]!)) runs[i]!.needs.push(need);
    }
  }
}

function overlaps({ stretch: { decoded, samples } }: Need, { start, end }: Interval): boolean {
  return decoded < end && start < decoded + samples;
}

/** What `map` gives, in order, without what is undefined. Why one failed is met again by whoever reads it by itself. */
async function inParallel<T, U>(
  items: readonly T[],
  signal: AbortSignal,
  map: (item: T, signal: AbortSignal) => Promise<U | undefined>,
  onFailure: (item: T) => void = () => undefined,
): Promise<U[]> {
  const results: (U | undefined)[] = [];
  const waiting = items.entries();
  const lane = async () => {
    const follower = followerOf(signal);
    for (const [i, item] of waiting) {
      results[i] = await map(item, follower).catch(() => {
        onFailure(item);
        return undefined;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(LOOKUPS, items.length) }, lane));
  return results.filter((result) => result !== undefined);
}
