import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { CodedError } from '@zarr-audio/codec';
import { glob, isDynamicPattern } from 'tinyglobby';

/** Endings of what a folder is searched for; a file that is named is tried whatever its name. */
const AUDIO: ReadonlySet<string> = new Set([
  ...['wav', 'wave', 'bwf', 'rf64', 'w64', 'aif', 'aiff', 'aifc', 'caf', 'au', 'snd'],
  ...['opus', 'ogg', 'oga', 'ogx', 'ogv', 'spx', 'webm', 'weba', 'mka', 'mkv'],
  ...['mp4', 'm4a', 'm4b', 'm4v', 'mov', '3gp', '3g2', 'aac', 'ac3', 'eac3', 'amr', 'mp2', 'mp3', 'wma'],
  ...['flac', 'wv', 'tta', 'ape'],
]);

/** A file to import, or a folder that can't be searched. */
export type Found = { readonly path: string; readonly error?: Error };

/**
 * The file itself, or all audio files of a folder and the folders in it, in order of their names, or what a pattern (`season/2021-*`,
 * `**` for folders in folders) means to a shell. What can't be looked at is given as it is, so that its import tells why;
 * folders that lie behind links are not searched.
 */
export async function* audioFiles(path: string): AsyncGenerator<Found> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory()) yield* ofFolder(path);
  else if (stats === undefined && isDynamicPattern(path)) yield* ofPattern(path);
  else yield { path };
}

async function* ofPattern(pattern: string): AsyncGenerator<Found> {
  const paths = await glob(pattern, { onlyFiles: false, expandDirectories: false });
  for (const path of paths.sort()) yield* audioFiles(path.replace(/\/$/, ''));
  if (paths.length === 0) yield nothing(pattern, `no file is called ${pattern}`);
}

async function* ofFolder(path: string): AsyncGenerator<Found> {
  let found = 0;
  for await (const file of within(path)) {
    found++;
    yield file;
  }
  if (found === 0) yield nothing(path, `there are no audio files in ${path}`);
}

function nothing(path: string, message: string): Found {
  return { path, error: new CodedError('SOURCE_EMPTY', message, { path }) };
}

async function* within(folder: string): AsyncGenerator<Found> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: Error) => cause);
  if (entries instanceof Error) {
    const message = `${folder} can't be searched: ${entries.message}`;
    yield { path: folder, error: new CodedError('SOURCE_UNREADABLE', message, { path: folder }, entries) };
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name.includes('\ufffd')) {
      const message = `the name of ${path} is not UTF-8, and nothing of it can be opened: rename it`;
      yield { path, error: new CodedError('SOURCE_UNREADABLE', message, { path }) };
    } else if (entry.isDirectory()) {
      yield* within(path);
    } else if (AUDIO.has(extname(entry.name).slice(1).toLowerCase())) {
      if (entry.isFile() || (entry.isSymbolicLink() && (await leadsToFile(path)))) yield { path };
    }
  }
}

/** Or to nothing, which its import tells. */
async function leadsToFile(link: string): Promise<boolean> {
  const stats = await stat(link).catch(() => undefined);
  return stats === undefined || stats.isFile();
}
