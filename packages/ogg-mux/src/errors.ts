/**
 * - `OGG_MUX_HELD_TOO_LARGE`: packets that must share a page (`hold`) don't fit one: `expected` is the most lacing values
 *   that a page takes, `actual` what they ask for.
 * - `OGG_MUX_HELD_APART`: a packet that must share a page with the one before follows a hole, or no packet.
 * - `OGG_MUX_END_BEFORE_LAST_PAGE`: the end lies before the last page begins: `expected` is the first granule position
 *   that it may have, `actual` the one asked for.
 */
export type OggMuxErrorCode = 'OGG_MUX_HELD_TOO_LARGE' | 'OGG_MUX_HELD_APART' | 'OGG_MUX_END_BEFORE_LAST_PAGE';

/** Packets or trims that Ogg can't express. The muxer stays as it was before the call. */
export class OggMuxError extends Error {
  override readonly name = 'OggMuxError';
  readonly code: OggMuxErrorCode;
  readonly expected: number | undefined;
  readonly actual: number | undefined;

  constructor(code: OggMuxErrorCode, message: string, details: { expected?: number; actual?: number } = {}) {
    super(message);
    this.code = code;
    this.expected = details.expected;
    this.actual = details.actual;
  }
}
