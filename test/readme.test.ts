import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const readmes = ['README.md', ...readdirSync(`${root}packages`).map((folder) => `packages/${folder}/README.md`)].filter(
  (path) => existsSync(root + path),
);

/** Commands have no TypeScript to show; their examples are what the tests of them run. */
const WITHOUT_EXAMPLE = ['packages/cli/README.md', 'packages/create-zarr-audio/README.md'];

describe('the first TypeScript example runs', () => {
  it.each(readmes.filter((path) => !WITHOUT_EXAMPLE.includes(path)))('%s', async (path) => {
    const example = /```ts\n([\s\S]*?)```/.exec(readFileSync(root + path, 'utf8'))?.[1];
    expect(example, `${path} has no example`).toBeDefined();
    mkdirSync(`${root}.cache/readme`, { recursive: true });
    const file = `${root}.cache/readme/${path.replaceAll('/', '-').replace('.md', '')}.ts`;
    writeFileSync(file, example!);
    const lines: unknown[] = [];
    const log = console.log;
    console.log = (...values) => void lines.push(values);
    const folder = process.cwd();
    try {
      process.chdir(root);
      await import(/* @vite-ignore */ file);
    } finally {
      console.log = log;
      process.chdir(folder);
    }
    expect(lines.length, 'an example shows something').toBeGreaterThan(0);
  });
});
