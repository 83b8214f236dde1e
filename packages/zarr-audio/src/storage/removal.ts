import { lstat, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMissing } from './file-errors';
import { makeFolder, syncFolder } from './folders';

/** How the name ends of what was moved aside to be removed. */
const GONE = '.gone';

/** Whether there is a folder; a link to one is none. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/**
 * Removes a folder in one step: it is moved aside first, so whoever reads, or comes after a crash, sees all of it or nothing. Files are
 * taken away one by one where nobody looks.
 *
 * @param aside  A folder of the same disk, made if it is missing.
 * @throws The system's error.
 */
export async function removeFolder(path: string, aside: string): Promise<void> {
  await rm(await movedAside(path, aside), { recursive: true, force: true });
}

/** @returns Where it lies now. */
async function movedAside(path: string, aside: string): Promise<string> {
  // Nothing can be moved into itself.
  if (`${aside}/`.startsWith(`${path}/`)) return path;
  const target = join(aside, `${crypto.randomUUID()}${GONE}`);
  try {
    await makeFolder(aside);
    await rename(path, target);
  } catch {
    // Somebody else has removed it, or a disk is too full even for that. Without this file it is neither a recording nor an array.
    await rm(join(path, 'zarr.json'), { force: true });
    await syncFolder(path).catch(unlessMissing);
    return path;
  }
  if (dirname(path) !== aside) {
    await syncFolder(aside);
    await syncFolder(dirname(path));
  }
  return target;
}

function unlessMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
