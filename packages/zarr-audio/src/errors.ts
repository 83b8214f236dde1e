import { CodedError } from '@zarr-audio/codec';

/** A store, a recording in it or a source that is not as it should be. The codes are in docs/errors.md. */
export class StoreError extends CodedError {
  override readonly name = 'StoreError';
}

/** A caller's mistake about samples: beyond the recording, backwards, or not integers. */
export class SampleRangeError extends RangeError {
  override readonly name = 'SampleRangeError';
  readonly code = 'RANGE_OUT_OF_BOUNDS';
  readonly start: number;
  readonly end: number;
  readonly totalSamples: number;

  constructor(start: number, end: number, totalSamples: number) {
    super(`samples [${start}, ${end}) are not a range within [0, ${totalSamples})`);
    this.start = start;
    this.end = end;
    this.totalSamples = totalSamples;
  }
}
