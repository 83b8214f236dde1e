/*
 * ls and queries over a store of 100,000 recordings, from a folder and over HTTP, and beside what they would cost by opening each.
 *
 *   pnpm build && node bench/catalogue.mjs [recordings]
 *
 * The recordings are copies of a tiny one: each has a folder and documents of its own, of another time and site, and the blobs are
 * hard links. The catalogue is made by the program itself, as where it was lost. Times are medians of five: of whole commands, each a
 * process that knows nothing yet, or `in process`, without the start of Node. The peer is a store without a catalogue: its folder listed, the
 * `zarr.json` of each recording read and parsed, 64 at the same time. Over HTTP nothing could be listed, so the peer is given the ids;
 * it reads 2,000, and the time is scaled. The server waits 50 ms before each answer where that is said.
 */
import { spawn } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRegistry } from '@zarr-audio/codec';
import { opus } from '@zarr-audio/opus-codec';
import { httpStorage, openOrCreateStore, openStore } from 'zarr-audio';
import { fileSource, fileStorage } from 'zarr-audio/node';

const COUNT = Number(process.argv[2] ?? 100_000);
const RUNS = 5;
/** Files of the same inode that a file system allows: ext4 has 65,000. */
const LINKS = 60_000;
const cli = fileURLToPath(new URL('../packages/cli/dist/zarr-audio.js', import.meta.url));
const tiny = fileURLToPath(new URL('../fixtures/ogg_opus/tiny.ogg', import.meta.url));
const folder = join(mkdtempSync(join(tmpdir(), 'zarr-audio-bench-')), 'store.zarr');
const codecs = createRegistry([opus({ onWarning: () => undefined })]);

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
async function milliseconds(act, runs = RUNS) {
  const times = [];
  for (let run = 0; run < runs; run++) {
    const from = performance.now();
    await act();
    times.push(performance.now() - from);
  }
  return Math.round(median(times));
}

function filesOf(path) {
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));
}

/** A season of files of a minute, by 30 recorders. */
async function makeStore() {
  const store = await openOrCreateStore(await fileStorage(folder, { create: true }), { codecs });
  const [{ id }] = await store.import(await fileSource(tiny), {
    user: { site: 'none' },
    describeSource: () => ({
      startTime: '2021-01-01T00:00:00Z',
      field: { serialNumber: { value: 'none', from: 'audiomoth' } },
    }),
  });
  const original = join(folder, id);
  const names = filesOf(original);
  const document = JSON.parse(readFileSync(join(original, 'zarr.json'), 'utf8'));
  let sources = Object.fromEntries(names.map((name) => [name, join(original, name)]));
  for (let number = 1; number < COUNT; number++) {
    const copy = join(folder, ((BigInt(number) * 0x9e3779b97f4a7c15n) % 2n ** 64n).toString(16).padStart(16, '0'));
    const isFresh = number % LINKS === 0;
    for (const name of names) {
      mkdirSync(dirname(join(copy, name)), { recursive: true });
      if (name === 'zarr.json') continue;
      if (isFresh) writeFileSync(join(copy, name), readFileSync(sources[name]));
      else linkSync(sources[name], join(copy, name));
    }
    if (isFresh) sources = Object.fromEntries(names.map((name) => [name, join(copy, name)]));
    const recorder = number % 30;
    const time = new Date(Date.UTC(2021, 0, 1) + Math.floor(number / 30) * 60_000);
    const start = `${time.toISOString().slice(0, 19)}Z`;
    const { attributes } = document;
    attributes.first_sample_time_stamp = start;
    attributes.source.file = `${start.replace(/[-:Z]/g, '').replace('T', '_')}.WAV`;
    attributes.user = { site: `plot-${recorder}` };
    attributes.field = {
      serialNumber: { value: `24F3190361CA${String(recorder).padStart(4, '0')}`, from: 'audiomoth' },
    };
    writeFileSync(join(copy, 'zarr.json'), JSON.stringify(document));
  }
  rmSync(join(folder, '.zarr-audio/catalogue'), { recursive: true });
}

