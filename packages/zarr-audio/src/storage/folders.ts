import { lstat, mkdir, open, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMissing, systemCode } from './file-errors';
import { badKey } from './keys';

/** Folders that are brought to the disk at the same time. */
const CONCURRENT = 16;

/**
 * Refuses to write where a link in the store leads elsewhere. Links are followed when reading: stores are put together
 * from several disks that way, and a checksum proves what comes.
 *
 * @param segments  Of the key. The last one may be a link: it is replaced or removed, not followed.
 * @throws {StoreError} `STORE_BAD_KEY`
 */
export async function refuseLinks(root: string, segments: readonly string[], key: string): Promise<void> {
  let path = root;
  for (const segment of segments.slice(0, -1)) {
    path = join(path, segment);
    try {
      if ((await lstat(path)).isSymbolicLink()) throw badKey(key, `${path} is a link: nothing is written through it`);
    } catch (error) {
      if (isMissing(error)) return;
      throw error;
    }
  }
}

/**
 * Makes a folder, with those above it. Not by Node's `recursive`, which tells of a missing folder (ENOENT) where the disk is full or may only
 * be read.
 *
 * @returns The folder in which the first new one was made, or undefined if nothing had to be made.
 * @throws The system's error; ENOTDIR where a file stands in the way.
 * @see https://github.com/nodejs/node/issues/47098
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  const above = dirname(path);
  try {
    return (await makeOne(path)) ? above : undefined;
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || above === path) throw error;
  }
  const top = await makeFolder(above);
  const isNew = await makeOne(path);
  return top ?? (isNew ? above : undefined);
}

/** @returns false if it is there already. */
async function makeOne(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    const found = systemCode(error) === 'ENOENT' ? undefined : await stat(path).catch(() => undefined);
    if (found?.isDirectory()) return false;
    // The same to a caller as a file further up.
    if (found) throw Object.assign(new Error(`${path} is a file`), { code: 'ENOTDIR' });
    throw error;
  }
}

/** Brings a folder's entries to the disk. */
export async function syncFolder(path: string): Promise<void> {
  // Windows can't; NTFS keeps its folders in a journal.
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems can't either.
    if (systemCode(error) !== 'EINVAL') throw error;
  } finally {
    await handle.close();
  }
}

/** The same for the folders from `path` up to `top`. */
export async function syncFoldersUp(path: string, top: string): Promise<void> {
  for (let folder = path; ; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === top || folder === dirname(folder)) return;
  }
}

/** The same for a folder and all below it. Files have been brought to the disk when they were closed. */
export async function syncTree(path: string): Promise<void> {
  const folders = [path];
  // The list grows while it is walked.
  for (const folder of folders) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) folders.push(join(folder, entry.name));
    }
  }
  for (let at = 0; at < folders.length; at += CONCURRENT) {
    await Promise.all(folders.slice(at, at + CONCURRENT).map(syncFolder));
  }
}
