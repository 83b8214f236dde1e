import { open, rename, rm } from 'node:fs/promises';
import { CodedError } from '@zarr-audio/codec';
import { interruptSignal } from './interrupt';

/**
 * Writes a file aside and renames it: what was there stays until all is written.
 *
 * @param write  Is given what adds bytes to the file.
 * @throws {CodedError} `OUTPUT_NOT_WRITABLE`; `INTERRUPTED` after Ctrl-C or `kill`, with nothing left behind; and what `write` throws.
 */
export async function writeOutputFile(
  path: string,
  write: (append: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  const signal = interruptSignal();
  const aside = `${path}.${crypto.randomUUID().slice(0, 8)}.part`;
  const notWritable = (cause: Error) =>
    new CodedError('OUTPUT_NOT_WRITABLE', `${path} can't be written: ${cause.message}`, { path }, cause);
  const file = await open(aside, 'wx').catch((cause: Error) => {
    throw notWritable(cause);
  });
  try {
    await write(async (bytes) => {
      signal.throwIfAborted();
      await file.writeFile(bytes);
    });
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
