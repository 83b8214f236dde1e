import { lacingValues } from '@zarr-audio/ogg-mux';
import { startTrimmed } from './ingest-events';
import type { OpusStream, OpusStreamEvent, TimedBatch } from './opus-stream';
import type { Trim } from './stream-timeline';

/** What has to be known of a stream before its first page is written. */
export interface StreamPlan {
  readonly packets: number;
  /** At 48 kHz, holes included. */
  readonly samples: number;
  /** Where the audio ends, counted likewise. */
  readonly endSample: number;
  /** The pre-skip of the blob: a start trim is part of it where there is room. */
  readonly preSkip: number;
  /** Can the granule position of the last page say where the audio ends? Else a trim does. */
  readonly endsInOgg: boolean;
  /** What Ogg can't say. */
  readonly trims: readonly Trim[];
  readonly firstGranule: number;
}

const MAX_PRE_SKIP = 65_535;
/**
 * After a hole a granule position tells of the hole and of the end at once: where the end is so near (two pages of 1 s, and
 * a packet), what was meant could not be told.
 */
const NEAR_HOLE = 102_000;
/** Lacing values of a page. */
const MAX_SEGMENTS = 255;

/** Reads a file for what has to be known of its streams beforehand. */
export class Survey {
  readonly #tails = new Map<OpusStream, Tail>();
  readonly #plans = new Map<number, StreamPlan>();

  take(event: OpusStreamEvent): void {
    if (event.type === 'begin') this.#tails.set(event.stream, new Tail());
    else if (event.type === 'batch') this.#tails.get(event.stream)!.add(event.batch);
    else if (event.type === 'end') this.#end(event.stream);
  }

  /** Undefined for a stream that was not there. */
  plan(number: number): StreamPlan | undefined {
    return this.#plans.get(number);
  }

  #end(stream: OpusStream): void {
    const { packets, samples, startTrim, endTrim, firstGranule, trims, gaps } = stream.timeline;
    const fitsOnePage = this.#tails.get(stream)!.fitsOnePage(endTrim);
    this.#tails.delete(stream);
    const wanted = stream.head.preSkip + startTrim;
    const preSkip = wanted <= MAX_PRE_SKIP ? wanted : stream.head.preSkip;
    const endSample = samples - endTrim;
    const lastHole = gaps.at(-1)?.end ?? Number.NEGATIVE_INFINITY;
    const endsInOgg = endTrim === 0 || (fitsOnePage && endSample - lastHole > NEAR_HOLE);
    const within = startTrimmed(wanted - preSkip, preSkip, trims);
    const all = within.flatMap((trim) => clipped(trim, 0, samples));
    const trimmed = all.at(-1)?.reduce((start, count) => start + count) ?? 0;
    if (!endsInOgg) all.push(...clipped([endSample, endTrim], trimmed, samples));
    this.#plans.set(stream.number, { packets, samples, endSample, preSkip, endsInOgg, trims: all, firstGranule });
  }
}

/** What of a trim lies in `[from, to)`. */
function clipped([start, count]: Trim, from: number, to: number): Trim[] {
  const first = Math.max(start, from);
  const end = Math.min(start + count, to);
  return first < end ? [[first, end - first]] : [];
}

/** The packets at the end of a stream, as many as could share a page, with no hole in between. */
class Tail {
  readonly #samples = new Uint16Array(MAX_SEGMENTS);
  readonly #segments = new Uint16Array(MAX_SEGMENTS);
  /** Packets so far since the last hole. */
  #count = 0;

  add({ packets, samples, gap }: TimedBatch): void {
    if (gap > 0) this.#count = 0;
    for (let i = 0; i < samples.length; i++) {
      if (samples[i] === 0) continue;
      const at = this.#count++ % MAX_SEGMENTS;
      this.#samples[at] = samples[i]!;
      this.#segments[at] = Math.min(lacingValues(packets.byteLength(i)), MAX_SEGMENTS + 1);
    }
  }

  /** Do the packet with the last sample that is heard and all after it fit one page? */
  fitsOnePage(endTrim: number): boolean {
    let left = endTrim;
    let segments = 0;
    for (let i = this.#count - 1; i >= 0 && i >= this.#count - MAX_SEGMENTS; i--) {
      const at = i % MAX_SEGMENTS;
      segments += this.#segments[at]!;
      // A packet that holds the end alone may take as many pages as it needs.
      if (left < this.#samples[at]!) return left === endTrim || segments <= MAX_SEGMENTS;
      left -= this.#samples[at]!;
    }
    return false;
  }
}
