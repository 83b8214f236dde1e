import type { ReadableStorage } from './storage';

export interface HttpStorageOptions {
  /** In the place of the global `fetch`: for signed URLs, retries, tests. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

export function httpStorage(url: string | URL, options: HttpStorageOptions = {}): ReadableStorage {
  throw new Error(`draft ${url} ${options}`);
}
