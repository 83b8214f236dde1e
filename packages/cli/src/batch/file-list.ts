import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { audioFiles, type Found } from '../audio-files';

/** A file to import, with its size (0 if nobody can look at it), or a folder that can't be searched. */
export type ListedFile = Found & { readonly bytes: number };

/** Asked for at the same time. */
const STATS_AT_ONCE = 64;

/** All files that arguments mean, each once, in their order: files, folders, patterns. Looked at before the first is imported. */
export async function listFiles(paths: readonly string[], signal: AbortSignal): Promise<ListedFile[]> {
  const found = new Map<string, Found>();
  for (const path of paths) {
    for await (const file of audioFiles(path)) {
      signal.throwIfAborted();
      // What can't be opened has no name that tells it from others.
      const key = file.error ? `${found.size}` : resolve(file.path);
      if (!found.has(key)) found.set(key, file);
    }
  }
  const files = [...found.values()];
  const listed: ListedFile[] = [];
  for (let at = 0; at < files.length; at += STATS_AT_ONCE) {
    signal.throwIfAborted();
    listed.push(...(await Promise.all(files.slice(at, at + STATS_AT_ONCE).map(withSize))));
  }
  return listed;
}

async function withSize(file: Found): Promise<ListedFile> {
  const stats = await stat(file.path).catch(() => undefined);
  return { ...file, bytes: stats?.isFile() ? stats.size : 0 };
}
