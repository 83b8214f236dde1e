import { CodedError } from '@zarr-audio/codec';

/** Every code of this package; docs/errors.md says what to do about each. */
export type FfmpegErrorCode =
  | 'FFMPEG_NOT_FOUND'
  | 'FFMPEG_TOO_OLD'
  | 'FFMPEG_NEEDS_PATH'
  | 'FFMPEG_NO_AUDIO'
  | 'FFMPEG_REFUSED_FORMAT'
  | 'FFMPEG_FAILED'
  | 'FFMPEG_TIMEOUT'
  | 'FFMPEG_BAD_OUTPUT';

/** `details` of what a process did: `command`, `exitCode`, `killedBy`, `stderrTail`. */
export class FfmpegError extends CodedError {
  override readonly name = 'FfmpegError';
  declare readonly code: FfmpegErrorCode;

  constructor(
    code: FfmpegErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(code, message, details, cause);
  }
}
