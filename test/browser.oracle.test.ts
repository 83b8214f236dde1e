import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openInChromium } from './chromium';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = `${root}.cache/browser/`;

/** What an example fetches, by the ending of its name. */
const SOUND: Record<string, string> = {
  '.opus': 'fixtures/ogg_opus/full_test.opus',
  '.ogg': 'fixtures/ogg_opus/ogg_opus.ogg',
  '.webm': 'fixtures/webm_opus/bug1066943.webm',
  '.mka': 'fixtures/webm_opus/bear-opus.mka',
  '.m4a': 'fixtures/golden/mp4/exact.m4a',
  '.mp4': 'fixtures/golden/mp4/end.mp4',
  '.bit': 'fixtures/opus_vectors/testvector03.bit',
  '.flac': 'fixtures/flac/small-shot.flac',
  '.WAV': 'fixtures/wildlife/20210201_210100T.WAV',
};

/** The first example of the section 'In a browser' of every readme that has one. */
const examples = readdirSync(`${root}packages`).flatMap((name) => {
  const readme = readFileSync(`${root}packages/${name}/README.md`, 'utf8');
  const [, section = ''] = readme.split('## In a browser');
  const [, code] = /```(?:ts|js)\n([\s\S]*?)```/.exec(section.split('\n## ')[0]!) ?? [];
  return code === undefined ? [] : [{ name, code }];
});

/** What the example prints goes back to the server, and at last how it ended. */
const page = (script: string) => `<!doctype html><meta charset="utf-8"><script type="module">
const lines = [];
console.log = (...values) => lines.push(values.join(' '));
try { await import('/${script}'); lines.push('ENDED'); } catch (error) { lines.push('FAILED ' + error.stack); }
await fetch('/said', { method: 'POST', body: lines.join('\\n') });
</script>`;

/** Resolved with what a page said. */
let hear: (said: string) => void = () => undefined;

let server: Server;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  for (const { name, code } of examples) writeFileSync(`${folder}${name}.ts`, `${code}\nexport {};\n`);
  const sources = readdirSync(`${root}packages`).map((name) => [
    name === 'zarr-audio' ? name : `@zarr-audio/${name}`,
    `${root}packages/${name}/src/index.ts`,
  ]);
  await build({
    entry: examples.map(({ name }) => `${folder}${name}.ts`),
    outDir: `${folder}dist`,
    format: ['esm'],
    platform: 'browser',
    target: 'es2022',
    noExternal: [/.*/],
    config: false,
    silent: true,
    esbuildOptions: (options) => {
      options.alias = Object.fromEntries(sources);
    },
  });
  server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://localhost').pathname.slice(1);
    const [name = ''] = path.split('.');
    if (path === 'said') {
      let said = '';
      request.on('data', (bytes) => (said += bytes));
      request.on('end', () => {
        response.end();
        hear(said);
      });
    } else if (path.endsWith('.html')) {
      response.setHeader('content-type', 'text/html').end(page(`${name}.js`));
    } else if (path.endsWith('.js')) {
      response.setHeader('content-type', 'text/javascript').end(readFileSync(`${folder}dist/${path}`));
    } else if (SOUND[extname(path)]) {
      response.end(readFileSync(root + SOUND[extname(path)]!));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => server.close());

it('there is one for every package that takes files or packets apart', () => {
  const names = examples.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['matroska-demux', 'mp4-demux', 'ogg-demux', 'ogg-mux', 'opus-parser']));
});

describe('the browser example of the readme runs in Chromium', () => {
  it.each(examples)('$name', async ({ name }) => {
    const { port } = server.address() as AddressInfo;
    const address = `http://127.0.0.1:${port}/${name}.html`;
    const heard = new Promise<string>((resolve) => (hear = resolve));
    const text = await openInChromium(address, heard);
    expect(text).toMatch(/ENDED$/);
    expect(text.split('\n').length, 'an example shows something').toBeGreaterThan(1);
  });
});
