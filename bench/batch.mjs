/*
 * A folder of WAV files into Opus on all cores, beside `ffmpeg -c:a libopus` on one file after the other, in the same run.
 *
 *   pnpm build && node bench/batch.mjs [rounds = 3]
 *
 * 64 files of a minute, 16 bit: music, mono and stereo at 48 kHz, and birds, mono at 32 kHz. Both at 64 kbit/s a channel and at the highest
 * complexity. Programs take turns; medians are given.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const rounds = Number(process.argv[2] ?? 3);
const folder = mkdtempSync(join(tmpdir(), 'zarr-audio-batch-'));
const wavs = join(folder, 'wavs');
const cli = fileURLToPath(new URL('../packages/cli/dist/zarr-audio.js', import.meta.url));
const fixture = (path) => fileURLToPath(new URL(`../fixtures/${path}`, import.meta.url));

function program(command, ...args) {
  const from = performance.now();
  const { status, error, stderr } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  if (error || status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
  return performance.now() - from;
}
const ffmpeg = (...args) => program('ffmpeg', '-v', 'error', '-nostdin', '-y', ...args);

mkdirSync(wavs);
for (let i = 0; i < 24; i++) {
  const minute = ['-ss', `${0.75 * i}`, '-t', '60', '-i', fixture('ogg_opus/ogg.opus'), '-c:a', 'pcm_s16le'];
  ffmpeg(...minute, join(wavs, `stereo-${i}.wav`));
  ffmpeg(...minute, '-ac', '1', join(wavs, `mono-${i}.wav`));
}
for (let i = 0; i < 16; i++) {
  const birds = fixture('wildlife/birds_10s.wav');
  ffmpeg(
    '-stream_loop',
    '-1',
    '-ss',
    `${i}`,
    '-i',
    birds,
    '-t',
    '60',
    '-c:a',
    'pcm_s16le',
    join(wavs, `birds-${i}.wav`),
  );
}
const files = readdirSync(wavs);

function withFfmpeg() {
  const opus = join(folder, 'out.opus');
  let ms = 0;
  for (const name of files) {
    const bitrate = name.startsWith('stereo') ? '128k' : '64k';
    ms += ffmpeg('-i', join(wavs, name), '-c:a', 'libopus', '-b:a', bitrate, opus);
  }
  return ms;
}

function withUs(...options) {
  const store = join(folder, 'store.zarr');
  rmSync(store, { recursive: true, force: true });
  return program(process.execPath, cli, 'import', store, wavs, ...options);
}

const ways = {
  'ffmpeg, one after the other': withFfmpeg,
  'import --no-seek-points': () => withUs('--no-seek-points'),
  'import, seek points measured': () => withUs(),
  'import --no-seek-points --jobs 1': () => withUs('--no-seek-points', '--jobs', '1'),
};
const times = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
for (let round = 0; round < rounds; round++) for (const [way, act] of Object.entries(ways)) times[way].push(act());
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const peer = median(times['ffmpeg, one after the other']);
console.log(`${files.length} files of a minute, ${availableParallelism()} cores, ${rounds} rounds`);
for (const [way, values] of Object.entries(times)) {
  const all = values.map((ms) => (ms / 1000).toFixed(2)).join(' ');
  console.log(
    `${way}: ${(median(values) / 1000).toFixed(2)} s (${all}), ${(peer / median(values)).toFixed(2)} x ffmpeg`,
  );
}
rmSync(folder, { recursive: true });
