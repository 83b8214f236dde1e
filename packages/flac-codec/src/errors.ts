import { CodedError } from '@zarr-audio/codec';

/** A FLAC stream or an option that can't be used. The codes are in docs/errors.md. */
export class FlacError extends CodedError {
  override readonly name = 'FlacError';
}

/**
 * What is wrong with a frame: a rule of RFC 9639 that it breaks.
 *
 * @param reason      A word for programs: `crc16`, `truncated`, `subframe`, ...
 * @param byteOffset  In the frame, as far as it could be read.
 */
export function damagedFrame(reason: string, message: string, byteOffset: number): FlacError {
  return new FlacError('FLAC_FRAME_DAMAGED', `FLAC frame: ${message}, at byte ${byteOffset} of the frame`, {
    reason,
    byteOffset,
  });
}
