import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';

/** Files of a folder over HTTP, with range requests: any web server will do. */
export async function serveFolder(folder: string): Promise<{ url: string; ranges: () => number; close(): void }> {
  let ranges = 0;
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url!, 'http://host').pathname));
    const bytes = await readFile(join(folder, path)).catch(() => undefined);
    const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    if (!bytes) response.writeHead(404).end();
    else if (from === '' && to === '') response.end(bytes);
    else {
      ranges++;
      const first = from === '' ? Math.max(0, bytes.length - Number(to)) : Number(from);
      const last = from === '' || to === '' ? bytes.length - 1 : Math.min(Number(to), bytes.length - 1);
      response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${bytes.length}` });
      response.end(bytes.subarray(first, last + 1));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, ranges: () => ranges, close: () => server.close() };
}
