/*
 * What measuring seek points costs, in decodes of the stream, by the time that processors work; here and with two threads. And
 * what the rows are like.
 *
 *   pnpm build && node bench/seek-points.mjs
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { opus } from '@zarr-audio/opus-codec';
import { threadPool } from '@zarr-audio/workers/node';

const SECONDS = 600;
const ROUNDS = 3;
const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));
const made = fileURLToPath(new URL('../.cache/seek-points/', import.meta.url));

const sources = [
  ['speech 24k', 'ogg_opus/gs-16b-1c-16000hz.opus', ['-b:a', '24k', '-application', 'voip']],
  ['music, stereo 96k', 'ogg_opus/ogg.opus', ['-b:a', '96k']],
  ['quiet night 22k', 'wildlife/S4A03895_20190522_210000.wav', ['-b:a', '22k']],
];
const tasks = threadPool(import.meta.resolve('@zarr-audio/opus-codec/worker'), { size: 2 });

function ffmpeg(args) {
  const { status, error } = spawnSync('ffmpeg', ['-v', 'error', '-y', ...args], { stdio: 'inherit' });
  if (error || status !== 0) throw new Error(`ffmpeg failed: ${error?.message ?? status}`);
}

/** A fixture again and again, encoded by libopus. */
function foreignFile(name, fixture, encoding) {
  const file = `${made}${name.replaceAll(/\W+/g, '-')}.opus`;
  if (existsSync(file)) return new Uint8Array(readFileSync(file));
  mkdirSync(made, { recursive: true });
  const input = ['-stream_loop', '-1', '-t', `${SECONDS}`, '-i', fixtures + fixture];
  ffmpeg([...input, '-c:a', 'libopus', ...encoding, '-f', 'ogg', `${file}.part`]);
  renameSync(`${file}.part`, file);
  return new Uint8Array(readFileSync(file));
}

/** The music once more, encoded by us. */
async function ourFile(codec) {
  const [, fixture] = sources[1];
  const pcm = `${made}music.s16`;
  if (!existsSync(pcm)) {
    ffmpeg(['-stream_loop', '-1', '-t', `${SECONDS}`, '-i', fixtures + fixture, '-f', 's16le', `${made}part.s16`]);
    renameSync(`${made}part.s16`, pcm);
  }
  const bytes = readFileSync(pcm);
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const source = {
    format: { sampleRate: 48_000, channels: 2, sampleType: 'int16', bitsPerSample: 16 },
    container: 'memory',
    codec: 'pcm_s16le',
    tags: {},
    async *blocks() {
      for (let at = 0; at < samples.length; at += 65_536) yield samples.subarray(at, at + 65_536);
    },
    repairs: () => [],
  };
  const pieces = [];
  const events = codec.encode(source, { seekPoints: 'grid', options: { bitrate: 96_000 } });
  for await (const event of events) if (event.type === 'piece') pieces.push(event.bytes);
  return new Uint8Array(Buffer.concat(pieces));
}

const sourceOf = (bytes) => ({
  name: 'memory.opus',
  async *open() {
    for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
  },
});

async function ingested(codec, bytes, options) {
  const found = { rows: [], seekRows: [] };
  for await (const event of codec.ingest(sourceOf(bytes), options)) {
    if (event.type === 'stream') found.description = event.description;
    if (event.type === 'piece') {
      found.rows.push(event.rows);
      found.seekRows.push(...event.seekRows);
    }
  }
  return found;
}

async function decodeOnce(codec, bytes, { description, rows }) {
  const decoder = await codec.createDecoder(description);
  const output = new Int16Array(decoder.maxPacketFrames * description.channels);
  for (const part of rows) {
    for (let i = 0; i < part.length; i += 5) {
      decoder.decode(bytes.subarray(part[i], part[i] + part[i + 1]), output, 0);
    }
  }
  decoder.free();
}

async function timed(act) {
  const cpu = process.cpuUsage();
  const from = performance.now();
  const result = await act();
  const ms = performance.now() - from;
  const { user, system } = process.cpuUsage(cpu);
  return { ms, cpuMs: (user + system) / 1000, result };
}

async function measure(codec, bytes) {
  const index = await ingested(codec, bytes, { seekPoints: 'grid' });
  const contenders = {
    once: () => decodeOnce(codec, bytes, index),
    grid: () => ingested(codec, bytes, { seekPoints: 'grid' }),
    here: () => ingested(codec, bytes, {}),
    threads: () => ingested(codec, bytes, { tasks }),
  };
  const best = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, act] of Object.entries(contenders)) {
      const taken = await timed(act);
      const before = best[name] ?? taken;
      best[name] = { ...taken, ms: Math.min(taken.ms, before.ms), cpuMs: Math.min(taken.cpuMs, before.cpuMs) };
    }
  }
  if (`${best.here.result.seekRows}` !== `${best.threads.result.seekRows}`) throw new Error('the rows differ');
  return best;
}

console.log(`${SECONDS} s each; decodes of the stream, by CPU time (here) and by the clock (here, with 2 threads)`);
for (const backend of ['native', 'wasm']) {
  const codec = opus({ backend });
  const files = sources.map((source) => [source[0], () => foreignFile(...source)]);
  files.push(['ours, music, stereo 96k', () => ourFile(codec)]);
  for (const [name, file] of files) {
    const { once, grid, here, threads } = await measure(codec, await file());
    const { seekRows } = here.result;
    const rows = seekRows.length / 3;
    const exact = seekRows.filter((value, i) => i % 3 === 2 && value === 0).length;
    const cost = ((here.cpuMs - grid.cpuMs) / once.cpuMs).toFixed(2);
    const clock = [here, threads].map(({ ms }) => (ms / once.ms).toFixed(2)).join(' / ');
    const share = `${rows} rows, ${((100 * exact) / rows).toFixed(1)} % with max_diff 0`;
    console.log(
      `${backend.padEnd(7)} ${name.padEnd(24)} ${cost}   ${clock}   ${share}   (once: ${once.ms.toFixed(0)} ms)`,
    );
  }
}
await tasks.close();
