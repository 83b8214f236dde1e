/**
 * A metadata block, where it lies.
 *
 * ```text
 * 1 last | 7 type | 24 length | body
 * ```
 *
 * @see RFC 9639 §8
 */
export interface MetadataBlock {
  /** `BLOCK_TYPES`, or a number that has no meaning yet: such blocks are passed over. */
  readonly type: number;
  readonly isLast: boolean;
  /** Of its header. */
  readonly byteOffset: number;
  /** Of its body, without the header. */
  readonly byteLength: number;
}

export const BLOCK_TYPES = {
  streamInfo: 0,
  padding: 1,
  application: 2,
  seekTable: 3,
  vorbisComment: 4,
  cueSheet: 5,
  picture: 6,
  /** Never one: it would look like the sync code of a frame. */
  forbidden: 127,
} as const;

export const BLOCK_HEADER_BYTES = 4;

export function parseBlockHeader(bytes: Uint8Array, at: number, byteOffset: number): MetadataBlock {
  return {
    type: bytes[at]! & 127,
    isLast: bytes[at]! >= 128,
    byteOffset,
    byteLength: (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!,
  };
}

/** Can a block of that type have that length? */
export function isPossible({ type, byteLength }: MetadataBlock): boolean {
  if (type === BLOCK_TYPES.streamInfo) return byteLength === 34;
  if (type === BLOCK_TYPES.application) return byteLength >= 4;
  if (type === BLOCK_TYPES.seekTable) return byteLength % 18 === 0;
  if (type === BLOCK_TYPES.vorbisComment) return byteLength >= 8;
  if (type === BLOCK_TYPES.cueSheet) return byteLength >= 396;
  if (type === BLOCK_TYPES.picture) return byteLength >= 32;
  return type !== BLOCK_TYPES.forbidden;
}
