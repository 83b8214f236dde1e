/*
 * Peak memory of the command, its threads included, that imports large WAV files from a disk: an hour of 384 kHz to Opus and to FLAC, and
 * 10 GB that nothing but the header says (a sparse file: silence).
 *
 *   pnpm build && node bench/memory-import.mjs [minutes of 384 kHz = 60] [GB of silence = 10]
 *
 * Files and stores lie in the temporary folder: have room there.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const minutes = Number(process.argv[2] ?? 60);
const gigabytes = Number(process.argv[3] ?? 10);
const folder = mkdtempSync(join(tmpdir(), 'zarr-audio-memory-'));
const cli = fileURLToPath(new URL('../packages/cli/dist/zarr-audio.js', import.meta.url));

/** RF64 (EBU Tech 3306): RIFF whose sizes stand in `ds64`. */
function header(sampleRate, channels, dataBytes) {
  const bytes = Buffer.alloc(80);
  bytes.write('RF64', 0);
  bytes.writeUInt32LE(0xffffffff, 4);
  bytes.write('WAVEds64', 8);
  bytes.writeUInt32LE(28, 16);
  bytes.writeBigUInt64LE(BigInt(dataBytes + 72), 20);
  bytes.writeBigUInt64LE(BigInt(dataBytes), 28);
  bytes.writeBigUInt64LE(BigInt(dataBytes / (2 * channels)), 36);
  bytes.write('fmt ', 48);
  bytes.writeUInt32LE(16, 52);
  bytes.writeUInt16LE(1, 56);
  bytes.writeUInt16LE(channels, 58);
  bytes.writeUInt32LE(sampleRate, 60);
  bytes.writeUInt32LE(sampleRate * channels * 2, 64);
  bytes.writeUInt16LE(2 * channels, 68);
  bytes.writeUInt16LE(16, 70);
  bytes.write('data', 72);
  bytes.writeUInt32LE(0xffffffff, 76);
  return bytes;
}

const bats = join(folder, 'bats.wav');
const second = Int16Array.from({ length: 384_000 }, (_, i) => 6000 * Math.sin(i * 0.8) + 3000 * (Math.random() - 0.5));
const file = openSync(bats, 'w');
writeSync(file, header(384_000, 1, minutes * 60 * second.byteLength));
for (let i = 0; i < minutes * 60; i++) writeSync(file, second);
closeSync(file);

const silence = join(folder, 'silence.wav');
const silentBytes = Math.round(gigabytes * 1e9);
writeFileSync(silence, header(48_000, 2, silentBytes));
truncateSync(silence, 80 + silentBytes);

const preload = join(folder, 'peak.cjs');
writeFileSync(
  preload,
  `if (require('node:worker_threads').isMainThread)
    process.on('exit', () => console.error('peak', Math.round(process.resourceUsage().maxRSS / 1024)));`,
);
for (const [name, path, ...options] of [
  [`${minutes} min of 384 kHz to Opus, reinterpreted`, bats, '--ultrasonic', 'reinterpret'],
  [`${minutes} min of 384 kHz to FLAC`, bats, '--codec', 'flac'],
  [`${gigabytes} GB of silence to Opus`, silence],
]) {
  const from = performance.now();
  const args = ['--require', preload, cli, 'import', join(folder, 'store.zarr'), path, ...options];
  const { status, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const seconds = ((performance.now() - from) / 1000).toFixed(0);
  const [, peak] = /^peak (\d+)$/m.exec(stderr) ?? [];
  if (status !== 0) console.log(stderr);
  console.log(`${name}: peak ${peak} MB, ${seconds} s`);
  rmSync(join(folder, 'store.zarr'), { recursive: true, force: true });
}
rmSync(folder, { recursive: true });
