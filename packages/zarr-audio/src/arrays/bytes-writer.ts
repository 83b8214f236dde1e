import type { JsonObject } from '@zarr-audio/codec';
import { joinKey, type StorageKey, type WritableStorage } from '../storage';
import { CHECKSUM_BYTES } from './blob-layout';
import { crc32c } from './crc32c';
import { bytesDocument } from './metadata-documents';

const MAX_CHUNK_BYTES = 2 ** 20;

/**
 * Writes a plain uint8 array: chunks of 1 MiB, or one of the whole where it is shorter, with CRC-32C.
 *
 * @returns `metadata`: the array's `zarr.json`, which is not written here.
 * @throws {RangeError} for no bytes.
 */
export async function writeBytesArray(
  storage: WritableStorage,
  array: StorageKey,
  bytes: Uint8Array,
  attributes: JsonObject = {},
): Promise<{ metadata: JsonObject }> {
  const { byteLength } = bytes;
  if (byteLength === 0) throw new RangeError(`${array}: an array of no bytes can't be written`);
  const chunkBytes = Math.min(byteLength, MAX_CHUNK_BYTES);
  for (let start = 0; start < byteLength; start += chunkBytes) {
    const stored = new Uint8Array(chunkBytes + CHECKSUM_BYTES);
    stored.set(bytes.subarray(start, start + chunkBytes));
    new DataView(stored.buffer).setUint32(chunkBytes, crc32c(stored.subarray(0, chunkBytes)), true);
    const file = await storage.create(joinKey(array, 'c', `${start / chunkBytes}`));
    try {
      await file.write(stored);
      await file.close();
    } catch (error) {
      await file.abort();
      throw error;
    }
  }
  return { metadata: bytesDocument(byteLength, chunkBytes, attributes) };
}
