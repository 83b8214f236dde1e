import { joinKey, type ReadableStorage, type StorageKey } from '../storage';
import { CHECKSUM_BYTES } from './blob-layout';
import { bloscHeaderDamage } from './blosc-chunk';
import { type ChunkPlace, chunkCrcMismatch, chunkDamaged, chunkMissing, chunkTruncated } from './chunk-errors';
import { crc32c } from './crc32c';
import type { RowsLayout } from './rows-layout';
import { zstdFrameDamage } from './zstd-frame';

/**
 * The chunks of one array as a store for zarrita, proved before zarrita decodes them: zarrita gives fill values for a
 * chunk that is missing, takes its checksum off without comparing it, and its decompressors allocate what a header
 * claims. Keys are those below the array.
 */
export function verifiedChunks(
  storage: ReadableStorage,
  array: StorageKey,
  layout: RowsLayout,
): Pick<ReadableStorage, 'get'> {
  // One byte more than there may be shows a file that is too long.
  const range = { offset: 0, length: layout.maxStoredBytes + 1 };
  return {
    async get(chunkKey, options) {
      const key = joinKey(array, chunkKey.slice(1));
      const place = { array, chunk: chunkCoords(chunkKey), key, byteOffset: 0 };
      const stored = await storage.getRange(key, range, options);
      if (!stored) throw chunkMissing(place);
      verify(stored, layout, place);
      return stored;
    },
  };
}

/** `c/12/0`, `c.12.0`, `12.0`, `12/0`: the coordinates are the numbers. */
function chunkCoords(chunkKey: string): number[] {
  return (chunkKey.match(/\d+/g) ?? []).map(Number);
}

function verify(stored: Uint8Array, layout: RowsLayout, place: ChunkPlace): void {
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
}

function sizeDamage(encoded: Uint8Array, { compressor, chunkBytes }: RowsLayout): string | undefined {
  if (compressor === 'blosc') return bloscHeaderDamage(encoded, chunkBytes);
  if (compressor === 'zstd') return zstdFrameDamage(encoded, chunkBytes);
  if (encoded.byteLength === chunkBytes) return undefined;
  return `has ${encoded.byteLength} bytes, not ${chunkBytes}`;
}
