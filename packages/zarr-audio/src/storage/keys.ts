import { StoreError } from '../errors';
import type { StorageKey } from './storage';

/**
 * The segments of a key; none for the root.
 *
 * @throws {StoreError} `STORE_BAD_KEY` unless the key begins with `/` and no segment is empty, `.` or `..`, or holds a
 *   backslash or a NUL.
 */
export function keySegments(key: string): string[] {
  if (key === '/') return [];
  if (!key.startsWith('/')) throw badKey(key, 'it does not begin with /');
  const segments = key.slice(1).split('/');
  for (const segment of segments) {
    if (segment === '' || segment === '.' || segment === '..') throw badKey(key, `a segment is '${segment}'`);
    if (segment.includes('\\') || segment.includes('\0')) throw badKey(key, 'it holds a backslash or a NUL');
  }
  return segments;
}

/** The key of something in a folder. */
export function joinKey(folder: StorageKey, ...names: readonly string[]): StorageKey {
  const tail = names.join('/');
  return folder === '/' ? `/${tail}` : `${folder}/${tail}`;
}

export function badKey(key: string, why: string): StoreError {
  return new StoreError('STORE_BAD_KEY', `the key ${JSON.stringify(key)} can't be used: ${why}`, { key });
}
