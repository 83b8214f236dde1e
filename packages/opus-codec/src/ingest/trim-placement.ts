import type { StreamTimeline } from './stream-timeline';

/**
 * Cuts that a container asks for at the edges of its blocks: those in mid-stream become trims, that of the last block the
 * end trim.
 */
export class TrimPlacement {
  readonly #timeline: StreamTimeline;
  /** At the end of the last block so far. */
  #tail: { start: number; samples: number; byteOffset: number } | undefined;

  constructor(timeline: StreamTimeline) {
    this.#timeline = timeline;
  }

  /**
   * The next block.
   *
   * @param discard  Samples that are cut from its end; from its start if negative. Not more than it holds.
   * @param end      Where it ends, counted from the first packet, holes included.
   */
  place(samples: number, discard: number, end: number, byteOffset: number): void {
    const start = end - samples;
    const tail = this.#tail;
    this.#tail = undefined;
    if (tail && discard === samples && tail.start + tail.samples === start) {
      this.#tail = { ...tail, samples: tail.samples + samples };
      return;
    }
    if (tail) this.#timeline.trim(tail.start, tail.samples, tail.byteOffset);
    if (discard < 0) this.#timeline.trim(start, -discard, byteOffset);
    else if (discard > 0) this.#tail = { start: end - discard, samples: discard, byteOffset };
  }

  finish(): void {
    this.#timeline.endTrim = this.#tail?.samples ?? 0;
  }
}
