import { FetchStore } from 'zarrita';
import { StoreError } from '../errors';
import { checkByteRange } from './byte-range';
import { checkResponse, urlOf } from './http-response';
import { badKey, keySegments } from './keys';
import type { ReadableStorage, ReadOptions, StorageKey } from './storage';

export interface HttpStorageOptions {
  /** In the place of the global `fetch`: for signed URLs, retries, tests. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/**
 * A store on an HTTP server, read by zarrita's FetchStore with stricter rules about answers.
 *
 * The server should answer range requests. Where it doesn't, whole files come and are cut.
 *
 * Reads throw {StoreError} `STORE_UNREACHABLE` if no answer comes, or half of one; `STORE_HTTP_STATUS` for a status of
 * 400 or more, but for 404 and 410 (there is no such file); `STORE_BAD_RESPONSE` for an answer to another question.
 *
 * @param url  A name and a password in it are sent as Basic authentication, and shown nowhere.
 * @throws {TypeError} if `url` is none.
 */
export function httpStorage(url: string | URL, options: HttpStorageOptions = {}): ReadableStorage {
  const root = new URL(url);
  const authorization = takeCredentials(root);
  const fetchIt = options.fetch ?? ((request: Request) => fetch(request));
  const fetchAs = (request: Request) => {
    if (authorization) request.headers.set('authorization', authorization);
    return ask(request, fetchIt);
  };
  const store = new FetchStore(root, { fetch: fetchAs, useSuffixRequest: true });
  return {
    // Without the query: it may hold a signature.
    description: `${root.origin}${root.pathname}`,
    readsAhead: true,
    async get(key, { signal }: ReadOptions = {}) {
      return store.get(urlPath(key), signal ? { signal } : {});
    },
    async getRange(key, range, { signal }: ReadOptions = {}) {
      checkByteRange(range);
      return store.getRange(urlPath(key), range, signal ? { signal } : {});
    },
  };
}

/** `fetch` refuses addresses with a user's name, and nothing should show a password. @returns How a header says it. */
function takeCredentials(root: URL): string | undefined {
  const { username, password } = root;
  if (username === '' && password === '') return undefined;
  root.username = '';
  root.password = '';
  const bytes = new TextEncoder().encode(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

function urlPath(key: StorageKey): StorageKey {
  const segments = keySegments(key);
  if (segments.length === 0) throw badKey(key, 'it is the root, not a file');
  return `/${segments.map(encodeURIComponent).join('/')}`;
}

async function ask(request: Request, fetchIt: (request: Request) => Promise<Response>): Promise<Response> {
  request.signal.throwIfAborted();
  try {
    return await checkResponse(request, await fetchIt(request));
  } catch (error) {
    request.signal.throwIfAborted();
    if (error instanceof StoreError) throw error;
    const url = urlOf(request);
    throw new StoreError('STORE_UNREACHABLE', `no whole answer from ${url}: ${reasonOf(error)}`, { url }, error);
  }
}

/** `fetch` says 'fetch failed'; why is in the cause. */
function reasonOf(error: unknown): string {
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return reason instanceof Error ? reason.message || reason.name : String(reason);
}
