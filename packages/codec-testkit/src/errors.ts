import { CodedError } from '@zarr-audio/codec';

/** A codec breaks a law of the kit: `CODEC_LAW_BROKEN`, with `details` of where and what. */
export class LawError extends CodedError {
  override readonly name = 'LawError';

  constructor(message: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super('CODEC_LAW_BROKEN', message, details, cause);
  }
}

/** A stream, an option or attributes that the reference codec can't take. The codes are in docs/errors.md. */
export class ReferenceCodecError extends CodedError {
  override readonly name = 'ReferenceCodecError';
}
