import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const readme = readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8');

/** The examples of a section, which go on from the first one. */
function examplesOf(section: string): string {
  const text = readme.split(`\n## ${section}\n`)[1]!.split('\n## ')[0]!;
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, example]) => example).join('\n');
}

it.each([
  ['Many ranges', [[30_000, 18_000], [0, 12_000], ['call', 36_000], [[48_000, 48_000, 48_000, 48_000]]]],
  ['Windows for analysis', [[0, 288_000, 0, [{ end: 144_000, samples: 96_000 }]]]],
  [
    'By time and attributes',
    [
      [['tiny.ogg 2021-02-01T21:00:00Z 279'], 0],
      [480, [{ end: 240, samples: 240 }]],
    ],
  ],
  // There was no crash.
  ['After a crash', []],
])('%s', async (section, shown) => {
  const first = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
  mkdirSync(`${root}.cache/readme`, { recursive: true });
  const file = `${root}.cache/readme/zarr-audio-${section.replaceAll(' ', '-')}.ts`;
  writeFileSync(file, `${first}\n${examplesOf(section)}`);
  const lines: unknown[][] = [];
  const log = console.log;
  console.log = (...values) => void lines.push(values);
  try {
    await import(/* @vite-ignore */ file);
  } finally {
    console.log = log;
  }
  for (const line of shown) expect(lines).toContainEqual(line);
});
