/** Every code of this package; docs/errors.md says what to do about each. */
export type ResampleErrorCode = 'RESAMPLE_UNSUPPORTED' | 'RESAMPLE_BAD_BLOCK';

export class ResampleError extends Error {
  override readonly name = 'ResampleError';
  readonly code: ResampleErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ResampleErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}
