/**
 * - `MP4_NO_MOVIE`: the input ended and there was no movie box that could be read (`Mp4Scanner.finish`).
 * - `MP4_COMPRESSED_MOVIE`: QuickTime's zlib-compressed movie box (`cmov`), which is not read.
 * - `MP4_METADATA_TOO_LARGE`: a movie or fragment box over `maxMetadataBytes` (`expected`: the limit, `actual`: the box).
 * - `MP4_SOURCE_CHANGED`: the second pass ended before the last sample (`expected`, `actual`: bytes).
 */
export type Mp4ErrorCode = 'MP4_NO_MOVIE' | 'MP4_COMPRESSED_MOVIE' | 'MP4_METADATA_TOO_LARGE' | 'MP4_SOURCE_CHANGED';

/** A failure because of the input. Tell failures apart by `code`. */
export class Mp4DemuxError extends Error {
  override readonly name = 'Mp4DemuxError';
  readonly code: Mp4ErrorCode;
  /** Where, in the bytes that were given. */
  readonly byteOffset: number;
  readonly expected: number | undefined;
  readonly actual: number | undefined;

  constructor(
    code: Mp4ErrorCode,
    message: string,
    details: { byteOffset: number; expected?: number | undefined; actual?: number | undefined },
  ) {
    super(`${message}, at byte ${details.byteOffset}`);
    this.code = code;
    this.byteOffset = details.byteOffset;
    this.expected = details.expected;
    this.actual = details.actual;
  }
}
