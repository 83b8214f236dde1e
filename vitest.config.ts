import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Tests run on the sources of all packages, so that nothing has to be built for them. */
const alias = readdirSync(`${root}packages`).flatMap((folder) => {
  const src = `${root}packages/${folder}/src`;
  const name = folder === 'zarr-audio' ? folder : `@zarr-audio/${folder}`;
  if (!existsSync(`${src}/index.ts`)) return [];
  return [
    { find: new RegExp(`^${name}$`), replacement: `${src}/index.ts` },
    { find: new RegExp(`^${name}/(.+)$`), replacement: `${src}/$1.ts` },
  ];
});

export default defineConfig({
  resolve: { alias },
  test: {
    root,
    pool: 'forks',
    // The default leaves a core idle, which on two is half of them.
    maxWorkers: '100%',
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/*.oracle.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
