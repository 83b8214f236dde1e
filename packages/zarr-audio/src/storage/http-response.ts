import { StoreError } from '../errors';

/** What a request asks for: a whole file (`undefined`), bytes from `first` to `last` (inclusive), or the last ones. */
type AskedRange = { first: number; last: number } | { suffixLength: number } | undefined;

const NOT_FOUND = new Set([404, 410]);
const RANGE_NOT_SATISFIABLE = 416;

/**
 * An answer that holds what was asked for and nothing else, read to its end: status 200 with the file or the part of it,
 * or 404.
 *
 * @throws {StoreError} `STORE_HTTP_STATUS`, `STORE_BAD_RESPONSE`
 * @see RFC 9110 §14, §15.3.7, §15.5.17
 */
export async function checkResponse(request: Request, response: Response): Promise<Response> {
  const asked = parseRange(request.headers.get('range'));
  const { status } = response;
  if (NOT_FOUND.has(status)) return empty(response, 404);
  // The file ends before the range begins.
  if (status === RANGE_NOT_SATISFIABLE && asked) return empty(response, 200);
  if (status >= 400) {
    await response.body?.cancel();
    const url = urlOf(request);
    throw new StoreError('STORE_HTTP_STATUS', `${url} answers ${status} ${response.statusText}`, { url, status });
  }
  if (status === 200) return new Response(await cut(response, asked), { status: 200 });
  if (status === 206 && asked) return new Response(await checkPart(request, response, asked), { status: 200 });
  await response.body?.cancel();
  throw badResponse(request, `status ${status} is no answer to a ${asked ? 'range' : 'plain'} request`);
}

function parseRange(header: string | null): AskedRange {
  const match = /^bytes=(\d*)-(\d+)$/.exec(header ?? '');
  if (!match) return undefined;
  const [, first, last] = match;
  return first === '' ? { suffixLength: Number(last) } : { first: Number(first), last: Number(last) };
}

async function empty(response: Response, status: number): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, { status });
}

/** A server that knows no ranges sends all. */
async function cut(response: Response, asked: AskedRange): Promise<Uint8Array<ArrayBuffer>> {
  if (!asked) return collect(response, 0, Number.POSITIVE_INFINITY);
  if ('suffixLength' in asked) {
    const all = await collect(response, 0, Number.POSITIVE_INFINITY);
    return all.subarray(Math.max(0, all.byteLength - asked.suffixLength));
  }
  return collect(response, asked.first, asked.last + 1 - asked.first);
}

async function checkPart(
  request: Request,
  response: Response,
  asked: NonNullable<AskedRange>,
): Promise<Uint8Array<ArrayBuffer>> {
  const most = 'suffixLength' in asked ? asked.suffixLength : asked.last + 1 - asked.first;
  const bytes = await collect(response, 0, most + 1);
  if (bytes.byteLength > most) throw badResponse(request, `more than the ${most} bytes that were asked for came`);
  const header = response.headers.get('content-range');
  // Across origins a browser shows this header only if the server allows it. The chunks' checksums remain.
  if (header === null) return bytes;
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header);
  const came = `Content-Range '${header}' with ${bytes.byteLength} bytes came`;
  if (!match) throw badResponse(request, came);
  const [first, last] = [Number(match[1]), Number(match[2])];
  const total = match[3] === '*' ? undefined : Number(match[3]);
  const end = total === undefined ? Number.POSITIVE_INFINITY : total;
  const right =
    'suffixLength' in asked
      ? { first: last + 1 - Math.min(most, end), last: total === undefined ? last : total - 1 }
      : { first: asked.first, last: Math.min(asked.last, end - 1) };
  if (first !== right.first || last !== right.last || bytes.byteLength !== last + 1 - first) {
    throw badResponse(request, `${came}, not what was asked for`);
  }
  return bytes;
}

/** Bytes `[skip, skip + length)` of the body, or as many as there are; no more is read. */
async function collect(response: Response, skip: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let position = 0;
  let collected = 0;
  const reader = response.body?.getReader();
  while (reader && collected < length) {
    const { done, value } = await reader.read();
    if (done) break;
    const from = Math.max(0, skip - position);
    position += value.byteLength;
    if (from >= value.byteLength) continue;
    const part = value.subarray(from, from + length - collected);
    parts.push(part);
    collected += part.byteLength;
  }
  if (collected === length) await reader?.cancel();
  const bytes = new Uint8Array(collected);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

function badResponse(request: Request, why: string): StoreError {
  const url = urlOf(request);
  const range = request.headers.get('range');
  const asked = range === null ? '' : `, asked for ${range}`;
  return new StoreError('STORE_BAD_RESPONSE', `${url}${asked}: ${why}`, { url, range });
}

/** Without the query: it may hold a signature. */
export function urlOf(request: Request): string {
  const { origin, pathname } = new URL(request.url);
  return `${origin}${pathname}`;
}
