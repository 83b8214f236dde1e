/*
 * Index and import of 2.2 hours of Ogg Opus (398,251 packets) beside opusinfo and `ffmpeg -c copy`, in the same run.
 *
 *   pnpm build && node bench/import.mjs [file.opus]
 *
 * Programs take turns, so that a busy moment of the machine falls on both. Medians are given.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRegistry } from '@zarr-audio/codec';
import { opus } from '@zarr-audio/opus-codec';
import { openOrCreateStore } from 'zarr-audio';
import { fileSource, fileStorage } from 'zarr-audio/node';
import { opusFile } from './made-file.mjs';

const file = process.argv[2] ?? opusFile();
const folder = mkdtempSync(join(tmpdir(), 'zarr-audio-bench-'));
const cli = fileURLToPath(new URL('../packages/cli/dist/zarr-audio.js', import.meta.url));
const codec = opus();
const codecs = createRegistry([codec]);
const bytes = new Uint8Array(readFileSync(file));
const inMemory = {
  name: 'memory.opus',
  async *open() {
    for (let at = 0; at < bytes.length; at += 262_144) yield bytes.subarray(at, at + 262_144);
  },
};

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const milliseconds = async (act) => {
  const from = performance.now();
  await act();
  return performance.now() - from;
};
function program(command, ...args) {
  const { status, error } = spawnSync(command, args, { stdio: 'ignore' });
  if (error || status !== 0) throw new Error(`${command} failed: ${error?.message ?? status}`);
}

async function index() {
  let packets = 0;
  for await (const event of codec.ingest(inMemory, { seekPoints: 'grid' })) {
    if (event.type === 'restart') throw new Error('the file is not one sound stream');
    if (event.type === 'piece') packets += event.rows.length / 5;
  }
  return packets;
}

async function importInProcess() {
  const path = join(folder, 'in-process.zarr');
  rmSync(path, { recursive: true, force: true });
  const store = await openOrCreateStore(await fileStorage(path, { create: true }), { codecs });
  const source = await fileSource(file);
  return milliseconds(() => store.import(source, { seekPoints: 'grid' }));
}

function importByCommand() {
  rmSync(join(folder, 'command.zarr'), { recursive: true, force: true });
  program(process.execPath, cli, 'import', join(folder, 'command.zarr'), file, '--no-seek-points');
}

const times = { index: [], opusinfo: [], inProcess: [], command: [], copy: [] };
for (let warmUp = 0; warmUp < 5; warmUp++) await index();
for (let round = 0; round < 15; round++) {
  times.index.push(await milliseconds(index));
  times.opusinfo.push(await milliseconds(() => program('opusinfo', file)));
}
await importInProcess();
for (let round = 0; round < 7; round++) {
  times.inProcess.push(await importInProcess());
  times.command.push(await milliseconds(importByCommand));
  times.copy.push(
    await milliseconds(() =>
      program('ffmpeg', '-v', 'error', '-y', '-i', file, '-c', 'copy', join(folder, 'copy.opus')),
    ),
  );
}
const row = (what, ms, peer, peerMs) =>
  console.log(
    `${what.padEnd(44)} ${ms.toFixed(0).padStart(6)} ms   ${peer} ${peerMs.toFixed(0)} ms   ratio ${(ms / peerMs).toFixed(2)}`,
  );
console.log(`${(bytes.length / 1e6).toFixed(1)} MB, ${await index()} packets`);
row('demux + parse + index, in process, warm', median(times.index), 'opusinfo', median(times.opusinfo));
row('import, in process (hash, checksums, fsync)', median(times.inProcess), 'ffmpeg -c copy', median(times.copy));
row('import, the command as a process', median(times.command), 'ffmpeg -c copy', median(times.copy));
rmSync(folder, { recursive: true });
