import type { WritableStorage } from './storage';

export interface FileStorageOptions {
  /** Make the folder (and those above it) if it is missing. */
  readonly create?: boolean;
}

export interface FileStorage extends WritableStorage {
  /** Gives the open files back. The storage can still be used. */
  close(): Promise<void>;
}

export async function fileStorage(path: string, options: FileStorageOptions = {}): Promise<FileStorage> {
  throw new Error(`draft ${path} ${options}`);
}
