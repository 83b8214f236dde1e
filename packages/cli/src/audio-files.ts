import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Endings of what a folder is searched for; a file that is named is tried whatever its name. */
const AUDIO = /\.(wav|wave|opus|ogg|oga|flac|mp3|m4a|m4b|aac|wma|aif|aiff|webm|mka|mkv|mp4|mov|caf|au|amr|ac3)$/i;

/**
 * The file itself, or all audio files of a folder and the folders in it, in order of their names. What can't be looked
 * at is given as it is, so that its import tells why.
 */
export async function* audioFiles(path: string): AsyncGenerator<string> {
  const stats = await stat(path).catch(() => undefined);
  if (!stats?.isDirectory()) {
    yield path;
    return;
  }
  const entries = await readdir(path, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) yield* audioFiles(inside);
    else if (entry.isFile() && AUDIO.test(entry.name)) yield inside;
  }
}
