import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fixture } from './run-command';

/** What is kept, what is encoded, what has several recordings in a file, and what has none. */
const TWENTY_FILES = [
  ...['20210201_210100T.WAV', 'S4A03895_20190522_210000.wav', 'audiomoth_gps.wav'].map((name) => `wildlife/${name}`),
  ...[
    'weather.wav',
    'sample_float64.wav',
    'sine_32le.wav',
    'sample_8bit.wav',
    'wavedata_s24.wav',
    'M1F1-int12WE-AFsp.wav',
  ].map((name) => `wav/${name}`),
  ...['chain.opus', 'ogg.opus', 'speech_8.opus', 'stereo.opus', 'tiny.ogg', 'variable-channel.opus'].map(
    (name) => `ogg_opus/${name}`,
  ),
  ...['love.flac', 'pop.flac', 'bear_flac.ogg'].map((name) => `flac/${name}`),
  'webm_opus/detodos.webm',
  'malformed/malformedOggPage.opus',
];

/** The one that holds nothing to import. */
export const BROKEN_FILE = 'malformedOggPage.opus';

/** Puts them into a new folder. @returns Their names. */
export function putTwentyFiles(folder: string): string[] {
  mkdirSync(folder);
  for (const path of TWENTY_FILES) cpSync(fixture(path), join(folder, basename(path)));
  return TWENTY_FILES.map((path) => basename(path));
}

/** Ids of what is seen in a store, sorted. */
export function idsIn(store: string): string[] {
  return readdirSync(store)
    .filter((name) => /^[0-9a-f]{16}$/.test(name))
    .sort();
}

/** The catalogue: how many segments there are, and in which order lines stand, depends on who wrote and when. */
const SEGMENT = /^\.zarr-audio\/catalogue\/\d+\.jsonl$/;

/** All that lies in a store: SHA-256 of files by their paths, folders, and the lines of the catalogue. */
export function everythingIn(store: string): Record<string, string> {
  const found: Record<string, string> = {};
  const lines: string[] = [];
  for (const entry of readdirSync(store, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(store.length + 1);
    if (entry.isDirectory()) found[name] = 'folder';
    else if (SEGMENT.test(name)) lines.push(...readFileSync(path, 'utf8').split('\n').filter(Boolean));
    else found[name] = createHash('sha256').update(readFileSync(path)).digest('hex');
  }
  return { ...found, catalogue: lines.sort().join('\n') };
}
