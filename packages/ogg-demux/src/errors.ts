import type { OggDamageCode } from './events';

/**
 * - a code of damage (see `OggDamageCode`): from `readOggPackets` without `onDamage`, and from `stripPageHeaders`.
 * - `OGG_BAD_SPAN`: bytes that are not one packet with the page headers in between (`stripPageHeaders`).
 * - `OGG_NO_OPUS_STREAM`: the input ended and there was no Opus stream in it (`OggDemuxStream`).
 */
export type OggErrorCode = OggDamageCode | 'OGG_BAD_SPAN' | 'OGG_NO_OPUS_STREAM';

/** A failure because of the input. Tell failures apart by `code`. */
export class OggDemuxError extends Error {
  override readonly name = 'OggDemuxError';
  readonly code: OggErrorCode;
  /** Where, in the bytes that were given. */
  readonly byteOffset: number;
  readonly expected: number | undefined;
  readonly actual: number | undefined;

  constructor(
    code: OggErrorCode,
    message: string,
    details: { byteOffset: number; expected?: number | undefined; actual?: number | undefined },
  ) {
    super(message);
    this.code = code;
    this.byteOffset = details.byteOffset;
    this.expected = details.expected;
    this.actual = details.actual;
  }
}
