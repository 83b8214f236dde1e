/*
 * Peak memory of imports of any size: Ogg Opus that is generated on the fly, and WAV.
 *
 *   pnpm build && node bench/memory.mjs [gigabytes of Ogg Opus = 2] [hours of WAV = 2]
 *
 * Each import runs in a process of its own. The store is written to the temporary folder: have room there.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRegistry } from '@zarr-audio/codec';
import { OggDemuxer } from '@zarr-audio/ogg-demux';
import { opus } from '@zarr-audio/opus-codec';
import { wavInput } from '@zarr-audio/wav';
import { openOrCreateStore } from 'zarr-audio';
import { fileStorage } from 'zarr-audio/node';
import { endlessOgg, endlessWav } from './endless-sources.mjs';

const self = fileURLToPath(import.meta.url);
const [kind, amount] = process.argv.slice(2);

if (kind === 'ogg' || kind === 'wav') {
  const folder = mkdtempSync(join(tmpdir(), 'zarr-audio-memory-'));
  const store = await openOrCreateStore(await fileStorage(folder), { codecs: createRegistry([opus()]) });
  const fixture = new URL('../fixtures/ogg_opus/ogg.opus', import.meta.url);
  const source =
    kind === 'ogg'
      ? endlessOgg(OggDemuxer, readFileSync(fixture), Number(amount) * 1e9)
      : endlessWav(Number(amount) * 3600);
  const from = performance.now();
  const [result] = await store.import(source, {
    inputs: [wavInput()],
    seekPoints: kind === 'ogg' ? 'grid' : 'measure',
  });
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  const { info } = await store.open(result.id);
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  const size = `${(info.source.bytes / 1e9).toFixed(2)} GB`;
  console.log(`${kind}: ${size}, ${info.packets} packets, ${seconds} s, peak ${peak} MB, verbatim ${info.verbatim}`);
  rmSync(folder, { recursive: true });
} else {
  for (const args of [
    ['ogg', kind ?? '2'],
    ['wav', amount ?? '2'],
  ]) {
    const { status } = spawnSync(process.execPath, [self, ...args], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}
