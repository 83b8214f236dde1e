import { errorCode } from '@zarr-audio/codec';
import { type FetchUnit, fetchUnits } from './fetch-units';
import { followerOf } from './follower';
import type { ManySource } from './many-source';
import type { PacketRun } from './packet-run';
import type { Need, PendingRange } from './pending-range';
import type { RunDecoder } from './run-decoder';
import { planRuns } from './run-planner';
import { Slots } from './slots';

/** Fetches that are under way or being decoded, at most. */
const FETCHES = 8;
/** Chunks of the blob that are fetched without need rather than to make another request. */
const NEAR_CHUNKS = 2;
const MAX_FETCH_BYTES = 2 ** 20;
const MIN_FETCH_BYTES = 2 ** 16;
/** Runs for each thread: one that it decodes, and one that is there when it is done. */
const RUNS_A_THREAD = 2;
/** Not tried again here: what made one thread end might end this one too, and whoever closed the pool is done. */
const OF_THREADS: ReadonlySet<string | undefined> = new Set(['WORKER_FAILED', 'WORKERS_CLOSED']);
/** A run begins with pre-roll: it takes so many seconds to be worth it, and a longer one keeps others waiting. */
const MIN_RUN_SECONDS = 1;
const MAX_RUN_SECONDS = 10;

export interface GroupOptions {
  readonly seek: 'exact' | 'fast';
  readonly maxBytes: number;
  /** Ends everything. What is pending then is for the caller to settle. */
  readonly signal: AbortSignal;
}

/** Reads ranges together: what they need is fetched and decoded once, and then put together. */
export class GroupReader {
  readonly #source: ManySource;
  readonly #seek: GroupOptions['seek'];
  readonly #decoder: RunDecoder;
  readonly #signal: AbortSignal;
  readonly #fetchSlots = new Slots(FETCHES);
  /** For each slot one, more or less. */
  readonly #fetchSignals: readonly AbortSignal[];
  readonly #runSlots: Slots;
  readonly #runFrames: number;
  readonly #fetchBytes: number;

  constructor(source: ManySource, decoder: RunDecoder, { seek, maxBytes, signal }: GroupOptions) {
    this.#source = source;
    this.#seek = seek;
    this.#decoder = decoder;
    this.#signal = signal;
    this.#fetchSignals = Array.from({ length: FETCHES }, () => followerOf(signal));
    const runs = source.tasks ? RUNS_A_THREAD * source.tasks.size : 1;
    this.#runSlots = new Slots(runs);
    const { channels, sampleRate, sampleType } = source.parts.description;
    const frameBytes = channels * (sampleType === 'int16' ? 2 : 4);
    // A quarter of the memory is for what is being decoded, a quarter for what was fetched, half for results.
    const frames = Math.floor(maxBytes / 4 / runs / frameBytes);
    this.#runFrames = Math.max(MIN_RUN_SECONDS * sampleRate, Math.min(MAX_RUN_SECONDS * sampleRate, frames));
    const fetchBytes = Math.floor(maxBytes / 4 / FETCHES);
    this.#fetchBytes = Math.max(MIN_FETCH_BYTES, Math.min(MAX_FETCH_BYTES, fetchBytes));
  }

  /** Begins to read a group; ends when all its fetches have begun. Every range of it will be settled. */
  async read(group: readonly PendingRange[]): Promise<void> {
    const { runs, unplanned } = await this.#plan(group);
    const alone = new Set(Array.from(unplanned, ({ pending }) => pending));
    const shared: PacketRun[] = [];
    for (const run of runs) {
      const needs = run.needs.filter(({ pending }) => !alone.has(pending));
      for (const { pending } of needs) pending.awaitedRuns++;
      if (needs.length > 0) shared.push({ ...run, needs });
    }
    for (const pending of group) {
      if (alone.has(pending)) this.#readAlone(pending);
      else if (pending.awaitedRuns === 0) this.#complete(pending);
    }
    const units = fetchUnits(shared, NEAR_CHUNKS * this.#source.parts.blob.chunkBytes, this.#fetchBytes);
    units.sort((a, b) => unitOrder(a) - unitOrder(b));
    for (const [i, unit] of units.entries()) {
      await this.#fetchSlots.take();
      this.#readUnit(unit, this.#fetchSignals[i % FETCHES]!).finally(() => this.#fetchSlots.give());
    }
  }

  #plan(group: readonly PendingRange[]) {
    const needs: Need[] = group.flatMap((pending) => {
      const { start, end } = pending.range;
      return this.#source.samples.stretches(start, end).map((stretch) => ({ pending, stretch }));
    });
    return planRuns(this.#source.parts, needs, {
      seek: this.#seek,
      decoder: this.#decoder.plannedFor,
      maxPacketFrames: this.#decoder.maxPacketFrames,
      runFrames: this.#runFrames,
      signal: this.#signal,
    });
  }

  /** Never fails. */
  async #readUnit({ byteStart, byteEnd, runs }: FetchUnit, signal: AbortSignal): Promise<void> {
    const { blob } = this.#source.parts;
    const bytes = await blob.read(byteStart, byteEnd, { signal }).catch(() => undefined);
    const inOrder = runs.toSorted((a, b) => runOrder(a) - runOrder(b));
    if (!bytes) {
      for (const run of inOrder) this.#readApart(run);
      return;
    }
    const read = (run: PacketRun) =>
      this.#readRun(run, bytes.subarray(run.byteStart - byteStart, run.byteEnd - byteStart));
    await Promise.all(inOrder.map((run) => this.#runSlots.run(() => read(run))));
  }

  /** Never fails. */
  async #readRun(run: PacketRun, bytes: Uint8Array): Promise<void> {
    if (this.#signal.aborted) return;
    try {
      const pcm = await this.#decoder.decode(run, bytes, this.#signal);
      for (const { pending, stretch } of run.needs) {
        if (!pending.isOpen) continue;
        pending.put(run, pcm, stretch);
        if (--pending.awaitedRuns === 0) this.#complete(pending);
      }
    } catch (error) {
      if (!OF_THREADS.has(errorCode(error))) return this.#readApart(run);
      for (const { pending } of run.needs) pending.fail(error);
    }
  }

  #complete(pending: PendingRange): void {
    if (!pending.complete()) this.#readAlone(pending);
  }

  /** Only some of a run's ranges may be concerned by what is wrong with it: each is read by itself. */
  #readApart({ needs }: PacketRun): void {
    for (const { pending } of needs) if (pending.isOpen) this.#readAlone(pending);
  }

  #readAlone(pending: PendingRange): void {
    if (this.#signal.aborted) return;
    pending.close();
    this.#runSlots.run(() =>
      pending.settleBy(() => this.#source.readAlone(pending.range, pending.type, followerOf(this.#signal))),
    );
  }
}

/** The place of the first range that waits for it. */
function runOrder({ needs }: PacketRun): number {
  return needs.reduce((least, { pending }) => Math.min(least, pending.order), Number.POSITIVE_INFINITY);
}

function unitOrder({ runs }: FetchUnit): number {
  return runs.reduce((least, run) => Math.min(least, runOrder(run)), Number.POSITIVE_INFINITY);
}
