/*
 * Peak memory of @zarr-audio/ogg-demux on streams that are made on the fly: sound ones, and such as are made to take memory.
 *
 *   pnpm build && node bench/memory-demux.mjs [gigabytes of sound Ogg = 10] [gigabytes of each hostile input = 1]
 *
 * Each runs in a process of its own, with a tenth of that too: it fails if the peak grows by more than 32 MB from there. Peaks
 * are of the whole process, with what makes the stream: Node alone takes about 45 MB.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OggDemuxer } from '@zarr-audio/ogg-demux';
import { endlessOgg, hostileOgg } from './endless-sources.mjs';

const SOUND = 'sound';
const GROWTH_MB = 32;
const self = fileURLToPath(import.meta.url);

async function* sourceOf(kind, byteLength) {
  const fixture = new URL('../fixtures/ogg_opus/ogg.opus', import.meta.url);
  if (kind === SOUND) yield* endlessOgg(OggDemuxer, readFileSync(fixture), byteLength).open();
  else yield* hostileOgg[kind]();
}

/** In a process of its own: prints what it took. */
async function run(kind, byteLength) {
  const demuxer = new OggDemuxer();
  const seen = { bytes: 0, packets: 0, damages: 0, seconds: 0 };
  const take = (events) => {
    for (const event of events) {
      if (event.type === 'page') seen.packets += event.packets.count;
      else if (event.type === 'damage') seen.damages++;
    }
  };
  for await (const chunk of sourceOf(kind, byteLength)) {
    const from = performance.now();
    take(demuxer.push(chunk));
    seen.seconds += (performance.now() - from) / 1000;
    seen.bytes += chunk.length;
    if (seen.bytes >= byteLength) break;
  }
  take(demuxer.finish());
  console.log(JSON.stringify({ ...seen, peakMb: process.resourceUsage().maxRSS / 1024 }));
}

function peakOf(kind, gigabytes) {
  const args = [self, '--run', kind, String(gigabytes * 1e9)];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${kind}: the process ended with ${status}`);
  const { bytes, packets, damages, seconds, peakMb } = JSON.parse(stdout);
  const rate = `${(bytes / 1e6 / seconds).toFixed(0)} MB/s`;
  const found = `${packets} packets, ${damages} damages`;
  console.log(`${kind.padEnd(60)} ${gigabytes} GB: peak ${peakMb.toFixed(0)} MB; ${rate}; ${found}`);
  return peakMb;
}

const [first = '10', second = '1', length] = process.argv.slice(2);
if (first === '--run') {
  await run(second, Number(length));
} else {
  for (const kind of [SOUND, ...Object.keys(hostileOgg)]) {
    const gigabytes = Number(kind === SOUND ? first : second);
    const growth = peakOf(kind, gigabytes) - peakOf(kind, gigabytes / 10);
    if (growth <= GROWTH_MB) continue;
    console.error(`${kind}: grows by ${growth.toFixed(0)} MB`);
    process.exitCode = 1;
  }
}
