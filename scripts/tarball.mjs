// What is in the tarball of a package.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const BLOCK_BYTES = 512;
const REGULAR = new Set(['0', '\0']);

/**
 * The files of a tarball as npm and pnpm write it: names are under 256 characters.
 *
 * @returns bytes by path within the package
 * @see POSIX.1-1988, ustar
 */
export function readTarball(path) {
  const tar = gunzipSync(readFileSync(path));
  const files = new Map();
  const text = (at, length) => tar.toString('utf8', at, at + length).split('\0')[0];
  for (let at = 0; at < tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const prefix = text(at + 345, 155);
    const name = (prefix ? `${prefix}/` : '') + text(at, 100);
    const bytes = tar.subarray(at + BLOCK_BYTES, at + BLOCK_BYTES + size);
    if (REGULAR.has(String.fromCharCode(tar[at + 156]))) files.set(name.replace(/^package\//, ''), bytes);
    at += BLOCK_BYTES * (1 + Math.ceil(size / BLOCK_BYTES));
  }
  return files;
}