async function serve(delayMs) {
  const server = createServer(async (request, response) => {
    if (delayMs > 0) await setTimeout(delayMs);
    try {
      const body = readFileSync(join(folder, new URL(request.url, 'http://host').pathname));
      response.writeHead(200, { 'content-length': body.byteLength }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** What there is to do without a catalogue. */
async function readEach(ids, read) {
  let found = 0;
  const left = ids.values();
  const reader = async () => {
    for (const id of left) {
      const { attributes } = JSON.parse(await read(id));
      if (attributes.user.site === 'plot-7' && attributes.first_sample_time_stamp < '2021-01-01T02') found++;
    }
  };
  await Promise.all(Array.from({ length: 64 }, reader));
  return found;
}

const idsInFolder = () => readdirSync(folder).filter((name) => /^[0-9a-f]{16}$/.test(name));
const eachOfFolder = () => readEach(idsInFolder(), (id) => readFile(join(folder, id, 'zarr.json'), 'utf8'));
async function eachOverHttp(url) {
  const ids = idsInFolder();
  const some = ids.slice(0, 2_000);
  const time = await milliseconds(() => readEach(some, async (id) => (await fetch(`${url}${id}/zarr.json`)).text()), 1);
  return `${Math.round((time * ids.length) / some.length)} (scaled)`;
}

/** Largest memory of a command, in MB. */
function peakOf(...args) {
  const program = `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS));`;
  const hook = `data:text/javascript,${encodeURIComponent(program)}`;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', hook, cli, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (bytes) => {
      said += bytes;
    });
    child.on('error', reject);
    child.on('close', () => resolve(`${Math.round(Number(/peak (\d+)/.exec(said)[1]) / 1024)} MB`));
  });
}

function command(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let lines = 0;
    child.stdout.on('data', (bytes) => {
      for (const byte of bytes) if (byte === 10) lines++;
    });
    child.on('error', reject);
    child.on('close', (status) => (status === 0 ? resolve(lines) : reject(new Error(`${args[0]}: ${status}`))));
  });
}

async function expectLines(expected, ...args) {
  const lines = await command(...args);
  if (lines !== expected) throw new Error(`${args.join(' ')}: ${lines} lines, not ${expected}`);
}

try {
  const begun = performance.now();
  await makeStore();
  console.log(`${COUNT} recordings made in ${Math.round((performance.now() - begun) / 1000)} s`);
  const writable = await openOrCreateStore(await fileStorage(folder), { codecs });
  const rebuilt = await milliseconds(() => writable.catalogue.entries(), 1);
  const bytes = statSync(join(folder, '.zarr-audio/catalogue/0.jsonl')).size;
  console.log(`catalogue made again by opening all: ${rebuilt} ms, ${(bytes / COUNT).toFixed(0)} bytes a line`);
  const near = await serve(0);
  const far = await serve(50);
  const local = await openStore(await fileStorage(folder), { codecs });
  const openRemote = (url) => openStore(httpStorage(url), { codecs });
  const [remote, distant] = [await openRemote(near.url), await openRemote(far.url)];
  const hour = { from: '2021-01-01T01:00:00Z', to: '2021-01-01T02:00:00Z' };
  const query = { ...hour, where: { 'user.site': 'plot-7' } };
  const flags = ['--from', hour.from, '--to', hour.to, '--where', 'user.site=plot-7', '--json'];
  const of = async (stores, act) => {
    const cells = [];
    for (const store of stores) cells.push(await act(store));
    return cells;
  };
  const addresses = [folder, near.url, far.url];
  const stores = [local, remote, distant];
  const file = '20210101_010000.WAV';
  const help = await milliseconds(() => command('help'));
  const rows = [
    ['`help`: the start of the command', [help, '', '']],
    ['`ls --json`', await of(addresses, (at) => milliseconds(() => expectLines(COUNT, 'ls', at, '--json')))],
    [
      '`ls` of an hour and a site',
      await of(addresses, (at) => milliseconds(() => expectLines(60, 'ls', at, ...flags))),
    ],
    ['its memory at most', await of(addresses, (at) => peakOf('ls', at, ...flags))],
    ['the same query in process', await of(stores, (store) => milliseconds(() => store.query(query)))],
    ['all entries in process', await of(stores, (store) => milliseconds(() => store.catalogue.entries()))],
    ['`findId` in process', await of(stores, (store) => milliseconds(() => store.findId(file).catch(() => undefined)))],
    [
      'without a catalogue, in process',
      [await milliseconds(eachOfFolder, 1), await eachOverHttp(near.url), await eachOverHttp(far.url)],
    ],
  ];
  console.log('| ms | folder | HTTP | HTTP, 50 ms |\n|---|---|---|---|');
  for (const [title, cells] of rows) console.log(`| ${title} | ${cells.join(' | ')} |`);
  near.close();
  far.close();
} finally {
  rmSync(dirname(folder), { recursive: true });
}
