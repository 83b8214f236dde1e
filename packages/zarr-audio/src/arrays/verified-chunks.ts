import type { ReadableStorage } from '../storage';
import { CHECKSUM_BYTES } from './blob-layout';
import { bloscHeaderDamage } from './blosc-chunk';
import { type ChunkPlace, chunkCrcMismatch, chunkDamaged, chunkMissing, chunkTruncated } from './chunk-errors';
import { crc32c } from './crc32c';
import type { RowsLayout } from './rows-layout';
import { zstdFrameDamage } from './zstd-frame';

/**
 * A chunk without its checksum, proved before anything decodes it: zarrita gives fill values for a chunk that is missing,
 * takes its checksum off without comparing it, and its decompressors allocate what a header claims.
 *
 * @throws {StoreError} `CHUNK_MISSING`, `CHUNK_TRUNCATED`, `CHUNK_CRC_MISMATCH`, `CHUNK_DAMAGED`; what the storage throws
 */
export async function fetchVerified(
  storage: ReadableStorage,
  place: ChunkPlace,
  layout: RowsLayout,
  signal: AbortSignal,
): Promise<Uint8Array> {
  // One byte more than there may be shows a file that is too long.
  const range = { offset: 0, length: layout.maxStoredBytes + 1 };
  const stored = await storage.getRange(place.key, range, { signal });
  if (!stored) throw chunkMissing(place);
  return verify(stored, layout, place);
}

function verify(stored: Uint8Array, layout: RowsLayout, place: ChunkPlace): Uint8Array {
  if (stored.byteLength > layout.maxStoredBytes) throw chunkDamaged(place, 'is longer than any chunk can be');
  let encoded = stored;
  if (layout.checksum) {
    const end = stored.byteLength - CHECKSUM_BYTES;
    if (end < 0) throw chunkTruncated(place, CHECKSUM_BYTES, stored.byteLength);
    encoded = stored.subarray(0, end);
    const expected = new DataView(stored.buffer, stored.byteOffset).getUint32(end, true);
    const actual = crc32c(encoded);
    if (expected !== actual) throw chunkCrcMismatch(place, expected, actual);
  }
  const damage = sizeDamage(encoded, layout);
  if (damage !== undefined) throw chunkDamaged(place, damage);
  return encoded;
}

function sizeDamage(encoded: Uint8Array, { compressor, chunkBytes }: RowsLayout): string | undefined {
  if (compressor === 'blosc') return bloscHeaderDamage(encoded, chunkBytes);
  if (compressor === 'zstd') return zstdFrameDamage(encoded, chunkBytes);
  if (encoded.byteLength === chunkBytes) return undefined;
  return `has ${encoded.byteLength} bytes, not ${chunkBytes}`;
}
