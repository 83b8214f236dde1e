import { endOf, type MeasureBlock, sizeOf } from './measure-block';
import type { Convergence } from './measure-job';
import { FORCED_EVERY_SAMPLES, FORCED_PRE_ROLL_SAMPLES, LONGEST_SAMPLES } from './timing';

/** A row while it is made. */
export interface SeekRow {
  readonly packet: number;
  /** First sample of `packet`. */
  readonly packetSample: number;
  readonly from: number;
  /** Packets behind `from` that differ from the sequential decode; undefined for a forced row, which has to be measured. */
  readonly relapses: Convergence['relapses'] | undefined;
  /** The next row's `from`. */
  to: number;
  /** -1 until it is known. */
  maxDiff: number;
}

interface Candidate {
  readonly packet: number;
  readonly packetSample: number;
  /** `from` of a row that is forced here: the first packet 1 s later; -1 until that has come. */
  forcedFrom: number;
  /** Where it converged; null if it did not, or another one overtook it; undefined until that is known. */
  outcome: Convergence | null | undefined;
}

/** A job's share of the candidates: `settle` takes what came of it. */
export interface SectionShare {
  readonly candidates: readonly number[];
  readonly blocks: readonly MeasureBlock[];
  settle(converged: readonly Convergence[]): void;
}

/**
 * Packets between two holes, which no decoder crosses: collects candidates, and chooses rows among them in order, as far
 * as is known where they converge.
 */
export class SeekSection {
  /** The last row, whose `to` is not known. */
  #row: SeekRow;
  #blocks: MeasureBlock[] = [];
  /** First sample behind the last block. */
  #end: number;
  #isClosed = false;
  #isDecided = false;
  /** Those behind the last row, */
  #candidates: Candidate[] = [];
  /** those of them that wait for their `forcedFrom`, and those that are in no job so far. */
  readonly #unforced: Candidate[] = [];
  #unsent: Candidate[] = [];

  constructor(packet: number, packetSample: number) {
    this.#row = { packet, packetSample, from: packet, relapses: [], to: packet, maxDiff: -1 };
    this.#end = packetSample;
  }

  /** All its rows were given by `decide`. */
  get isDecided(): boolean {
    return this.#isDecided;
  }

  /** The next packet of the section. */
  pass(packet: number, packetSample: number, isCandidate: boolean): void {
    while (this.#unforced[0] && packetSample >= this.#unforced[0].packetSample + FORCED_PRE_ROLL_SAMPLES) {
      this.#unforced.shift()!.forcedFrom = packet;
    }
    if (!isCandidate) return;
    const candidate: Candidate = { packet, packetSample, forcedFrom: -1, outcome: undefined };
    for (const list of [this.#candidates, this.#unforced, this.#unsent]) list.push(candidate);
  }

  /** Packets that have passed, in blocks. */
  append(block: MeasureBlock): void {
    this.#blocks.push(block);
    this.#end = block.cumStart.at(-1)! + block.samples.at(-1)!;
  }

  /** No packet follows. */
  close(): void {
    this.#isClosed = true;
    if (this.#candidates.length === 0) this.#blocks = [];
  }

  /**
   * Candidates behind which all packets are there that they take, if they make a job.
   *
   * @param samples  That the candidates of a job span, at least, unless the section is closed
   * @param bytes    or so many bytes have gathered.
   */
  takeShare(samples: number, bytes: number): SectionShare | undefined {
    const first = this.#unsent[0];
    if (!first) return undefined;
    const isReady = ({ packetSample }: Candidate) => this.#isClosed || packetSample + LONGEST_SAMPLES < this.#end;
    const waiting = this.#unsent.findIndex((candidate) => !isReady(candidate));
    const ready = waiting < 0 ? this.#unsent : this.#unsent.slice(0, waiting);
    const last = ready.at(-1);
    if (!last) return undefined;
    const isEnough = this.#isClosed || last.packetSample - first.packetSample >= samples;
    if (!isEnough && this.#bytesFrom(first.packet) < bytes) return undefined;
    this.#unsent = this.#unsent.slice(ready.length);
    const blocks = this.blocksWhere(
      (block) => endOf(block) > first.packet && block.cumStart[0]! <= last.packetSample + LONGEST_SAMPLES,
    );
    return {
      candidates: ready.map(({ packet }) => packet),
      blocks,
      settle: (converged) => {
        const found = new Map(converged.map((convergence) => [convergence.packet, convergence]));
        for (const candidate of ready) candidate.outcome = found.get(candidate.packet) ?? null;
      },
    };
  }

  blocksWhere(isWanted: (block: MeasureBlock) => boolean): readonly MeasureBlock[] {
    return this.#blocks.filter(isWanted);
  }

  /** The rows of which it became known where the next one begins, in order. Their blocks are there until the next call. */
  decide(): SeekRow[] {
    const decided: SeekRow[] = [];
    this.#blocks = this.#blocks.filter((block) => endOf(block) > this.#row.packet);
    for (let next = this.#next(); next !== undefined && !this.#isDecided; next = this.#next()) {
      const row = this.#row;
      row.to = next?.from ?? Number.POSITIVE_INFINITY;
      decided.push(row);
      if (!next) this.#isDecided = true;
      else this.#row = next;
      const { packet } = this.#row;
      while (this.#candidates[0] && this.#candidates[0].packet <= packet) this.#candidates.shift();
    }
    return decided;
  }

  /** The row after the last one; null if there is none, undefined if that can't be told yet. */
  #next(): SeekRow | null | undefined {
    const { packetSample, from } = this.#row;
    const limit = packetSample + LONGEST_SAMPLES;
    if (!this.#isClosed && this.#end <= limit) return undefined;
    let first: (Candidate & { outcome: Convergence }) | undefined;
    for (const candidate of this.#candidates) {
      if (candidate.packetSample > limit) break;
      const { outcome } = candidate;
      if (outcome === undefined) return undefined;
      // Of equal `from` the latest packet stays, and who converges after a later one is overtaken.
      if (outcome && outcome.from <= (first?.outcome.from ?? Number.POSITIVE_INFINITY))
        first = { ...candidate, outcome };
    }
    if (first && first.outcome.fromSample <= limit) return rowAt(first, first.outcome.from, first.outcome.relapses);
    if (this.#end <= limit) return null;
    const forced = this.#candidates.find(
      (candidate) => candidate.packetSample >= packetSample + FORCED_EVERY_SAMPLES && candidate.forcedFrom > from,
    );
    return forced ? rowAt(forced, forced.forcedFrom, undefined) : null;
  }

  #bytesFrom(packet: number): number {
    return this.#blocks.reduce((sum, block) => sum + (endOf(block) > packet ? sizeOf(block) : 0), 0);
  }
}

function rowAt(
  { packet, packetSample }: Candidate,
  from: number,
  relapses: Convergence['relapses'] | undefined,
): SeekRow {
  return { packet, packetSample, from, relapses, to: from, maxDiff: -1 };
}
