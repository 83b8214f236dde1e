/*
 * A thousand random seconds of 2.2 hours, warm: a loop of `read`, `readMany` here, on one thread and on two; windows of 3 s that
 * overlap by 0.5 s, the same ways. Each in turn, in processes of its own.
 *
 *   pnpm build && node bench/many.mjs [rounds = 3]
 *
 * The recordings are made once, by ffmpeg and by us, which takes some minutes.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createRegistry } from '@zarr-audio/codec';
import { opus } from '@zarr-audio/opus-codec';
import { wavInput } from '@zarr-audio/wav';
import { threadPool } from '@zarr-audio/workers/node';
import { openOrCreateStore, openStore } from 'zarr-audio';
import { fileSource, fileStorage } from 'zarr-audio/node';

const RANGES = 1000;
const SECONDS = 7920;
const made = fileURLToPath(new URL('../.cache/many/', import.meta.url));
const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));
const worker = import.meta.resolve('@zarr-audio/opus-codec/worker');

/** What is encoded of which fixture, over and over, and by whom. */
const recordings = {
  'ours, stereo 96k': {
    fixture: 'ogg_opus/ogg.opus',
    file: 'music.wav',
    args: ['-ac', '2', '-ar', '48000'],
    encoding: { bitrate: 96_000 },
  },
  'foreign, speech 24k': {
    fixture: 'ogg_opus/gs-16b-1c-16000hz.opus',
    file: 'speech.opus',
    args: ['-c:a', 'libopus', '-b:a', '24k', '-application', 'voip', '-f', 'ogg'],
  },
};

const ways = {
  'loop of read': async (recording) => {
    let sum = 0;
    for (const range of randomSeconds(recording)) sum = sumOf((await recording.read(range)).data, sum);
    return sum;
  },
  'readMany, here': readMany,
  'readMany, 1 thread': readMany,
  'readMany, 2 threads': readMany,
  'loop of blocks': async (recording) => {
    let frames = 0;
    const blocks = recording.blocks({ blockFrames: 144_000, dtype: 'float32', end: WINDOWED });
    for await (const block of blocks) frames += block.frames;
    return frames;
  },
  'windows, here': readWindows,
  'windows, 2 threads': readWindows,
};
const WINDOWED = 1800 * 48_000;

async function readMany(recording) {
  let sum = 0;
  for await (const { data } of recording.readMany(randomSeconds(recording))) sum = sumOf(data, sum);
  return sum;
}

async function readWindows(recording) {
  let frames = 0;
  const windows = recording.windows({ length: 144_000, overlap: 24_000, end: WINDOWED });
  for await (const window of windows) frames += window.frames;
  return frames;
}

/** Of some samples: that all ways give the same ones is for tests. */
function sumOf(data, sum) {
  for (let i = 0; i < data.length; i += 101) sum = (sum * 31 + data[i]) | 0;
  return sum;
}

/** The same each time: xorshift32. */
function randomSeconds({ totalSamples }) {
  let state = 2_463_534_242;
  return Array.from({ length: RANGES }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const start = (state >>> 0) % (totalSamples - 48_000);
    return { start, end: start + 48_000 };
  });
}

async function makeStore(name) {
  const { fixture, file, args, encoding } = recordings[name];
  const folder = made + name.replaceAll(/\W+/g, '-');
  if (existsSync(folder)) return folder;
  mkdirSync(made, { recursive: true });
  const [source, part] = [made + file, `${folder}.part`];
  const input = ['-stream_loop', '-1', '-t', `${SECONDS}`, '-i', fixtures + fixture];
  const { status, error } = spawnSync('ffmpeg', ['-v', 'error', '-y', ...input, ...args, source], { stdio: 'inherit' });
  if (error || status !== 0) throw new Error(`ffmpeg failed: ${error?.message ?? status}`);
  rmSync(part, { recursive: true, force: true });
  const tasks = threadPool(worker, { size: 2 });
  const store = await openOrCreateStore(await fileStorage(part, { create: true }), {
    codecs: createRegistry([opus()]),
    tasks,
  });
  const [result] = await store.import(await fileSource(source), {
    inputs: [wavInput()],
    ...(encoding && { encoding }),
  });
  if (result.status === 'failed') throw result.error;
  await tasks.close();
  rmSync(source);
  renameSync(part, folder);
  return folder;
}

/** One way, in this process: once to warm up, then so often. */
async function measure(name, way, runs = 3) {
  const threads = Number(/(\d) thread/.exec(way)?.[1] ?? 0);
  const tasks = threads > 0 ? threadPool(worker, { size: threads }) : undefined;
  const store = await openStore(await fileStorage(await makeStore(name)), { codecs: createRegistry([opus()]), tasks });
  const recording = await store.open((await store.ids())[0]);
  const result = await ways[way](recording);
  const [ms, cpuMs] = [[], []];
  for (let i = 0; i < runs; i++) {
    const [from, cpu] = [performance.now(), process.cpuUsage()];
    if ((await ways[way](recording)) !== result) throw new Error(`${way} is not the same every time`);
    ms.push(performance.now() - from);
    const { user, system } = process.cpuUsage(cpu);
    cpuMs.push((user + system) / 1000);
  }
  await tasks?.close();
  return { ms, cpuMs, result, peakMb: Math.round(process.resourceUsage().maxRSS / 1024) };
}

const [first, name, way] = process.argv.slice(2);
if (first === '--one') {
  console.log(JSON.stringify(await measure(name, way)));
} else {
  for (const recording of Object.keys(recordings)) {
    await makeStore(recording);
    const all = Object.fromEntries(Object.keys(ways).map((key) => [key, { ms: [], cpuMs: [], peakMb: 0 }]));
    for (let round = 0; round < Number(first ?? 3); round++) {
      for (const key of Object.keys(ways)) {
        const args = [fileURLToPath(import.meta.url), '--one', recording, key];
        const { status, stdout } = spawnSync(process.execPath, args, {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        if (status !== 0) throw new Error(`${key}: its process ended with ${status}`);
        const one = JSON.parse(stdout);
        all[key].ms.push(...one.ms);
        all[key].cpuMs.push(...one.cpuMs);
        all[key].peakMb = Math.max(all[key].peakMb, one.peakMb);
        all[key].result ??= one.result;
        if (all[key].result !== one.result) throw new Error(`${key} is not the same every time`);
      }
    }
    console.log(`\n${recording} (load ${loadavg()[0].toFixed(1)})`);
    for (const [key, { ms, cpuMs, peakMb, result }] of Object.entries(all)) {
      const [best, middle] = [Math.min(...ms), ms.toSorted((a, b) => a - b)[ms.length >> 1]].map(Math.round);
      const cpu = Math.round(Math.min(...cpuMs));
      console.log(`${key.padEnd(22)} best ${best} ms, median ${middle}, CPU ${cpu} ms, peak ${peakMb} MB, ${result}`);
    }
  }
}
