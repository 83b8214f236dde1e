import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bytesSource, createRegistry, type PcmBlock } from '@zarr-audio/codec';
import { opus } from '@zarr-audio/opus-codec';
import { resample } from '@zarr-audio/resampler';
import { encodeWav, wavInput } from '@zarr-audio/wav';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { openOrCreateStore, type WritableAudioStore } from 'zarr-audio';
import { fileStorage } from 'zarr-audio/node';
import { openInChromium } from './chromium';
import type { PageJob, PageReport } from './vite-page/job';
import { servePage } from './vite-page/page-server';

const root = fileURLToPath(new URL('../', import.meta.url));
const folders = {
  page: `${root}.cache/vite-page/page`,
  store: `${root}.cache/vite-page/store.zarr`,
  files: `${root}fixtures`,
};

/** Kept as they are: speech in mono, music in stereo, 5.1. The last is what the page imports. */
const VERBATIM = ['opus_osce_female_ref_6kbs.ogg', 'opus.opus', 'bbb_6ch_8kHz_opus.ogg', 'weather.ogg'];
const RANGES = 12;

/** Node's own answers, by native code, which the page's WASM has to give too. */
let expected: { hashes: string[][]; imported: string; importedId: string };
let job: PageJob;

beforeAll(async () => {
  rmSync(`${root}.cache/vite-page`, { recursive: true, force: true });
  mkdirSync(folders.page, { recursive: true });
  const codecs = createRegistry([opus()]);
  const store = await openOrCreateStore(await fileStorage(folders.store, { create: true }), { codecs });
  const ids = await fill(store);
  let seed = 20261123;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const recordings: PageJob['recordings'][number][] = [];
  const hashes: string[][] = [];
  for (const id of ids) {
    const recording = await store.open(id);
    const ranges = Array.from({ length: RANGES }, () => {
      const start = random(recording.totalSamples);
      return { start, end: start + random(Math.min(96_000, recording.totalSamples - start)) };
    });
    recordings.push({ id, ranges });
    const blocks: string[] = [];
    for (const range of ranges) blocks.push(hashOf(await recording.read({ ...range, decoder: 'native' })));
    hashes.push(blocks);
  }
  const last = await store.open(ids.at(-1)!);
  const imported = hashOf(await last.read({ decoder: 'native' }));
  job = { recordings, file: `files/ogg_opus/${VERBATIM.at(-1)}` };
  expected = { hashes, imported, importedId: last.id };
  build();
}, 300_000);

/** Two that we encode, mono and stereo, and the verbatim ones. */
async function fill(store: WritableAudioStore): Promise<string[]> {
  const mono = readFileSync(`${root}fixtures/wildlife/20210201_210100T.WAV`);
  const sources = [
    bytesSource('mono.wav', mono),
    bytesSource('stereo.wav', stereoWav()),
    ...VERBATIM.map((name) => bytesSource(name, readFileSync(`${root}fixtures/ogg_opus/${name}`))),
  ];
  const ids: string[] = [];
  for (const source of sources) {
    const [result] = await store.import(source, { inputs: [wavInput()], resample });
    if (result?.status !== 'imported') throw new Error(`${source.name}: ${result?.status}`);
    ids.push(result.id);
  }
  return ids;
}

/** Ten seconds: a tone that rises in one channel, noise that swells in the other. */
function stereoWav(): Uint8Array {
  const samples = new Int16Array(960_000);
  let noise = 1;
  for (let i = 0; i < 480_000; i++) {
    noise = (Math.imul(noise, 1664525) + 1013904223) | 0;
    samples[2 * i] = Math.round(12_000 * Math.sin((i * i) / 4e6));
    samples[2 * i + 1] = ((noise >> 18) * ((i % 48_000) + 1)) / 48_000;
  }
  return encodeWav(samples, { sampleRate: 48_000, channels: 2, sampleType: 'int16', bitsPerSample: 16 });
}

function hashOf({ data }: PcmBlock): string {
  return createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');
}

/** From what the packages publish, as an application would: `npm run build` has made their `dist`. */
function build(): void {
  const page = `${root}test/vite-page`;
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    [`${page}/node_modules/vite/bin/vite.js`, 'build', page, '--outDir', folders.page, '--base', './'],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`vite build: ${stdout}${stderr}`);
}

async function openPage(policy?: string): Promise<{ report: PageReport; ranges: number }> {
  const server = await servePage({ folders, job, ...(policy === undefined ? {} : { policy }) });
  onTestFinished(() => server.close());
  const report = await openInChromium(server.url, server.hear());
  return { report, ranges: server.ranges() };
}

it('Chromium reads over HTTP, by itself and by workers, the samples that native code reads from the disk', async () => {
  const { report, ranges } = await openPage();
  expect(report.error).toBeUndefined();
  expect(expected.hashes.flat().length).toBe(RANGES * (VERBATIM.length + 2));
  expect(report.main).toEqual(expected.hashes);
  expect(report.workers).toEqual(expected.hashes);
  expect(report.otherWorkers).toEqual(expected.hashes);
  for (const count of report.tasks) expect(count).toBeGreaterThan(VERBATIM.length);
  expect(ranges).toBeGreaterThan(VERBATIM.length);
  expect(report.imported).toEqual({ id: expected.importedId, hash: expected.imported });
});

it("a policy without 'unsafe-eval' stops it, with a code and the reason", async () => {
  const { report } = await openPage("script-src 'self' 'wasm-unsafe-eval'");
  expect(report.error).toMatch(/^OPUS_BACKEND_MISSING /);
  expect(report.error).toMatch(/EvalError/);
});

it("a policy with 'unsafe-eval' is enough, for page and workers", async () => {
  const { report } = await openPage("default-src 'self'; script-src 'self' 'unsafe-eval'");
  expect(report.error).toBeUndefined();
  expect(report.workers).toEqual(expected.hashes);
});
