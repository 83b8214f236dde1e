/*
 * Random reads of 1 s from 2.2 hours, warm, one after the other, beside opusfile, libsndfile and libav on the same stream.
 *
 *   pnpm build && node bench/seek.mjs [rounds] [stereo|speech] [ours|foreign]     or: node bench/seek.mjs long
 *
 * Every round is a process of each; the best mean of a round is given, for on a busy machine it is disturbed the least. Peers: gcc with
 * libopusfile-dev; PYTHON=python3 with soundfile, av and numpy.
 */
import { spawnSync } from 'node:child_process';
import { bytesSource } from '@zarr-audio/codec';
import { OggPacketMuxer } from '@zarr-audio/ogg-mux';
import { longStream } from '../packages/zarr-audio/test/support/long-stream.mjs';
import { builtPeer, codecs, listenedTo, longRecording, output, path, SOUNDS } from './listening.mjs';

const SECOND = 48_000;
const READS = 200;
const WARMUPS = 50;

/** One round of ours: mean and quantiles of milliseconds. */
async function readRandomly(recording, options, seed) {
  let state = seed;
  const start = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * (recording.totalSamples - SECOND));
  };
  const taken = [];
  for (let i = 0; i < WARMUPS + READS; i++) {
    const at = start();
    const from = performance.now();
    await recording.read({ start: at, end: at + SECOND, ...options });
    if (i >= WARMUPS) taken.push(performance.now() - from);
  }
  taken.sort((a, b) => a - b);
  return { mean: taken.reduce((sum, ms) => sum + ms, 0) / READS, median: taken[READS >> 1] };
}

const OURS = {
  native: { decoder: 'native' },
  wasm: { decoder: 'wasm' },
  'native, fast': { decoder: 'native', seek: 'fast' },
};

if (process.argv[2] === '--round') {
  const [, , , contender, kind, name] = process.argv;
  const opened =
    kind === 'hours'
      ? await longRecording(Number(name))
      : await listenedTo(
          SOUNDS.find((sound) => sound.name === name),
          kind,
        );
  console.log(JSON.stringify(await readRandomly(opened.recording, OURS[contender], 12_345)));
} else if (process.argv[2] === 'long') {
  await compareLengths();
} else {
  const [rounds = '3', onlySound, onlyKind] = process.argv.slice(2);
  for (const sound of SOUNDS) {
    for (const kind of ['ours', 'foreign']) {
      if ((onlySound ?? sound.name) === sound.name && (onlyKind ?? kind) === kind)
        await compare(sound, kind, Number(rounds));
    }
  }
}

async function compare(sound, kind, rounds) {
  const { file } = await listenedTo(sound, kind);
  const opusfile = builtPeer('opusfile_seek', 'opusfile');
  const best = new Map();
  const note = (name, ms) => best.set(name, Math.min(ms, best.get(name) ?? Number.POSITIVE_INFINITY));
  for (let round = 0; round < rounds; round++) {
    if (opusfile) note('opusfile', JSON.parse(output(opusfile, file, `${READS}`)).mean_ms);
    for (const contender of Object.keys(OURS)) note(contender, oneRound(contender, kind, sound.name).mean);
    const python = output(process.env.PYTHON ?? 'python3', path('peers/soundfile_seek.py'), file, `${READS}`);
    if (python === undefined) console.log('libsndfile and libav are left out: PYTHON needs soundfile, av and numpy');
    for (const line of python?.trim().split('\n') ?? []) {
      const { peer, mean_ms } = JSON.parse(line);
      note(peer.split(' ')[0], mean_ms);
    }
  }
  console.log(
    `\n${sound.what}, ${kind === 'ours' ? 'encoded by us' : 'encoded by ffmpeg'}; best of ${rounds} rounds of ${READS} reads`,
  );
  for (const [name, ms] of best) {
    const ratios = ['opusfile', 'libsndfile', 'libav'].map((peer) => (ms / best.get(peer)).toFixed(2));
    console.log(
      `${name.padEnd(14)} ${ms.toFixed(2).padStart(6)} ms   of opusfile, libsndfile, libav: ${ratios.join(', ')}`,
    );
  }
}

/** 100 hours beside 1: turns, for what differs is little. */
async function compareLengths() {
  const packets = (hours) => Math.round(hours * 3600 * 50);
  const codec = codecs.get('opus');
  const parts = { OggPacketMuxer, codec, bytesSource };
  const fixture = path('../fixtures/ogg_opus/speech_8.opus');
  for (const hours of [1, 100]) await longRecording(hours, () => longStream(parts, fixture, packets(hours)));
  const best = { 1: Number.POSITIVE_INFINITY, 100: Number.POSITIVE_INFINITY };
  for (let round = 0; round < 5; round++) {
    for (const hours of [1, 100]) best[hours] = Math.min(best[hours], oneRound('native', 'hours', `${hours}`).median);
  }
  console.log(
    `medians: 1 h ${best[1].toFixed(2)} ms, 100 h ${best[100].toFixed(2)} ms: ${(best[100] / best[1]).toFixed(2)}`,
  );
}

function oneRound(contender, kind, name) {
  const args = [process.argv[1], '--round', contender, kind, name];
  const { status, stdout } = spawnSync(process.execPath, [...process.execArgv, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${contender}: its process ended with ${status}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}
