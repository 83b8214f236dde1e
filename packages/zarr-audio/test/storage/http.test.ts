import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorCode } from '@zarr-audio/codec';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as zarr from 'zarrita';
import { httpStorage, memoryStorage, type StorageKey } from '../../src/storage';
import { failureOf, openBlobAt, openRowsAt, packetRows, sampleBytes, writeBlob, writeRows } from '../arrays/stores';

const TEXT = '0123456789';
const files = new Map<string, Uint8Array>([
  ['/file', new TextEncoder().encode(TEXT)],
  ['/a b/ü#?%.json', new TextEncoder().encode('odd')],
]);

type Answer = (request: IncomingMessage, response: ServerResponse, file: Uint8Array | undefined) => void;

/** As servers do: RFC 9110 §14. */
const answerRanges: Answer = (request, response, file) => {
  if (!file) return void response.writeHead(404).end();
  const match = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
  if (!match) return void response.writeHead(200, { 'content-length': file.byteLength }).end(file);
  const isSuffix = match[1] === '';
  const first = isSuffix ? Math.max(0, file.byteLength - Number(match[2])) : Number(match[1]);
  const last = isSuffix ? file.byteLength - 1 : Math.min(Number(match[2]), file.byteLength - 1);
  if (first > last) return void response.writeHead(416, { 'content-range': `bytes */${file.byteLength}` }).end();
  const range = `bytes ${first}-${last}/${file.byteLength}`;
  response.writeHead(206, { 'content-range': range, 'content-length': last + 1 - first });
  response.end(file.subarray(first, last + 1));
};

const answerWhole: Answer = (_, response, file) => {
  if (!file) return void response.writeHead(404).end();
  response.writeHead(200).end(file);
};

