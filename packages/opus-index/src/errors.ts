import { CodedError } from '@zarr-audio/codec';

/** Seek points that can't be what was written: `SEEK_POINTS_DAMAGED`. */
export class OpusIndexError extends CodedError {
  override readonly name = 'OpusIndexError';
}
