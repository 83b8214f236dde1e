import { LONGEST_GAP, type StreamTimeline } from './stream-timeline';

/** Packets with the time that a container gives them. */
export interface Stamped<T> {
  /** What the container says the first sample is, in samples at 48 kHz; need not be whole. */
  readonly start: number;
  readonly packets: number;
  /** What they decode to, at 48 kHz, */
  readonly samples: number;
  /** what of it the container cuts away, and does not count, */
  readonly trimmed: number;
  /** and what the shortest of the packets does. */
  readonly packetSamples: number;
  readonly byteOffset: number;
  readonly payload: T;
}

export interface Placed<T> {
  readonly payload: T;
  /** Samples that are missing before it. */
  readonly gap: number;
  /** Where it ends, in samples at 48 kHz from the first packet, holes included. */
  readonly end: number;
}

/** Entries on both sides of a step that have to agree on it. */
const WINDOW = 25;
/** The shortest frame of Opus: holes are multiples of it, nearly always. RFC 6716 §2.1.4 */
const SHORTEST_FRAME = 120;
/** No stream is longer, in samples: 3,000 years. Holes may add up to more where timestamps are made up. */
const LATEST_SAMPLE = 2 ** 52;
/** A container's clock that ran away from the packets' by this is told: 100 ms. */
const DRIFT = 4800;

/**
 * Tells holes from jitter, where packets bear timestamps that are rounded (Matroska: to 1 ms mostly) or were taken from a
 * clock while they came in.
 *
 * The packets are believed; a hole is where all timestamps before a place and all after it, as far as 25 entries, lie
 * apart by at least one packet. Slow drift is none. Holds 25 entries.
 */
export class TimestampSteps<T> {
  readonly #timeline: StreamTimeline;
  /** Resolution of the timestamps, in samples. */
  readonly #tick: number;
  /** Samples that the container has counted, were there no holes. */
  #counted = 0;
  /** By how much the last entries, since the last step, were ahead of that. */
  #before: number[] = [];
  readonly #queue: { readonly entry: Stamped<T>; readonly ahead: number }[] = [];
  #first: { readonly ahead: number; readonly byteOffset: number } | undefined;
  #gaps = 0;
  #placed = 0;
  /** Only the first entry is placed: it stands alone against those that follow. */
  #isFirst = false;
  #lastAhead = 0;

  constructor(timeline: StreamTimeline, tick: number) {
    this.#timeline = timeline;
    this.#tick = tick;
  }

  /** @returns What became certain, in order. */
  add(entry: Stamped<T>): Placed<T>[] {
    this.#queue.push({ entry, ahead: entry.start - this.#counted });
    this.#counted += entry.samples - entry.trimmed;
    return this.#queue.length > WINDOW ? [this.#place()] : [];
  }

  finish(): Placed<T>[] {
    const placed: Placed<T>[] = [];
    while (this.#queue.length > 0) placed.push(this.#place());
    if (this.#first) {
      const { ahead, byteOffset } = this.#first;
      const late = Math.round(ahead);
      if (!Number.isSafeInteger(late)) {
        this.#timeline.note('OPUS_TIMESTAMP_WRONG', byteOffset, 0);
      } else if (late > 1.5 * this.#tick) {
        this.#timeline.firstGranule = late;
        this.#timeline.note('OPUS_STARTS_LATE', byteOffset, late);
      }
      const drift = Math.round(this.#lastAhead - ahead - this.#gaps);
      if (drift >= DRIFT) this.#timeline.note('OPUS_CLOCK_AHEAD', byteOffset, drift);
      if (drift <= -DRIFT) this.#timeline.note('OPUS_CLOCK_BEHIND', byteOffset, -drift);
    }
    return placed;
  }

  #place(): Placed<T> {
    const { entry, ahead } = this.#queue[0]!;
    this.#first ??= { ahead, byteOffset: entry.byteOffset };
    const step = this.#stepAt(entry, ahead);
    if (step !== 0) this.#before = [];
    let gap = 0;
    if (step > LONGEST_GAP || this.#timeline.samples + step > LATEST_SAMPLE) {
      this.#gaps += step;
      this.#timeline.note('OPUS_TIMESTAMP_WRONG', entry.byteOffset, 0);
    } else if (step > 0) {
      gap = step;
      this.#gaps += step;
      this.#timeline.gap(step, entry.byteOffset);
    } else if (step < 0) {
      this.#gaps += step;
      this.#timeline.note('OPUS_TIMESTAMP_DECREASED', entry.byteOffset, -step);
    }
    this.#timeline.add(entry.packets, entry.samples);
    this.#queue.shift();
    this.#before.push(ahead);
    this.#isFirst = this.#placed === 0;
    this.#placed++;
    if (this.#before.length > WINDOW) this.#before.shift();
    this.#lastAhead = ahead;
    return { payload: entry.payload, gap, end: this.#timeline.samples };
  }

  /** Samples that are missing before the entry; negative where the time goes back. */
  #stepAt({ packetSamples }: Stamped<T>, ahead: number): number {
    const last = this.#before.at(-1);
    // One stamp against all others: some muxers give the first packet another time than it has.
    if (this.#isFirst) return 0;
    const least = Math.max(packetSamples - 1.5 * this.#tick, 2 * this.#tick);
    if (last === undefined || Math.abs(ahead - last) < least / 2) return 0;
    const after = this.#queue.map((queued) => queued.ahead);
    const lowest = [Math.min(...this.#before), Math.min(...after)] as const;
    const highest = [Math.max(...this.#before), Math.max(...after)] as const;
    // The lower edges are compared: a later step up does not move them.
    if (lowest[1] - highest[0] >= least) return this.#onGrid(lowest[1] - lowest[0]);
    if (lowest[0] - highest[1] >= least) return -this.#onGrid(highest[0] - highest[1]);
    return 0;
  }

  #onGrid(samples: number): number {
    const near = Math.round(samples / SHORTEST_FRAME) * SHORTEST_FRAME;
    return near > 0 && Math.abs(near - samples) <= 1.5 * this.#tick ? near : Math.round(samples);
  }
}
