import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { installPacked, installTarballs, packAll } from '../scripts/packed.mjs';
import { openInChromium } from './chromium';

/*
 * The page of `npm create zarr-audio my-page -- --template browser`, in Chromium, with packages from their tarballs.
 */

const root = fileURLToPath(new URL('../', import.meta.url));

const VITE = 'node_modules/vite/bin/vite.js';

/** What the page shows of its store, then of a file that is dropped on it, then of one that is no audio. */
interface Report {
  readonly read: string;
  readonly dropped: string;
  readonly refused: string;
  /** That the canvas shows, of each of the first two. */
  readonly pixels: readonly number[];
}

/** Runs in the page: drops files on it, and reports what it says. */
const watch = (ear: string) => `
const text = document.querySelector('output');
const canvas = document.querySelector('canvas');
const change = (from) => new Promise((resolve) => {
  const timer = setInterval(() => text.value !== from && resolve(clearInterval(timer) ?? text.value), 20);
});
function pixels() {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((value, i) => i % 4 === 3 && value > 0).length;
}
async function drop(name) {
  const before = text.value;
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([await (await fetch(name)).blob()], name));
  document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
  return change(before);
}
const read = await change('Reading ...');
const drawn = [pixels()];
const dropped = await drop('love.flac');
drawn.push(pixels());
const refused = await drop('notes.txt');
await fetch('${ear}', { method: 'POST', mode: 'no-cors', body: JSON.stringify({ read, dropped, refused, pixels: drawn }) });
`;

let folder: string;
let page: string;
let ear: Server;
let hear: (report: Report) => void = () => undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zarr-audio-create-'));
  page = join(folder, 'my-page');
  ear = createServer((request, response) => {
    let said = '';
    request.on('data', (bytes) => (said += bytes));
    request.on('end', () => {
      response.end();
      hear(JSON.parse(said));
    });
  });
  await new Promise<void>((resolve) => ear.listen(0, '127.0.0.1', resolve));
  const tarballs: Map<string, string> = packAll(`${root}.cache/published-page`);
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  installTarballs(folder, [tarballs.get('create-zarr-audio')!]);
  const create = join(folder, 'node_modules/.bin/create-zarr-audio');
  expect(spawnSync(create, ['my-page', '--template', 'browser'], { cwd: folder }).status).toBe(0);
  // The native decoder would be compiled; the page has WASM.
  installPacked(page, tarballs, ['--ignore-scripts']);
  // What the test adds to the page.
  writeFileSync(join(page, 'watch.js'), watch(`http://127.0.0.1:${(ear.address() as AddressInfo).port}/`));
  appendFileSync(join(page, 'index.html'), '<script type="module" src="./watch.js"></script>\n');
  copyFileSync(`${root}fixtures/flac/love.flac`, join(page, 'public/love.flac'));
  writeFileSync(join(page, 'public/notes.txt'), 'no audio at all');
}, 300_000);

afterAll(() => {
  ear.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a server of Vite, until the test has ended. @returns Its address. */
async function serve(args: readonly string[]): Promise<string> {
  const server: ChildProcess = spawn(process.execPath, [VITE, ...args, '--host', '127.0.0.1'], {
    cwd: page,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  onTestFinished(() => void server.kill());
  let printed = '';
  return new Promise((resolve, reject) => {
    server.once('exit', (status) => reject(new Error(`vite ended with ${status}: ${printed}`)));
    server.stdout!.on('data', (text) => {
      printed += text;
      const [address] = /http:\S+/.exec(printed) ?? [];
      if (address) resolve(address);
    });
  });
}

async function visit(address: string): Promise<Report> {
  const heard = new Promise<Report>((resolve) => (hear = resolve));
  return openInChromium(address, heard);
}

function check({ read, dropped, refused, pixels }: Report): void {
  expect(read).toBe('chirp.wav: 2.00 s, 1 channel(s), 48000 Hz, opus');
  expect(dropped).toMatch(/^love\.flac: \d+\.\d\d s, \d channel\(s\), 44100 Hz, flac$/);
  expect(refused).toMatch(/^SOURCE_UNSUPPORTED: notes\.txt /);
  // A line alone has one in each of 1000 columns.
  for (const count of pixels) expect(count).toBeGreaterThan(10_000);
}

it('is built, and reads, imports and draws', async () => {
  const built = spawnSync(process.execPath, [VITE, 'build'], { cwd: page, encoding: 'utf8' });
  expect(built.stderr).toBe('');
  expect(built.status).toBe(0);
  check(await visit(await serve(['preview', '--port', '0'])));
});

it('does so while it is developed', async () => {
  check(await visit(await serve(['--port', '0'])));
});
