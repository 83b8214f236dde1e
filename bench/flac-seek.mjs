/*
 * Random reads of 1 s from half an hour of FLAC (16 bits, stereo music, as `flac` encodes it), warm, one after the other, beside
 * libsndfile and libav on the same file.
 *
 *   pnpm build && PYTHON=python3 node bench/flac-seek.mjs [rounds] [file.flac]      Python with soundfile, av and numpy; flac and ffmpeg
 *
 * Every round is a process of each; the best mean of a round is given.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRegistry } from '@zarr-audio/codec';
import { flac } from '@zarr-audio/flac-codec';
import { openOrCreateStore, openStore } from 'zarr-audio';
import { fileSource, fileStorage } from 'zarr-audio/node';

const READS = 200;
const WARMUPS = 50;
const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = path('../.cache/flac/');
const codecs = createRegistry([flac()]);

if (process.argv[2] === '--round') {
  console.log(JSON.stringify(await readRandomly(process.argv[3])));
} else {
  const [rounds = '3', file = music()] = process.argv.slice(2);
  await compare(file, Number(rounds));
}

async function compare(file, rounds) {
  const store = await imported(file);
  const best = new Map();
  const note = (name, ms) => best.set(name, Math.min(ms, best.get(name) ?? Number.POSITIVE_INFINITY));
  for (let round = 0; round < rounds; round++) {
    note('ours', JSON.parse(output(process.execPath, process.argv[1], '--round', store)).mean);
    for (const line of output(process.env.PYTHON ?? 'python3', path('peers/soundfile_seek.py'), file, `${READS}`)
      .trim()
      .split('\n')) {
      const { peer, mean_ms } = JSON.parse(line);
      note(peer.split(' ')[0], mean_ms);
    }
  }
  for (const [name, ms] of best) {
    const ratios = ['libsndfile', 'libav'].map((peer) => (ms / best.get(peer)).toFixed(2));
    console.log(`${name.padEnd(12)} ${ms.toFixed(2).padStart(6)} ms   of libsndfile, libav: ${ratios.join(', ')}`);
  }
}

async function readRandomly(store) {
  const opened = await openStore(await fileStorage(store), { codecs });
  const recording = await opened.open((await opened.ids())[0]);
  const { totalSamples, sampleRate } = recording.info;
  let state = 12_345;
  let ms = 0;
  for (let i = 0; i < WARMUPS + READS; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const start = Math.floor((state / 2 ** 32) * (totalSamples - sampleRate));
    const from = performance.now();
    await recording.read({ start, end: start + sampleRate });
    if (i >= WARMUPS) ms += performance.now() - from;
  }
  return { mean: ms / READS };
}

/** Real music, over and over. */
function music() {
  const target = `${folder}music-30-min.flac`;
  if (existsSync(target)) return target;
  mkdirSync(folder, { recursive: true });
  console.log('making half an hour of music, once');
  const once = `${folder}music-once.wav`;
  const wav = `${folder}music-30-min.wav`;
  const from = path('../fixtures/ogg_opus/ogg.opus');
  output('ffmpeg', '-v', 'error', '-y', '-i', from, '-ar', '48000', '-ac', '2', '-sample_fmt', 's16', once);
  output('ffmpeg', '-v', 'error', '-y', '-stream_loop', '-1', '-i', once, '-t', '1800', wav);
  output('flac', '-s', '-f', '-o', `${target}.part`, wav);
  rmSync(wav);
  renameSync(`${target}.part`, target);
  return target;
}

async function imported(file) {
  const store = `${folder}${basename(file)}.zarr`;
  if (existsSync(store)) return store;
  const part = `${store}.part`;
  rmSync(part, { recursive: true, force: true });
  const making = await openOrCreateStore(await fileStorage(part, { create: true }), { codecs });
  const [result] = await making.import(await fileSource(file));
  if (result.status === 'failed') throw result.error;
  renameSync(part, store);
  return store;
}

function output(command, ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (error || status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
  return stdout;
}
