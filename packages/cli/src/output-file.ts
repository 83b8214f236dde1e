import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { CodedError } from '@zarr-audio/codec';

/**
 * Writes a file aside and renames it: what was there stays until all is written.
 *
 * @throws {CodedError} `OUTPUT_NOT_WRITABLE`; and what `write` throws.
 */
export async function writeOutputFile(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const aside = `${path}.${crypto.randomUUID().slice(0, 8)}.part`;
  const notWritable = (cause: Error) =>
    new CodedError('OUTPUT_NOT_WRITABLE', `${path} can't be written: ${cause.message}`, { path }, cause);
  const file = await open(aside, 'wx').catch((cause: Error) => {
    throw notWritable(cause);
  });
  try {
    await write(file);
    await file.close();
    await rename(aside, path).catch((cause: Error) => {
      throw notWritable(cause);
    });
  } catch (error) {
    await file.close();
    await rm(aside, { force: true });
    throw error;
  }
}
