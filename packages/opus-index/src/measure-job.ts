import type { MeasureBlock } from './measure-block';
import { type MeasuringDecoder, Rerun } from './rerun';
import { LONGEST_SAMPLES, RUN_PACKETS, RUN_SAMPLES, SEARCH_SAMPLES } from './timing';

/** Some of the work of measuring a stream, of which nothing depends on the rest. Plain data. */
export interface MeasureJob {
  readonly channels: number;
  /** All packets that it takes, without a hole. */
  readonly blocks: readonly MeasureBlock[];
  /** Packets, rising, at each of which a decoder is started to see where it converges: `Convergence`. */
  readonly candidates: readonly number[];
  readonly spans: readonly MeasureSpan[];
}

/**
 * How far is a decoder that is started at `packet` from the sequential one over packets `[from, to)`? Over 300 ms and 15 packets at
 * least, unless the blocks end before: in fewer it may be equal without having converged.
 */
export interface MeasureSpan {
  readonly packet: number;
  readonly from: number;
  readonly to: number;
}

/** A decoder that was started at `packet` has converged. */
export interface Convergence {
  readonly packet: number;
  /** First packet of the equal run that proves it, and its first sample. */
  readonly from: number;
  readonly fromSample: number;
  /**
   * Packets after it that differ nevertheless, `[packet, difference]`; up to where the next candidate of the job has
   * converged, or as far as the next row's `from` can lie.
   */
  readonly relapses: readonly (readonly [packet: number, difference: number])[];
}

export interface MeasureResult {
  /** Rising in both `packet` and `from`: candidates that another one of the job overtakes are left out. */
  readonly converged: readonly Convergence[];
  /** One a span. */
  readonly maxDiffs: readonly number[];
}

/**
 * Does a job. One decoder is enough, for candidates are tried from the last to the first: where the next one has
 * converged is known then, and no candidate is decoded further than that.
 *
 * @throws what the decoder throws.
 */
export function runMeasureJob(decoder: MeasuringDecoder, job: MeasureJob): MeasureResult {
  const rerun = new Rerun(decoder, job.channels, job.blocks);
  const converged: Convergence[] = [];
  let next: Convergence | undefined;
  for (const packet of job.candidates.toReversed()) {
    const found = search(rerun, packet, next);
    if (!found) continue;
    next = found;
    converged.push(found);
  }
  const maxDiffs = job.spans.map((span) => largestOver(rerun, span));
  return { converged: converged.reverse(), maxDiffs };
}

/**
 * Starts a decoder at `packet`, and looks for the first run of equal packets that begins within 2 s and before `next`,
 * and lasts for 300 ms and 15 packets; then for packets that differ nevertheless.
 */
function search(rerun: Rerun, packet: number, next: Convergence | undefined): Convergence | undefined {
  rerun.restart(packet);
  const packetSample = rerun.start;
  const deadline = packetSample + SEARCH_SAMPLES;
  const windowEnd = packetSample + LONGEST_SAMPLES;
  const nextFrom = next?.from ?? Number.POSITIVE_INFINITY;
  const run = { from: -1, fromSample: 0, packets: 0 };
  let isProven = false;
  const relapses: [number, number][] = [];
  for (let { start } = rerun; start <= windowEnd; start = rerun.start) {
    const number = rerun.packet;
    const isTooLate = number >= nextFrom || (!isProven && start > deadline);
    if (isTooLate && (isProven || run.from < 0)) break;
    const end = start + rerun.samples;
    const difference = rerun.difference();
    if (difference > 0) {
      if (isProven) relapses.push([number, difference]);
      else run.from = -1;
      continue;
    }
    if (isProven) continue;
    if (run.from < 0) Object.assign(run, { from: number, fromSample: start, packets: 0 });
    run.packets++;
    isProven = run.packets >= RUN_PACKETS && end - run.fromSample >= RUN_SAMPLES;
  }
  return isProven ? { packet, from: run.from, fromSample: run.fromSample, relapses } : undefined;
}

function largestOver(rerun: Rerun, { packet, from, to }: MeasureSpan): number {
  let largest = 0;
  let samples = 0;
  const isLongEnough = () => rerun.packet >= to && rerun.packet - from >= RUN_PACKETS && samples >= RUN_SAMPLES;
  for (rerun.restart(packet); !rerun.isOver && !isLongEnough(); ) {
    const isCounted = rerun.packet >= from;
    if (isCounted) samples += rerun.samples;
    const difference = rerun.difference();
    if (isCounted && difference > largest) largest = difference;
  }
  return largest;
}
