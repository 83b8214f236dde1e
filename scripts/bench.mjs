// npm run bench: every bench, one after the other. Needs ffmpeg and opus-tools for the peers.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import './setup.mjs';
import { root, run } from './toolchain.mjs';

const all = [
  'demux',
  'matroska',
  'mux',
  'import',
  'batch',
  'resample',
  'seek-points',
  'seek',
  'many',
  'http',
  'catalogue',
  'flac',
  'flac-seek',
  'memory',
  'memory-import',
  'memory-demux',
];
const asked = process.argv.slice(2);
const benches = asked.length > 0 ? asked : all;
const known = readdirSync(join(root, 'bench'));
for (const bench of benches) {
  if (!known.includes(`${bench}.mjs`)) throw new Error(`there is no bench ${bench}`);
  console.log(`\n== ${bench} ==`);
  if (run(process.execPath, [join(root, 'bench', `${bench}.mjs`)]) !== 0) process.exitCode = 1;
}
