/** A key of a store: a path from its root, with `/` between the segments, as zarrita has it. */
export type StorageKey = `/${string}`;

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Bytes `[offset, offset + length)`, or the last `suffixLength` ones. */
export type ByteRange = { offset: number; length: number } | { suffixLength: number };

/**
 * Files by key. zarrita takes it as a store, as it is.
 *
 * @throws {StoreError} `STORE_BAD_KEY` for a key that leads out of the store or that some kind of store can't have.
 */
export interface ReadableStorage {
  /** What it is and where, for messages. */
  readonly description: string;
  /**
   * A request takes much longer than its bytes do (HTTP): what may be needed next is asked for together with what is. If
   * left out, nothing is read that is not needed.
   */
  readonly readsAhead?: boolean;
  /** A whole file, or undefined where there is none. */
  get(key: StorageKey, options?: ReadOptions): Promise<Uint8Array | undefined>;
  /**
   * A part of a file, or undefined where there is no file. Shorter than asked for where the file ends before,
   * and empty where it ends before the range begins; never filled up.
   *
   * @throws {RangeError} for a range of no bytes, or of no safe integers.
   */
  getRange(key: StorageKey, range: ByteRange, options?: ReadOptions): Promise<Uint8Array | undefined>;
  /** Names of the files and folders in a folder, sorted; none if there is no such folder. Absent where it can't be had (HTTP). */
  list?(folder: StorageKey, options?: ReadOptions): Promise<string[]>;
  /**
   * Of a file or a folder, or undefined where there is neither; of a link it is the link's own. Absent where it can't be had: then nothing
   * tells how old something is.
   */
  status?(key: StorageKey): Promise<FileStatus | undefined>;
}

/** What is known of a file or folder without reading it. */
export interface FileStatus {
  readonly isFolder: boolean;
  /** 0 for a folder. */
  readonly bytes: number;
  /** When it was changed last, in milliseconds since 1970; of a folder, when something was added or taken away directly in it. */
  readonly modifiedMs: number;
}

/** A new file, written from start to end. */
export interface FileWriter {
  /** Appends. The bytes may be changed once the promise is fulfilled. One call at a time. */
  write(bytes: Uint8Array): Promise<void>;
  /** The bytes are on the disk when the promise is fulfilled. */
  close(): Promise<void>;
  /** Drops the file. Without effect after `close`. */
  abort(): Promise<void>;
}

export interface WritableStorage extends ReadableStorage {
  /**
   * A whole file, new or in the place of an old one: readers, and whoever comes after a crash, see one or the other.
   * @throws {StoreError} `STORE_EXISTS` if a folder has this key, `STORE_NOT_A_FOLDER` if a file is in its path.
   */
  set(key: StorageKey, bytes: Uint8Array): Promise<void>;
  /**
   * A new file; it can be seen while it grows.
   * @throws {StoreError} `STORE_EXISTS` if something has this key, `STORE_NOT_A_FOLDER` if a file is in its path.
   */
  create(key: StorageKey): Promise<FileWriter>;
  /**
   * Adds bytes to the end of a file that is there, in one go where that can be had: what others add lies before or behind them. After a
   * crash of the machine they, or a part of them, may be lost. Absent where it can't be had (object stores).
   * @throws {StoreError} `STORE_NOT_FOUND` if there is no such file.
   */
  append?(key: StorageKey, bytes: Uint8Array): Promise<void>;
  /**
   * Moves a folder, in one step; all that was written in it is on the disk when the promise is fulfilled.
   * @returns false, with nothing changed, if `to` exists. An empty folder counts as none.
   * @throws {StoreError} `STORE_NOT_FOUND` if `from` doesn't exist.
   */
  rename(from: StorageKey, to: StorageKey): Promise<boolean>;
  /** Removes a file, or a folder with all that is in it in one step, as others see it; nothing happens where there is none. */
  remove(key: StorageKey): Promise<void>;
}
