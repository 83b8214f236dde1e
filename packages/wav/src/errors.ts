/** Every code of this package; docs/errors.md says what to do about each. */
export type WavErrorCode = 'WAV_BAD_HEADER' | 'WAV_NO_DATA' | 'WAV_UNSUPPORTED_FORMAT' | 'WAV_SOURCE_CHANGED';

/** What of a damaged file was mended or passed over: `Repair.code`. */
export type WavRepairCode =
  | 'WAV_BAD_INFO'
  | 'WAV_CHUNK_SKIPPED'
  | 'WAV_CHUNK_TRUNCATED'
  | 'WAV_DATA_TRUNCATED'
  | 'WAV_FORMAT_INCONSISTENT'
  | 'WAV_PARTIAL_FRAME'
  | 'WAV_SECOND_DATA'
  | 'WAV_SIZE_UNKNOWN'
  | 'WAV_SIZE_WRAPPED'
  | 'WAV_SAMPLES_RIGHT_ALIGNED'
  | 'WAV_TRAILING_BYTES';

export class WavError extends Error {
  override readonly name = 'WavError';
  readonly code: WavErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: WavErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}
