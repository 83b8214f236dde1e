import { constants, type FileHandle, open, rm } from 'node:fs/promises';
import { writeError } from './file-errors';
import type { FileWriter } from './storage';

/**
 * A new file, open for writing.
 *
 * @throws The system's error.
 */
export async function createFile(path: string): Promise<FileWriter> {
  const handle = await open(path, 'wx');
  let isOpen = true;
  let isComplete = false;
  const release = async () => {
    if (!isOpen) return;
    isOpen = false;
    await handle.close();
  };
  return {
    async write(bytes) {
      try {
        await writeAll(handle, bytes);
      } catch (error) {
        throw writeError(error, path);
      }
    },
    async close() {
      if (!isOpen) throw new TypeError(`${path} is closed`);
      try {
        await handle.sync();
        await release();
        isComplete = true;
      } catch (error) {
        await release();
        throw writeError(error, path);
      }
    },
    async abort() {
      if (isComplete) return;
      try {
        await release();
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}

/** No link leads elsewhere, and nothing is made. */
const APPEND = constants.O_WRONLY | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0);

/**
 * Adds bytes to the end of a file.
 *
 * @throws The system's error.
 */
export async function appendToFile(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, APPEND);
  try {
    await writeAll(handle, bytes);
  } finally {
    await handle.close();
  }
}

/** One call may write a part only. */
async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.byteLength - at);
    at += bytesWritten;
  }
}
