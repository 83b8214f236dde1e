import type { JsonObject } from '@zarr-audio/codec';

/** What turns passing packets into rows of seek points, 3 numbers each. */
export interface SeekPointBuilder {
  /** Of the array of seek points: with what they were measured. Complete after `finish`. */
  readonly attributes: JsonObject;
  /**
   * The next packet of the stream, in order: bytes `[start, end)` of `bytes`, which may change afterwards.
   *
   * @param cumStart  Its first sample, at 48 kHz; larger than the end of the packet before it after a hole.
   * @param samples   That it decodes to.
   */
  add(bytes: Uint8Array, start: number, end: number, cumStart: number, samples: number): void;
  /**
   * To be awaited now and then, after some seconds of audio at the latest: what `add` leaves to be done is bounded only so.
   * Undefined if there is nothing to wait for.
   *
   * @throws what measuring throws.
   */
  drain(): Promise<void> | undefined;
  /** Rows that became final since the last call: maybe long after their packets, never out of order. */
  take(): Float64Array;
  /** The stream is complete: all rows become final. @throws as `drain` */
  finish(): Promise<void>;
  /** Gives up what it holds, also before `finish`, or a second time. */
  free(): void;
}
