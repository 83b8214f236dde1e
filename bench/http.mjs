/*
 * 1 s from the middle of 2.2 hours over HTTP with 50 ms of delay, beside opusfile's own HTTP and `ffmpeg -ss`.
 *
 *   pnpm build && node bench/http.mjs
 */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { httpStorage, openRecording } from 'zarr-audio';
import { builtPeer, codecs, listenedTo, output, path, SOUNDS } from './listening.mjs';

const DELAY_MS = 50;
const PORT = 8177;
const SECOND = 48_000;

function serve(folder) {
  const server = spawn(process.execPath, [path('peers/range-server.mjs'), folder, `${DELAY_MS}`, `${PORT}`], {
    stdio: 'inherit',
  });
  return () => server.kill();
}

const url = `http://127.0.0.1:${PORT}/`;
const stats = async () => (await fetch(`${url}stats`)).json();

async function isUp() {
  for (let i = 0; i < 100; i++) {
    if (await stats().catch(() => undefined)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the server does not answer');
}

async function measure(name, act) {
  await stats();
  const from = performance.now();
  await act();
  const ms = performance.now() - from;
  const { requests, bytes } = await stats();
  console.log(`${name.padEnd(48)} ${(ms / 1000).toFixed(3)} s, ${requests} requests, ${bytes} bytes`);
}

for (const sound of SOUNDS) {
  const { store, file, recording } = await listenedTo(sound, 'ours');
  const { id } = recording;
  console.log(`\n${sound.what}`);
  let stop = serve(store);
  try {
    await isUp();
    const middle = Math.floor(recording.totalSamples / 2);
    // The code is loaded, as that of the peers is when their clocks start.
    await recording.read({ start: middle, end: middle + SECOND });
    let remote;
    const read = (start) => remote.read({ start, end: start + SECOND });
    await measure('from a cold open to the first second', async () => {
      remote = await openRecording(httpStorage(url), id, { codecs });
      await read(middle);
    });
    await measure('the second after it', () => read(middle + SECOND));
    await measure('any other', () => read(Math.floor(middle / 3)));
  } finally {
    stop();
  }
  stop = serve(dirname(file));
  try {
    await isUp();
    const address = `${url}${file.split('/').at(-1)}`;
    const opusurl = builtPeer('opusurl_seek', 'opusfile', 'opusurl');
    const at = Math.floor(recording.totalSamples / 2);
    if (opusurl) await measure('opusfile: open, seek, read', () => output(opusurl, address, `${at}`));
    const ffmpeg = ['-v', 'error', '-ss', `${at / SECOND}`, '-i', address, '-t', '1', '-f', 's16le', '-'];
    await measure('ffmpeg -ss', () => output('ffmpeg', ...ffmpeg));
  } finally {
    stop();
  }
}
