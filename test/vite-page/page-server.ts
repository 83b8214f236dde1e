import { readFileSync, statSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { PageJob, PageReport } from './job';

export interface PageServer {
  readonly url: string;
  /** Range requests that were answered. */
  readonly ranges: () => number;
  /** What the next page says. */
  hear(): Promise<PageReport>;
  close(): void;
}

export interface PageServerOptions {
  /** Built page, store and files, by the first part of the path. */
  readonly folders: { readonly page: string; readonly store: string; readonly files: string };
  readonly job: PageJob;
  /** Content-Security-Policy of everything. */
  readonly policy?: string;
}

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** Files with range requests, `job`, and an ear for what the page says: nothing that knows of Zarr. */
export async function servePage({ folders, job, policy }: PageServerOptions): Promise<PageServer> {
  let ranges = 0;
  let hear: (report: PageReport) => void = () => undefined;
  const server: Server = createServer((request, response) => {
    if (policy) response.setHeader('content-security-policy', policy);
    const path = normalize(decodeURIComponent(new URL(request.url!, 'http://host').pathname));
    if (path === '/said') {
      let said = '';
      request.on('data', (bytes) => (said += bytes));
      request.on('end', () => {
        response.end();
        hear(JSON.parse(said));
      });
    } else if (path === '/job') {
      response.end(JSON.stringify(job));
    } else if (path.startsWith('/store/')) {
      if (request.headers.range) ranges++;
      sendFile(response, join(folders.store, path.slice('/store/'.length)), request.headers.range);
    } else if (path.startsWith('/files/')) {
      sendFile(response, join(folders.files, path.slice('/files/'.length)), undefined);
    } else {
      sendFile(response, join(folders.page, path === '/' ? 'index.html' : path), undefined);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    ranges: () => ranges,
    hear: () => new Promise((resolve) => (hear = resolve)),
    close: () => server.close(),
  };
}

function sendFile(response: ServerResponse, file: string, range: string | undefined): void {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    response.writeHead(404).end();
    return;
  }
  const bytes = readFileSync(file);
  const type = TYPES[extname(file)];
  if (type) response.setHeader('content-type', type);
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (from === undefined || to === undefined) {
    response.end(bytes);
    return;
  }
  const first = from === '' ? Math.max(0, bytes.byteLength - Number(to)) : Number(from);
  const last = from === '' || to === '' ? bytes.byteLength - 1 : Math.min(Number(to), bytes.byteLength - 1);
  const part = bytes.subarray(first, last + 1);
  response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${bytes.byteLength}` }).end(part);
}
