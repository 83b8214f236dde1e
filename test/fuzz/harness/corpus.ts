import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Processes that fuzz are started in the root of the repository. */
const fixtures = join(process.cwd(), 'fixtures');

export interface CorpusOptions {
  /** Longer files are cut, */
  readonly cutAt?: number;
  /** or left out. */
  readonly maxBytes?: number;
}

/** Files of folders under `fixtures/`, by the end of their names, in alphabetical order. */
export function files(folders: readonly string[], names: RegExp, options: CorpusOptions = {}): Uint8Array[] {
  const { cutAt = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY } = options;
  return folders
    .flatMap((folder) =>
      readdirSync(join(fixtures, folder))
        .filter((name) => names.test(name))
        .sort()
        .map((name) => join(fixtures, folder, name)),
    )
    .map((path) => new Uint8Array(readFileSync(path)))
    .filter(({ length }) => length <= maxBytes)
    .map((bytes) => bytes.slice(0, cutAt));
}
