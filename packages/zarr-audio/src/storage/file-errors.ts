import { StoreError } from '../errors';

const NOT_WRITABLE = new Set(['EACCES', 'EPERM', 'EROFS']);
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const MISSING = new Set(['ENOENT', 'ENOTDIR']);

/** The system's name of an error: `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Is it said that there is no such file? */
export function isMissing(error: unknown): boolean {
  return MISSING.has(systemCode(error) ?? '');
}

/** A failure to read, as an error of ours. */
export function readError(error: unknown, path: string): unknown {
  return wrap(error, path, 'STORE_IO', "can't be read");
}

/** A failure to write, as an error of ours. */
export function writeError(error: unknown, path: string): unknown {
  const code = systemCode(error) ?? '';
  if (NOT_WRITABLE.has(code)) return wrap(error, path, 'STORE_NOT_WRITABLE', 'may not be written');
  if (FULL.has(code)) return wrap(error, path, 'STORE_FULL', "can't be written: there is no space left");
  if (code === 'ENOTDIR') return wrap(error, path, 'STORE_NOT_A_FOLDER', 'lies below a file');
  return wrap(error, path, 'STORE_IO', "can't be written");
}

function wrap(error: unknown, path: string, code: string, what: string): unknown {
  const system = systemCode(error);
  // Not the system's failure: an error of ours, or a bug.
  if (system === undefined || error instanceof StoreError) return error;
  return new StoreError(code, `${path} ${what} (${system})`, { path, system }, error);
}
