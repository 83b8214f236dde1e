// What bench/seek.mjs and bench/http.mjs read, made once and kept in .cache/seek/, and the peers, built where they can be.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRegistry } from '@zarr-audio/codec';
import { opus } from '@zarr-audio/opus-codec';
import { wavInput } from '@zarr-audio/wav';
import { openOrCreateStore, openStore } from 'zarr-audio';
import { fileSource, fileStorage } from 'zarr-audio/node';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = path('../.cache/seek/');
/** 2.2 hours. */
const SECONDS = 7965;

/** Real music and real speech, over and over, at the rates that are asked for. */
export const SOUNDS = [
  { name: 'stereo', what: 'stereo, 96 kb/s', from: 'ogg.opus', channels: 2, bitrate: 96_000, application: 'audio' },
  { name: 'speech', what: 'speech, 24 kb/s', from: 'speech_8.opus', channels: 1, bitrate: 24_000, application: 'voip' },
];

export const codecs = createRegistry([opus()]);

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error || status !== 0) throw new Error(`${command} failed: ${error?.message ?? status}`);
}

function made(name, make) {
  const target = `${folder}${name}`;
  if (existsSync(target)) return target;
  mkdirSync(folder, { recursive: true });
  console.log(`making ${name}, once`);
  const part = `${folder}part-${name}`;
  rmSync(part, { recursive: true, force: true });
  make(part);
  renameSync(part, target);
  return target;
}

function wav({ name, from, channels }) {
  const args = ['-v', 'error', '-y'];
  const once = made(`${name}-once.wav`, (part) =>
    run('ffmpeg', ...args, '-i', path(`../fixtures/ogg_opus/${from}`), '-ar', '48000', '-ac', `${channels}`, part),
  );
  return made(`${name}.wav`, (part) =>
    run('ffmpeg', ...args, '-stream_loop', '-1', '-i', once, '-t', `${SECONDS}`, part),
  );
}

/** An Ogg Opus file that we did not encode. */
function foreignFile(sound) {
  const source = wav(sound);
  const encoding = ['-c:a', 'libopus', '-application', sound.application, '-b:a', `${sound.bitrate}`];
  return made(`${sound.name}-foreign.opus`, (part) =>
    run('ffmpeg', '-v', 'error', '-y', '-i', source, ...encoding, part),
  );
}

async function recordingOf(name, sourceOf, options) {
  const target = `${folder}${name}.zarr`;
  if (!existsSync(target)) {
    console.log(`importing ${name}, once`);
    const part = `${folder}part-${name}.zarr`;
    rmSync(part, { recursive: true, force: true });
    const store = await openOrCreateStore(await fileStorage(part, { create: true }), { codecs });
    const [result] = await store.import(await sourceOf(), { inputs: [wavInput()], ...options });
    if (result.status === 'failed') throw result.error;
    renameSync(part, target);
  }
  const store = await openStore(await fileStorage(target), { codecs });
  return { store: target, recording: await store.open((await store.ids())[0]) };
}

/** A store of what we encode or take in, and the same stream as a file for the peers. */
export async function listenedTo(sound, kind) {
  const name = `${sound.name}-${kind}`;
  if (kind === 'foreign') {
    const file = foreignFile(sound);
    return { file, ...(await recordingOf(name, () => fileSource(file), {})) };
  }
  const opened = await recordingOf(name, () => fileSource(wav(sound)), { encoding: { bitrate: sound.bitrate } });
  const file = `${folder}${name}.opus`;
  if (!existsSync(file)) {
    const pieces = [];
    for await (const piece of opened.recording.blob.stream()) pieces.push(piece);
    writeFileSync(file, Buffer.concat(pieces));
  }
  return { file, ...opened };
}

/** So many hours of speech with a grid of seek points, which costs no measuring. */
export async function longRecording(hours, makeSource) {
  return recordingOf(`${hours}-hours`, makeSource, { seekPoints: 'grid' });
}

/** A peer in C, or undefined with a word where it can't be built. */
export function builtPeer(name, ...libraries) {
  const program = `${folder}${name}`;
  mkdirSync(folder, { recursive: true });
  const flags = spawnSync('pkg-config', ['--cflags', '--libs', ...libraries], { encoding: 'utf8' });
  const args = ['-O2', path(`peers/${name}.c`), '-o', program, ...(flags.stdout ?? '').trim().split(/\s+/)];
  if (flags.status === 0 && spawnSync('gcc', args, { stdio: 'inherit' }).status === 0) return program;
  console.log(`${name} is left out: it takes gcc and ${libraries.join(', ')} (libopusfile-dev)`);
  return undefined;
}

/** What a peer prints: lines of JSON, or text. */
export function output(command, ...args) {
  const { status, stdout, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  return error || status !== 0 ? undefined : stdout;
}

export { path };
