import { StoreError } from '../errors';
import type { StorageKey } from './storage';

/** Of names of files on all disks that are in use. */
const MAX_SEGMENT_CHARS = 255;

/**
 * The segments of a key; none for the root.
 *
 * @throws {StoreError} `STORE_BAD_KEY` unless the key begins with `/` and no segment is empty, `.` or `..`, longer than a name can
 *   be, or holds a backslash or a NUL.
 */
export function keySegments(key: string): string[] {
  if (key === '/') return [];
  if (!key.startsWith('/')) throw badKey(key, 'it does not begin with /');
  const segments = key.slice(1).split('/');
  for (const segment of segments) {
    if (segment === '' || segment === '.' || segment === '..') throw badKey(key, `a segment is '${segment}'`);
    if (segment.length > MAX_SEGMENT_CHARS) throw badKey(key.slice(0, MAX_SEGMENT_CHARS), 'a segment is too long');
    if (segment.includes('\\') || segment.includes('\0')) throw badKey(key, 'it holds a backslash or a NUL');
  }
  return segments;
}

/** Names of devices, whatever ending they have. */
const WINDOWS_DEVICE =
  /^(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$)(\.|$)/i;

/**
 * Why a segment would be another file on Windows than one of this name, or none; undefined if it is fine.
 *
 * @see https://learn.microsoft.com/windows/win32/fileio/naming-a-file
 */
export function windowsObjection(segment: string): string | undefined {
  // A drive, or a second stream of a file.
  if (segment.includes(':')) return 'it holds a colon';
  if (/[. ]$/.test(segment)) return 'a segment ends with a dot or a space';
  if (WINDOWS_DEVICE.test(segment)) return `'${segment}' is a device`;
  return undefined;
}

/** The key of something in a folder. */
export function joinKey(folder: StorageKey, ...names: readonly string[]): StorageKey {
  const tail = names.join('/');
  return folder === '/' ? `/${tail}` : `${folder}/${tail}`;
}

export function badKey(key: string, why: string): StoreError {
  return new StoreError('STORE_BAD_KEY', `the key ${JSON.stringify(key)} can't be used: ${why}`, { key });
}
