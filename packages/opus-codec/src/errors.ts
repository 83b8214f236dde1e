import { CodedError } from '@zarr-audio/codec';

/** An Opus stream, a setting of the encoder or a backend that can't be used. The codes are in docs/errors.md. */
export class OpusCodecError extends CodedError {
  override readonly name = 'OpusCodecError';
}
