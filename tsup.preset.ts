import { defineConfig } from 'tsup';

/** The build that all packages share: ESM and types, one file an entry, nothing bundled in. A command has no types. */
export const preset = (entry: Record<string, string> = { index: 'src/index.ts' }, { dts = true } = {}) =>
  defineConfig({
    entry,
    format: 'esm',
    target: 'node20',
    platform: 'neutral',
    dts,
    clean: true,
    treeshake: true,
    external: [/^node:/],
    tsconfig: 'tsconfig.build.json',
  });
