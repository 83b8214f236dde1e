import { CHECKSUM_BYTES, type ShardLayout } from './blob-layout';
import { crc32c } from './crc32c';

/** Where a chunk lies in its shard; an offset of -1 says that it isn't there. */
const ABSENT = -1;
const ABSENT_WORD = 0xffffffff;

/** What a damaged index says of itself. */
export interface IndexDamage {
  readonly why: string;
  readonly expected?: number;
  readonly actual?: number;
}

/**
 * The index of a shard: for each of its chunks two little-endian uint64, offset and length in bytes, both 2^64-1
 * for a chunk that is absent; then CRC-32C.
 *
 * @see https://zarr-specs.readthedocs.io/en/latest/v3/codecs/sharding-indexed/index.html, "Binary shard format"
 */
export function encodeShardIndex(chunks: number, offsets: readonly number[], storedBytes: number): Uint8Array {
  const bytes = new Uint8Array(16 * chunks + CHECKSUM_BYTES).fill(0xff);
  const view = new DataView(bytes.buffer);
  for (const [i, offset] of offsets.entries()) {
    view.setBigUint64(16 * i, BigInt(offset), true);
    view.setBigUint64(16 * i + 8, BigInt(storedBytes), true);
  }
  view.setUint32(16 * chunks, crc32c(bytes.subarray(0, 16 * chunks)), true);
  return bytes;
}

/**
 * Offsets of the chunks of a shard, -1 for those that are absent; or what is wrong.
 *
 * @param storedBytes  The length that every chunk must have.
 */
export function decodeShardIndex(
  bytes: Uint8Array,
  shard: ShardLayout,
  storedBytes: number,
): Float64Array | IndexDamage {
  if (bytes.byteLength !== shard.indexBytes) {
    return { why: 'is cut off', expected: shard.indexBytes, actual: bytes.byteLength };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (shard.indexChecksum) {
    const expected = view.getUint32(16 * shard.chunks, true);
    const actual = crc32c(bytes.subarray(0, 16 * shard.chunks));
    if (expected !== actual) return { why: 'does not have its checksum', expected, actual };
  }
  const offsets = new Float64Array(shard.chunks);
  for (let i = 0; i < shard.chunks; i++) {
    const at = 16 * i;
    const low = view.getUint32(at, true);
    const high = view.getUint32(at + 4, true);
    const lowLength = view.getUint32(at + 8, true);
    const highLength = view.getUint32(at + 12, true);
    const length = highLength * 2 ** 32 + lowLength;
    if (low === ABSENT_WORD && high === ABSENT_WORD) {
      if (lowLength !== ABSENT_WORD || highLength !== ABSENT_WORD) {
        return { why: `says that chunk ${i} is absent and yet has a length`, actual: length };
      }
      offsets[i] = ABSENT;
      continue;
    }
    const offset = high * 2 ** 32 + low;
    if (length !== storedBytes)
      return { why: `gives chunk ${i} a wrong length`, expected: storedBytes, actual: length };
    if (offset > Number.MAX_SAFE_INTEGER - storedBytes)
      return { why: `puts chunk ${i} out of any file`, actual: offset };
    offsets[i] = offset;
  }
  return offsets;
}
