import type { BlobReader } from '../arrays/index';
import { StoreError } from '../errors';
import { createSha256 } from '../sha256';
import type { ReadOptions } from '../storage/storage';

/**
 * The bytes of a blob, with their checksums compared.
 *
 * @param sourceSha256  Of the source, where the blob is the source byte for byte.
 * @throws {StoreError} `CHUNK_MISSING`, `CHUNK_CRC_MISMATCH` and other damage; behind the last byte `BLOB_NOT_SOURCE`.
 */
export async function* exportBlob(
  id: string,
  blob: BlobReader,
  sourceSha256: string | undefined,
  options: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const hash = createSha256();
  for await (const bytes of blob.stream(0, blob.byteLength, options)) {
    if (sourceSha256 !== undefined) hash.update(bytes);
    yield bytes;
  }
  if (sourceSha256 === undefined) return;
  const actual = hash.hex();
  if (actual === sourceSha256) return;
  throw new StoreError(
    'BLOB_NOT_SOURCE',
    `recording ${id} is said to be its source byte for byte, and its blob has SHA-256 ${actual}, not ${sourceSha256}`,
    { recording: id, expected: sourceSha256, actual },
  );
}
