import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'tsup';
import { afterAll } from 'vitest';

const packages = fileURLToPath(new URL('../../', import.meta.url));
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/**
 * Bundles a file for a thread or process of Node from the sources of our packages, for they know neither TypeScript nor the aliases of the tests.
 * Packages of others are found as from `packages/<home>`. The file is deleted after the tests of a file.
 *
 * @param entry  Path of a TypeScript file.
 */
export async function workerFile(entry: string, home: string): Promise<URL> {
  mkdirSync(`${packages}${home}/node_modules/.cache`, { recursive: true });
  const folder = mkdtempSync(`${packages}${home}/node_modules/.cache/worker-`);
  folders.push(folder);
  await build({
    entry: [entry],
    outDir: folder,
    format: ['esm'],
    target: 'node20',
    platform: 'neutral',
    external: [/^node:/, /^opusscript/, /^libflacjs/],
    noExternal: [/^(@zarr-audio\/|zarr-audio)/],
    splitting: false,
    config: false,
    silent: true,
    esbuildOptions: (options) => {
      options.alias = aliases();
      options.outExtension = { '.js': '.mjs' };
    },
  });
  return pathToFileURL(`${folder}/${basename(entry, '.ts')}.mjs`);
}

/** Every entry of every package: each file of its `src`. */
function aliases(): Record<string, string> {
  const entries = readdirSync(packages).flatMap((folder) => {
    const name = folder === 'zarr-audio' ? folder : `@zarr-audio/${folder}`;
    return readdirSync(`${packages}${folder}/src`)
      .filter((file) => file.endsWith('.ts'))
      .map((file) => [
        file === 'index.ts' ? name : `${name}/${basename(file, '.ts')}`,
        `${packages}${folder}/src/${file}`,
      ]);
  });
  return Object.fromEntries(entries);
}
