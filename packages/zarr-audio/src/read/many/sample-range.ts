import type { PcmBlock } from '@zarr-audio/codec';
import type { ReadOptions } from '../../recording/recording';

/** Samples `[start, end)`, per channel, at the recording's sample rate. */
export interface SampleRange {
  readonly start: number;
  readonly end: number;
}

/** Ranges in any order, overlapping or not; also without end. */
export type SampleRanges<R extends SampleRange = SampleRange> = Iterable<R> | AsyncIterable<R>;

/** What became of one range, `range` being the object that was asked with. */
export type RangeResult<R extends SampleRange = SampleRange> =
  | { readonly range: R; readonly block: PcmBlock; readonly error?: undefined }
  | { readonly range: R; readonly error: unknown; readonly block?: undefined };

export interface ReadManyOptions extends Omit<ReadOptions, 'start' | 'end'> {
  /**
   * About so many bytes are held at a time, 64 MiB if left out: fetched, being decoded, and results that were not taken yet. A
   * range that is longer is read all the same, by itself.
   */
  readonly maxBytes?: number;
}