let answer: Answer;
let server: Server;
let url: string;
const paths: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    paths.push(request.url!);
    const { pathname } = new URL(request.url!, 'http://host');
    answer(request, response, files.get(decodeURIComponent(pathname.slice('/store'.length))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/store`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  answer = answerRanges;
  paths.length = 0;
});

const textOf = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);
const range = async (offset: number, length: number) => {
  return textOf(await httpStorage(url).getRange('/file', { offset, length }));
};
const suffix = async (suffixLength: number) => textOf(await httpStorage(url).getRange('/file', { suffixLength }));

describe.each([
  ['with range requests', answerRanges],
  ['without', answerWhole],
] as const)('a server %s', (_, kind) => {
  beforeEach(() => {
    answer = kind;
  });

  it('gives files and parts of them, and nothing for what is not there', async () => {
    expect(textOf(await httpStorage(url).get('/file'))).toBe(TEXT);
    expect(await range(2, 3)).toBe('234');
    expect(await range(0, 10)).toBe(TEXT);
    expect(await range(8, 100)).toBe('89');
    expect(await range(10, 5)).toBe('');
    expect(await range(100, 5)).toBe('');
    expect(await suffix(3)).toBe('789');
    expect(await suffix(100)).toBe(TEXT);
    expect(await httpStorage(url).get('/nothing')).toBeUndefined();
    expect(await httpStorage(url).getRange('/nothing', { offset: 0, length: 1 })).toBeUndefined();
    expect(await httpStorage(url).getRange('/nothing', { suffixLength: 1 })).toBeUndefined();
  });

  it('serves arrays, to us and to zarrita', async () => {
    const bytes = sampleBytes(5000);
    const storage = memoryStorage(files);
    await storage.remove('/rec');
    await writeBlob(storage, '/rec/blob', bytes, { chunkBytes: 256, shardBytes: 1024 });
    const rows = packetRows(10);
    await writeRows(storage, '/rec/index', rows, 5, { chunkRows: 4 });
    const blob = await openBlobAt(httpStorage(url), '/rec/blob');
    expect(await blob.read(0, 5000)).toEqual(bytes);
    expect(await blob.read(4000, 4100)).toEqual(bytes.slice(4000, 4100));
    const index = await openRowsAt(httpStorage(new URL(url)), '/rec/index');
    expect([...(await index.chunk(2))[0]!]).toEqual([rows[40], rows[45]]);
    const array = await zarr.open.v3(zarr.root(httpStorage(url)).resolve('rec/blob'), { kind: 'array' });
    expect((await zarr.get(array)).data).toEqual(bytes);
  });
});

describe('requests', () => {
  it('keep to the store, whatever the key', async () => {
    const storage = httpStorage(`${url}?token=secret`);
    expect(textOf(await storage.get('/a b/ü#?%.json'))).toBe('odd');
    expect(await storage.get('/http://example.org/x'.replace('//', '/') as StorageKey)).toBeUndefined();
    expect(paths).toEqual([
      '/store/a%20b/%C3%BC%23%3F%25.json?token=secret',
      '/store/http%3A/example.org/x?token=secret',
    ]);
    for (const key of ['/../x', '/', '//host/x', '/a/%2e%2e/../b'] as const) {
      await expect(storage.get(key)).rejects.toMatchObject({ code: 'STORE_BAD_KEY' });
      await expect(storage.getRange(key, { suffixLength: 1 })).rejects.toMatchObject({ code: 'STORE_BAD_KEY' });
    }
    await storage.get('/%2e%2e/x');
    expect(paths.at(-1)).toBe('/store/%252e%252e/x?token=secret');
  });

  it('go through the fetch that was given', async () => {
    const asked: string[] = [];
    const storage = httpStorage('https://bucket.example/store.zarr', {
      fetch: async (request) => {
        asked.push(`${request.method} ${request.url} ${request.headers.get('range')}`);
        return new Response('5', { status: 206, headers: { 'content-range': 'bytes 5-5/10' } });
      },
    });
    expect(textOf(await storage.getRange('/file', { offset: 5, length: 1 }))).toBe('5');
    expect(asked).toEqual(['GET https://bucket.example/store.zarr/file bytes=5-5']);
    expect(storage.description).toBe('https://bucket.example/store.zarr');
    expect(httpStorage(`${url}?token=secret`).description).toBe(url);
    expect(() => httpStorage('no url')).toThrow(TypeError);
  });

  it('say who asks, where the address does, and show no password', async () => {
    const asked: string[] = [];
    const storage = httpStorage('https://me:p%C3%A4ss@bucket.example/store.zarr', {
      fetch: async (request) => {
        asked.push(request.url, request.headers.get('authorization') ?? '');
        return new Response('', { status: 500 });
      },
    });
    await expect(storage.get('/file')).rejects.toMatchObject({
      code: 'STORE_HTTP_STATUS',
      message: expect.not.stringContaining('p%C3%A4ss'),
    });
    const basic = `Basic ${Buffer.from('me:päss').toString('base64')}`;
    expect(asked).toEqual(['https://bucket.example/store.zarr/file', basic]);
    expect(storage.description).toBe('https://bucket.example/store.zarr');
  });

  it.each([{ offset: 0, length: 0 }, { offset: -1, length: 1 }, { suffixLength: 0 }])(
    'are not made for %j',
    async (bad) => {
      await expect(httpStorage(url).getRange('/file', bad)).rejects.toThrow(RangeError);
      expect(paths).toEqual([]);
    },
  );

  it('end with the reason of a signal, before, and while an answer comes', async () => {
    const storage = httpStorage(url);
    const reason = new Error('enough');
    await expect(storage.get('/file', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    for (const bodyToo of [false, true]) {
      const controller = new AbortController();
      answer = (_request, response) => {
        if (bodyToo) response.writeHead(200, { 'content-length': 10 }).write('01');
        setTimeout(() => controller.abort(reason), 20);
      };
      await expect(storage.get('/file', { signal: controller.signal })).rejects.toBe(reason);
    }
  });
});

describe('answers', () => {
  const failure = async (offset = 2, length = 3) => {
    const error = await failureOf(httpStorage(url).getRange('/file', { offset, length }));
    return [errorCode(error), error.details] as const;
  };

  it.each([400, 401, 403, 429, 500, 503])('with status %i are STORE_HTTP_STATUS, which tells it', async (status) => {
    answer = (_, response) => response.writeHead(status).end('why');
    const details = { status, url: `${url}/file` };
    expect(await failure()).toEqual(['STORE_HTTP_STATUS', details]);
    await expect(httpStorage(`${url}?token=secret`).get('/file')).rejects.toMatchObject({
      code: 'STORE_HTTP_STATUS',
      message: expect.not.stringContaining('secret'),
    });
  });

  it('with status 410 say that there is no such file', async () => {
    answer = (_, response) => response.writeHead(410).end();
    expect(await httpStorage(url).get('/file')).toBeUndefined();
  });

  it.each([
    ['204 to a range', 204, {}, ''],
    ['206 of another place', 206, { 'content-range': 'bytes 0-2/10' }, '012'],
    ['206 shorter than asked', 206, { 'content-range': 'bytes 2-3/10' }, '23'],
    ['206 shorter than asked, of a file of unknown length', 206, { 'content-range': 'bytes 2-3/*' }, '23'],
    ['206 longer than asked', 206, { 'content-range': 'bytes 2-5/10' }, '2345'],
    ['206 longer than asked, without saying so', 206, {}, '2345'],
    ['206 whose body is shorter than it says', 206, { 'content-range': 'bytes 2-4/10' }, '23'],
    ['206 that says nothing readable', 206, { 'content-range': 'lines 2-4/10' }, '234'],
  ])('%s are STORE_BAD_RESPONSE', async (_, status, headers, body) => {
    answer = (_request, response) => response.writeHead(status, headers).end(body);
    expect(await failure()).toEqual(['STORE_BAD_RESPONSE', { url: `${url}/file`, range: 'bytes=2-4' }]);
  });

  it.each([
    ['206 that is not the end', { 'content-range': 'bytes 5-7/10' }, '567'],
    ['206 shorter than asked', { 'content-range': 'bytes 8-9/10' }, '89'],
    ['206 longer than asked', { 'content-range': 'bytes 6-9/10' }, '6789'],
  ])('to a request of the last bytes, %s is STORE_BAD_RESPONSE', async (_, headers, body) => {
    answer = (_request, response) => response.writeHead(206, headers).end(body);
    await expect(suffix(3)).rejects.toMatchObject({ code: 'STORE_BAD_RESPONSE' });
  });

  it('with status 206 to a plain request are STORE_BAD_RESPONSE', async () => {
    answer = (_, response) => response.writeHead(206, { 'content-range': 'bytes 0-2/10' }).end('012');
    await expect(httpStorage(url).get('/file')).rejects.toMatchObject({ code: 'STORE_BAD_RESPONSE' });
  });

  it('without a Content-Range, which a browser may hide, are taken by their length', async () => {
    answer = (_, response) => response.writeHead(206).end('234');
    expect(await range(2, 3)).toBe('234');
    expect(await suffix(3)).toBe('234');
  });

  it('of a file of unknown length are taken if they are whole', async () => {
    answer = (_, response) => response.writeHead(206, { 'content-range': 'bytes 2-4/*' }).end('234');
    expect(await range(2, 3)).toBe('234');
  });

  it('that break off are STORE_UNREACHABLE', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('01', () => response.destroy());
    };
    const error = await failureOf(httpStorage(url).get('/file'));
    expect(errorCode(error)).toBe('STORE_UNREACHABLE');
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('that never come are STORE_UNREACHABLE, with the cause', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const error = await failureOf(httpStorage(`http://127.0.0.1:${port}/`).get('/file'));
    expect(errorCode(error)).toBe('STORE_UNREACHABLE');
    expect(error.message).toContain('ECONNREFUSED');
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('without range support are read no further than needed', async () => {
    let sent = 0;
    let isCancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(1000).fill(sent));
        sent++;
      },
      cancel() {
        isCancelled = true;
      },
    });
    const storage = httpStorage('http://host/', { fetch: async () => new Response(endless) });
    expect(await storage.getRange('/file', { offset: 1999, length: 2 })).toEqual(Uint8Array.of(1, 2));
    expect(sent).toBeLessThan(6);
    expect(isCancelled).toBe(true);
  });
});
