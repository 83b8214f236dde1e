/*
 * Speed of @zarr-audio/flac-codec on one thread, in turns with `flac -d` (libFLAC, a process with its output to /dev/null), over 3
 * minutes of stereo, 16 and 24 bits (tones in pink noise, made with ffmpeg and flac once, in .cache/), or over files that are named.
 *
 *   pnpm build && node bench/flac.mjs [file.flac ...]
 *
 * Both compare every CRC; `flac -d` sums up the MD5 of the samples as well. Index: the frames of the file found, none decoded.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FrameDecoder, NativeParser } from '@zarr-audio/flac-codec';
import { benchArguments, takeTurns } from './turns.mjs';

const PIECE_BYTES = 65_536;
const folder = fileURLToPath(new URL('../.cache/flac/', import.meta.url));
const named = benchArguments();
const files = named.length > 0 ? named : [made(16), made(24)];

const results = await takeTurns(
  import.meta.url,
  files.flatMap((file) => [
    { name: `${file}: ours`, run: () => decode(file) },
    { name: `${file}: flac -d`, run: () => run('flac', '-dsf', '-o', '/dev/null', file) },
    { name: `${file}: index`, run: () => index(file) },
  ]),
  { rounds: 3, runs: 8, warmups: 4 },
);
console.table(
  files.map((file) => {
    const [ours, theirs, found] = ['ours', 'flac -d', 'index'].map((what) => results[`${file}: ${what}`].ms);
    const { length } = readFileSync(file);
    const columns = { 'ours, ms': Math.round(ours), 'flac -d, ms': Math.round(theirs) };
    const ratio = (theirs / ours).toFixed(2);
    return {
      file: file.split('/').at(-1),
      ...columns,
      'speed of flac -d': ratio,
      'index, MB/s': Math.round(length / found / 1000),
    };
  }),
);

function framesOf(bytes) {
  const parser = new NativeParser();
  const frames = [];
  let format;
  const take = (events) => {
    for (const event of events) {
      if (event.type === 'frame') frames.push(event);
      else if (event.type === 'info') format = event.info;
      else if (event.type === 'damage') throw new Error(`${event.code} at ${event.byteOffset}`);
    }
  };
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) take(parser.push(bytes.subarray(at, at + PIECE_BYTES)));
  take(parser.finish());
  return { frames, format };
}

/** The file is read once; each run finds no frames, it decodes them. */
function decode(file) {
  const { bytes, frames, format } = (decode[file] ??= loaded(file));
  const { channels, bitsPerSample, maxBlockSize } = format;
  const output = new (bitsPerSample > 16 ? Int32Array : Int16Array)(channels * maxBlockSize);
  const decoder = new FrameDecoder();
  let samples = 0;
  for (const { byteOffset, byteLength } of frames) {
    samples += decoder.decode(bytes, byteOffset, byteOffset + byteLength, format, output, 0);
  }
  return samples;
}

function loaded(file) {
  const bytes = readFileSync(file);
  return { bytes, ...framesOf(bytes) };
}

function index(file) {
  index[file] ??= readFileSync(file);
  return framesOf(index[file]).frames.length;
}

function run(program, ...args) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (error || status !== 0) throw new Error(`${program} failed (${error?.message ?? status})`);
  return status;
}

function made(bits) {
  const file = `${folder}tones-${bits}.flac`;
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const tone = "aevalsrc='0.3*sin(2*PI*(300+200*sin(t/7))*t)|0.2*sin(2*PI*(500+90*sin(t/3))*t)':s=48000:d=180[t]";
  const noise = 'anoisesrc=color=pink:amplitude=0.3:seed=7:r=48000:d=180,aformat=channel_layouts=stereo[n]';
  const mixed = `${tone};${noise};[t][n]amix=inputs=2`;
  const wav = `${folder}tones-${bits}.wav`;
  run('ffmpeg', '-v', 'error', '-y', '-filter_complex', mixed, '-c:a', `pcm_s${bits}le`, '-bitexact', wav);
  run('flac', '-sf', '-5', '-o', file, wav);
  return file;
}
