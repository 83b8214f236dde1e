import { CodedError } from '@zarr-audio/codec';

/**
 * An index that can't be what was written: `INDEX_NOT_MONOTONIC`, `INDEX_INCONSISTENT`, `INDEX_OUT_OF_BOUNDS`.
 */
export class IndexError extends CodedError {
  override readonly name = 'IndexError';
}
