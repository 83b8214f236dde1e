// What is fuzzed, as plain JavaScript: the sources of all packages, the harness, and a module for each file of targets.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'tsup';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = join(root, 'test/fuzz');

/** The targets of each file. */
const TARGETS = {
  ogg: ['ogg'],
  'ogg-mux': ['ogg-mux'],
  opus: ['opus-head', 'opus-tags', 'opus-packet', 'packet-framing'],
  matroska: ['matroska'],
  mp4: ['mp4'],
  ingest: ['ingest-ogg', 'ingest-matroska', 'ingest-mp4', 'ingest-framed'],
  flac: ['flac', 'flac-frame', 'ingest-flac'],
  wav: ['wav'],
};

export const TARGET_NAMES = Object.values(TARGETS).flat();

/**
 * Builds what these targets need. `close` removes it.
 *
 * @returns The child's path, for each target its module, and all codes that errors may have.
 */
export async function bundle(names = TARGET_NAMES) {
  const cache = join(root, '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'fuzz-'));
  const files = Object.entries(TARGETS).filter(([, targets]) => targets.some((name) => names.includes(name)));
  const entry = Object.fromEntries(files.map(([file]) => [file, join(here, `targets/${file}.ts`)]));
  const close = () => rmSync(folder, { recursive: true, force: true });
  try {
    await build({
      entry: { child: join(here, 'child.ts'), ...entry },
      outDir: folder,
      format: 'esm',
      target: 'node20',
      platform: 'node',
      config: false,
      silent: true,
      sourcemap: true,
      splitting: false,
      clean: false,
      dts: false,
      tsconfig: join(here, 'tsconfig.json'),
      outExtension: () => ({ js: '.mjs' }),
      noExternal: [/^@zarr-audio\//],
      external: ['@discordjs/opus', 'opusscript', 'zarrita'],
      esbuildPlugins: [sources],
    });
  } catch (error) {
    close();
    throw error;
  }
  const modules = Object.fromEntries(
    files.flatMap(([file, targets]) => targets.map((name) => [name, pathToFileURL(join(folder, `${file}.mjs`)).href])),
  );
  return { child: join(folder, 'child.mjs'), modules, codes: codes(), close };
}

const sources = {
  name: 'sources of the packages',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^@zarr-audio\// }, ({ path }) => {
      const [, folder, ...rest] = path.split('/');
      return { path: join(root, 'packages', folder, 'src', `${rest.join('/') || 'index'}.ts`) };
    });
  },
};

/** Whatever in the sources of the packages, and in the documents, looks like one. */
function codes() {
  const folders = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name, 'src'));
  const files = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)))
    .filter((file) => file.endsWith('.ts'));
  const text = [...files, join(root, 'docs/errors.md')].map((file) => readFileSync(file, 'utf8')).join('\n');
  return [...new Set(text.match(/(?<=['`])[A-Z][A-Z0-9]+(_[A-Z0-9]+)+(?=['`])/g))];
}
