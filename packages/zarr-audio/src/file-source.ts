import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ByteSource } from '@zarr-audio/codec';
import { StoreError } from './errors';

/** Read at a time: large enough that system calls don't count, small enough to stay in the cache. */
const CHUNK_BYTES = 256 * 1024;

/**
 * A local file to import.
 *
 * @throws {StoreError} `SOURCE_NOT_FOUND`, `SOURCE_NOT_A_FILE`, `SOURCE_UNREADABLE`
 */
export async function fileSource(path: string): Promise<ByteSource> {
  const stats = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(path, cause);
  });
  if (!stats.isFile()) throw new StoreError('SOURCE_NOT_A_FILE', `${path} is no file`, { path });
  return {
    name: basename(path),
    byteLength: stats.size,
    path,
    async *open({ signal } = {}) {
      const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
        throw unreadable(path, cause);
      });
      try {
        for (;;) {
          signal?.throwIfAborted();
          const buffer = new Uint8Array(CHUNK_BYTES);
          const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null).catch((cause: NodeJS.ErrnoException) => {
            throw unreadable(path, cause);
          });
          if (bytesRead === 0) return;
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await file.close();
      }
    },
  };
}

function unreadable(path: string, cause: NodeJS.ErrnoException): StoreError {
  if (cause.code === 'ENOENT') return new StoreError('SOURCE_NOT_FOUND', `there is no file ${path}`, { path }, cause);
  return new StoreError('SOURCE_UNREADABLE', `${path} can't be read: ${cause.message}`, { path }, cause);
}
