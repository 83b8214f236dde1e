import { open, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { onTestFinished } from 'vitest';

export interface ServedRequest {
  readonly path: string;
  /** `bytes=0-99`; undefined for a whole file. */
  readonly range: string | undefined;
  readonly status: number;
  /** Of the body, as far as it was sent. */
  readonly bytes: number;
}

export interface StaticServer {
  readonly url: string;
  /** What was answered, in order. */
  readonly requests: ServedRequest[];
  /** Breaks off every body after so many bytes. */
  breakAfterBytes: number;
  /** As if the machine had gone: open connections are cut, new ones refused. */
  die(): Promise<void>;
}

/** A web server that knows files and nothing of Zarr, on a folder. It ends with the test. */
export async function serveFolder(folder: string, { ranges }: { ranges: boolean }): Promise<StaticServer> {
  const requests: ServedRequest[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = decodeURIComponent(new URL(request.url!, 'http://host').pathname);
    const { range } = request.headers;
    const finish = (status: number, bytes: number) => requests.push({ path, range, status, bytes });
    const file = join(folder, normalize(path));
    const size = await stat(file).then(
      (stats) => (stats.isFile() ? stats.size : undefined),
      () => undefined,
    );
    if (size === undefined) {
      finish(404, 0);
      response.writeHead(404).end();
      return;
    }
    const wanted = ranges ? /^bytes=(\d*)-(\d*)$/.exec(range ?? '') : null;
    const isSuffix = wanted?.[1] === '';
    const first = !wanted ? 0 : isSuffix ? Math.max(0, size - Number(wanted[2])) : Number(wanted[1]);
    const last = !wanted || isSuffix || wanted[2] === '' ? size - 1 : Math.min(Number(wanted[2]), size - 1);
    if (wanted && first > last) {
      finish(416, 0);
      response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
      return;
    }
    const body = Buffer.alloc(last + 1 - first);
    const handle = await open(file);
    await handle.read(body, 0, body.byteLength, first).finally(() => handle.close());
    const headers = { 'content-length': body.byteLength, ...(ranges ? { 'accept-ranges': 'bytes' } : {}) };
    const status = wanted ? 206 : 200;
    response.writeHead(status, {
      ...headers,
      ...(wanted ? { 'content-range': `bytes ${first}-${last}/${size}` } : {}),
    });
    const sent = body.subarray(0, served.breakAfterBytes);
    finish(status, sent.byteLength);
    if (sent.byteLength === body.byteLength) response.end(body);
    else response.write(sent, () => response.destroy());
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const served = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    breakAfterBytes: Number.POSITIVE_INFINITY,
    async die() {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  onTestFinished(() => served.die());
  return served;
}
