import { StoreError } from '../errors';
import { checkByteRange } from './byte-range';
import { badKey, keySegments } from './keys';
import type { FileWriter, StorageKey, WritableStorage } from './storage';

/**
 * A store in memory: for tests, and for a page that makes a store of its own.
 *
 * @param files  Files by key, each beginning with `/`: kept and changed in place.
 */
export function memoryStorage(files: Map<string, Uint8Array> = new Map()): WritableStorage {
  const at = (key: StorageKey): StorageKey => {
    if (keySegments(key).length === 0) throw badKey(key, 'it is the root, not a file');
    return key;
  };
  const inside = (folder: StorageKey): string => (keySegments(folder).length === 0 ? '/' : `${folder}/`);
  const under = (folder: StorageKey): string[] => {
    const prefix = inside(folder);
    return [...files.keys()].filter((key) => key.startsWith(prefix));
  };
  const place = (key: StorageKey, bytes: Uint8Array): void => {
    for (let i = key.indexOf('/', 1); i > 0; i = key.indexOf('/', i + 1)) {
      const folder = key.slice(0, i);
      if (files.has(folder)) throw new StoreError('STORE_NOT_A_FOLDER', `${folder} is a file, not a folder`, { key });
    }
    if (under(key).length > 0) throw new StoreError('STORE_EXISTS', `${key} is a folder`, { key });
    files.set(key, bytes);
  };
  return {
    description: 'memory',
    async get(key, { signal } = {}) {
      signal?.throwIfAborted();
      return files.get(at(key))?.slice();
    },
    async getRange(key, range, { signal } = {}) {
      signal?.throwIfAborted();
      checkByteRange(range);
      const bytes = files.get(at(key));
      if (!bytes) return undefined;
      if ('suffixLength' in range) return bytes.slice(Math.max(0, bytes.byteLength - range.suffixLength));
      return bytes.slice(range.offset, range.offset + range.length);
    },
    async list(folder, { signal } = {}) {
      signal?.throwIfAborted();
      const { length } = inside(folder);
      const names = under(folder).map((key) => key.slice(length).split('/')[0]!);
      return [...new Set(names)].sort();
    },
    async set(key, bytes) {
      place(at(key), bytes.slice());
    },
    async create(key) {
      if (files.has(at(key))) throw new StoreError('STORE_EXISTS', `${key} exists already`, { key });
      place(key, new Uint8Array(0));
      return memoryWriter(files, key);
    },
    async append(key, bytes) {
      const before = files.get(at(key));
      if (!before) throw new StoreError('STORE_NOT_FOUND', `there is no file ${key}`, { key });
      const grown = new Uint8Array(before.byteLength + bytes.byteLength);
      grown.set(before);
      grown.set(bytes, before.byteLength);
      files.set(key, grown);
    },
    async rename(from, to) {
      const source = inside(at(from));
      if (inside(at(to)).startsWith(source)) throw badKey(to, `it lies in ${from}`);
      if (files.has(at(to)) || under(to).length > 0) return false;
      const keys = under(from);
      if (keys.length === 0) throw new StoreError('STORE_NOT_FOUND', `there is no folder ${from}`, { key: from });
      for (const key of keys) {
        place(`${to}/${key.slice(source.length)}`, files.get(key)!);
        files.delete(key);
      }
      return true;
    },
    async remove(key) {
      files.delete(at(key));
      for (const inner of under(key)) files.delete(inner);
    },
  };
}

/** Grows the file by doubling, so that many small writes cost no more than few large ones. */
function memoryWriter(files: Map<string, Uint8Array>, key: string): FileWriter {
  let buffer = new Uint8Array(1024);
  let length = 0;
  let open = true;
  return {
    async write(bytes) {
      if (!open) throw new TypeError(`${key} is closed`);
      if (length + bytes.byteLength > buffer.byteLength) {
        const larger = new Uint8Array(Math.max(length + bytes.byteLength, 2 * buffer.byteLength));
        larger.set(buffer.subarray(0, length));
        buffer = larger;
      }
      buffer.set(bytes, length);
      length += bytes.byteLength;
      files.set(key, buffer.subarray(0, length));
    },
    async close() {
      if (open) files.set(key, buffer.slice(0, length));
      open = false;
    },
    async abort() {
      if (open) files.delete(key);
      open = false;
    },
  };
}
