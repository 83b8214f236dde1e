/*
 * Speed of @zarr-audio/matroska-demux over 2.2 hours of Opus in 20 ms packets (about 50 MB, 398,000 packets), as ffmpeg writes
 * them with `-c copy`: to a file (every Cluster with a CRC-32, which is checked) and as live WebM (no checksums).
 *
 *   pnpm build && node bench/matroska.mjs [file.mka]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MatroskaDemuxer } from '@zarr-audio/matroska-demux';
import { Bench } from 'tinybench';
import { opusFile } from './made-file.mjs';

const folder = fileURLToPath(new URL('../.cache/matroska/', import.meta.url));

/** @returns The path of the packets of `opusFile()` in another container. */
function muxed(name, options) {
  const made = folder + name;
  if (existsSync(made)) return made;
  mkdirSync(folder, { recursive: true });
  const args = ['-v', 'error', '-y', '-i', opusFile(), '-c', 'copy', ...options, `${made}.part`];
  const { status, error } = spawnSync('ffmpeg', args, { stdio: 'inherit' });
  if (error || status !== 0) throw new Error(`ffmpeg failed (${error?.message ?? status})`);
  renameSync(`${made}.part`, made);
  return made;
}

/** Position and length of every packet, as an index would take them, or a view of it. */
function read(bytes, chunkBytes, views, tracks) {
  const demuxer = new MatroskaDemuxer({ tracks });
  let packets = 0;
  let sum = 0;
  const take = (events) => {
    for (const event of events) {
      if (event.type === 'damage') throw new Error(event.message);
      if (event.type !== 'block') continue;
      const { block } = event;
      for (let i = 0; i < block.frameCount; i++) {
        sum += views ? block.frame(i).length : block.frameOffset(i) ^ block.frameLength(i);
      }
      packets += block.frameCount;
    }
  };
  for (let at = 0; at < bytes.length; at += chunkBytes) take(demuxer.push(bytes.subarray(at, at + chunkBytes)));
  take(demuxer.finish());
  return { packets, sum };
}

const named = process.argv[2];
const files = named
  ? [['file', named]]
  : [
      ['mka, CRC checked', muxed('tone-and-noise.mka', ['-f', 'matroska'])],
      ['live WebM', muxed('tone-and-noise.webm', ['-live', '1', '-f', 'webm'])],
    ];
const bench = new Bench({ time: 2000, warmupTime: 500 });
const sizes = new Map();
for (const [what, path] of files) {
  const bytes = readFileSync(path);
  console.log(`${what}: ${(bytes.length / 1e6).toFixed(1)} MB, ${read(bytes, 65_536, false).packets} packets`);
  const add = (name, run) => {
    sizes.set(`${what}, ${name}`, bytes.length);
    bench.add(`${what}, ${name}`, run);
  };
  add('boundaries, one push', () => read(bytes, bytes.length, false));
  add('boundaries, 64 KiB pushes', () => read(bytes, 65_536, false));
  add('boundaries, 1000-byte pushes', () => read(bytes, 1000, false));
  add('views, 64 KiB pushes', () => read(bytes, 65_536, true));
  add('track not selected, 64 KiB pushes', () => read(bytes, 65_536, false, () => false));
}
await bench.run();
for (const { name, result } of bench.tasks) {
  const ms = result.latency.p50;
  console.log(
    `${name.padEnd(52)} ${ms.toFixed(1).padStart(7)} ms  ${(sizes.get(name) / 1000 / ms).toFixed(0).padStart(5)} MB/s`,
  );
}
