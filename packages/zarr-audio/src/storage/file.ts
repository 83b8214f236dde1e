import { lstat, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { StoreError } from '../errors';
import { checkByteRange } from './byte-range';
import { isMissing, readError, systemCode, writeError } from './file-errors';
import { FileRanges } from './file-ranges';
import { appendToFile, createFile } from './file-writer';
import { makeFolder, refuseLinks, syncFolder, syncFoldersUp, syncTree } from './folders';
import { badKey, joinKey, keySegments, windowsObjection } from './keys';
import { isFolder, removeFolder } from './removal';
import type { ByteRange, FileStatus, StorageKey, WritableStorage } from './storage';

/** Where files are written that then take the place of others. Whatever a crash leaves here can go. */
const TEMPORARY: StorageKey = '/.zarr-audio/tmp';
/** A folder that is in the way of `rename`. Windows says EPERM or EACCES. */
const TARGET_EXISTS = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EPERM', 'EACCES']);

export interface FileStorageOptions {
  /** If the folder is missing, it is made with those above it by the first write. Otherwise that is an error. */
  readonly create?: boolean;
}

/**
 * A store in a folder.
 *
 * All methods throw {StoreError} `STORE_IO`, and those that write `STORE_NOT_WRITABLE` and `STORE_FULL`, with the
 * system's error as cause.
 *
 * @throws {StoreError} `STORE_NOT_FOUND`, `STORE_NOT_A_FOLDER`, `STORE_NOT_WRITABLE`, `STORE_FULL`, `STORE_IO`
 */
export async function fileStorage(path: string, options: FileStorageOptions = {}): Promise<WritableStorage> {
  const folder = resolve(path);
  return new FolderStorage(path, await findRoot(folder, options.create ?? false));
}

async function findRoot(folder: string, mayBeMissing: boolean): Promise<string> {
  const notAFolder = () => new StoreError('STORE_NOT_A_FOLDER', `${folder} is not a folder`, { path: folder });
  try {
    if ((await stat(folder)).isDirectory()) return await realpath(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') throw notAFolder();
    if (!isMissing(error)) throw readError(error, folder);
    if (mayBeMissing) return folder;
    throw new StoreError('STORE_NOT_FOUND', `there is no folder ${folder}`, { path: folder }, error);
  }
  throw notAFolder();
}

class FolderStorage implements WritableStorage {
  readonly description: string;
  readonly #root: string;
  readonly #ranges = new FileRanges();

  constructor(description: string, root: string) {
    this.description = description;
    this.#root = root;
  }

  async get(key: StorageKey, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<Uint8Array | undefined> {
    const path = this.#path(this.#fileSegments(key));
    signal?.throwIfAborted();
    try {
      const bytes = await readFile(path, { signal });
      // A Buffer's slice() is a view where everyone expects a copy.
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    } catch (error) {
      signal?.throwIfAborted();
      if (isMissing(error) || systemCode(error) === 'EISDIR') return undefined;
      throw readError(error, path);
    }
  }

  async getRange(
    key: StorageKey,
    range: ByteRange,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<Uint8Array | undefined> {
    const path = this.#path(this.#fileSegments(key));
    checkByteRange(range);
    signal?.throwIfAborted();
    try {
      const bytes = await this.#ranges.read(path, range);
      signal?.throwIfAborted();
      return bytes;
    } catch (error) {
      signal?.throwIfAborted();
      if (isMissing(error) || systemCode(error) === 'EISDIR') return undefined;
      throw readError(error, path);
    }
  }

  async list(folder: StorageKey, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<string[]> {
    const path = this.#path(this.#segments(folder));
    signal?.throwIfAborted();
    try {
      return (await readdir(path)).sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw readError(error, path);
    }
  }

  async status(key: StorageKey): Promise<FileStatus | undefined> {
    const path = this.#path(this.#segments(key));
    try {
      const found = await lstat(path);
      const isFolder = found.isDirectory();
      return { isFolder, bytes: isFolder ? 0 : found.size, modifiedMs: found.mtimeMs };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw readError(error, path);
    }
  }

  async set(key: StorageKey, bytes: Uint8Array): Promise<void> {
    const segments = this.#fileSegments(key);
    const aside = joinKey(TEMPORARY, `${crypto.randomUUID()}.part`);
    const file = await this.create(aside);
    try {
      await file.write(bytes);
      await file.close();
      await this.#write(key, segments, async (path) => {
        const folder = dirname(path);
        const top = await makeFolder(folder);
        await rename(this.#path(keySegments(aside)), path);
        await syncFoldersUp(folder, top ?? folder);
      });
    } catch (error) {
      await file.abort();
      await rm(this.#path(keySegments(aside)), { force: true });
      const code = systemCode(error instanceof StoreError ? error.cause : error);
      if (code === 'EISDIR') throw new StoreError('STORE_EXISTS', `${key} is a folder`, { key }, error);
      throw error;
    }
  }

  async create(key: StorageKey) {
    return this.#write(key, this.#fileSegments(key), async (path) => {
      try {
        const top = await makeFolder(dirname(path));
        // The store's own folder is new: what is moved into it later relies on that it stays.
        if (top !== undefined && top.length < this.#root.length) await syncFoldersUp(dirname(this.#root), top);
        return await createFile(path);
      } catch (error) {
        if (systemCode(error) !== 'EEXIST') throw error;
        throw new StoreError('STORE_EXISTS', `${key} exists already`, { key }, error);
      }
    });
  }

  async append(key: StorageKey, bytes: Uint8Array): Promise<void> {
    await this.#write(key, this.#fileSegments(key), async (path) => {
      try {
        await appendToFile(path, bytes);
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') throw error;
        throw new StoreError('STORE_NOT_FOUND', `there is no file ${key}`, { key }, error);
      }
    });
  }

  async rename(from: StorageKey, to: StorageKey): Promise<boolean> {
    const source = this.#path(this.#fileSegments(from));
    const target = this.#fileSegments(to);
    if (`${to}/`.startsWith(`${from}/`)) throw badKey(to, `it lies in ${from}`);
    await this.#write(from, this.#fileSegments(from), () => this.#syncSource(from, source));
    return this.#write(to, target, async (path) => {
      const folder = dirname(path);
      const top = await makeFolder(folder);
      try {
        await rename(source, path);
      } catch (error) {
        if (TARGET_EXISTS.has(systemCode(error) ?? '') && (await exists(path))) return false;
        throw error;
      }
      await syncFoldersUp(folder, top ?? folder);
      await syncFolder(dirname(source));
      return true;
    });
  }

  async remove(key: StorageKey): Promise<void> {
    await this.#write(key, this.#fileSegments(key), async (path) => {
      if (!(await isFolder(path))) return rm(path, { force: true });
      const aside = keySegments(TEMPORARY);
      await refuseLinks(this.#root, [...aside, ''], key);
      return removeFolder(path, this.#path(aside));
    });
  }

  async #syncSource(from: StorageKey, source: string): Promise<void> {
    try {
      await syncTree(source);
    } catch (error) {
      if (!isMissing(error)) throw error;
      throw new StoreError('STORE_NOT_FOUND', `there is no folder ${from}`, { key: from }, error);
    }
  }

  /** Does something to a path that no link leads out of the store, and tells the system's failures in our terms. */
  async #write<T>(key: StorageKey, segments: readonly string[], act: (path: string) => Promise<T>): Promise<T> {
    const path = this.#path(segments);
    try {
      await refuseLinks(this.#root, segments, key);
      return await act(path);
    } catch (error) {
      throw writeError(error, path);
    }
  }

  #fileSegments(key: StorageKey): string[] {
    const segments = this.#segments(key);
    if (segments.length === 0) throw badKey(key, 'it is the root, not a file');
    return segments;
  }

  #segments(key: StorageKey): string[] {
    const segments = keySegments(key);
    const objection = process.platform === 'win32' ? segments.map(windowsObjection).find(Boolean) : undefined;
    if (objection !== undefined) throw badKey(key, objection);
    return segments;
  }

  #path(segments: readonly string[]): string {
    return join(this.#root, ...segments);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
