import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const readme = readFileSync(`${root}packages/ogg-demux/README.md`, 'utf8');

/** Runs the first example below a heading. @returns what it logs, a line each */
async function runExample(heading: string): Promise<string[]> {
  const section = readme.slice(readme.indexOf(`\n## ${heading}\n`));
  const example = /```js\n([\s\S]*?)```/.exec(section)?.[1];
  expect(example, `an example below ${heading}`).toBeDefined();
  mkdirSync(`${root}.cache/readme`, { recursive: true });
  const file = `${root}.cache/readme/ogg-demux-${heading.replaceAll(' ', '-')}.ts`;
  // From that folder the package of the example's other import is not to be found by its name.
  const prism = createRequire(import.meta.url).resolve('prism-media');
  writeFileSync(file, example!.replace("'prism-media'", JSON.stringify(prism)));
  const log = vi.spyOn(console, 'log').mockReturnValue();
  const folder = process.cwd();
  try {
    process.chdir(root);
    await import(/* @vite-ignore */ file);
  } finally {
    process.chdir(folder);
  }
  return log.mock.calls.map((values) => values.join(' '));
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('examples of the README', () => {
  it('in a browser', async () => {
    const file = readFileSync(`${root}fixtures/ogg_opus/speech_8.opus`);
    vi.stubGlobal('fetch', async () => new Response(new Uint8Array(file)));
    // 541 packets of 20 ms and two of headers; opusinfo says 10.8 s, without the pre-skip of 312 samples.
    expect(await runExample('In a browser')).toEqual(['0 OpusHead', '543 packets, 10.8065 s']);
  });

  it('with prism-media', async () => {
    expect(await runExample('With prism-media')).toEqual(['1 channel', `${541 * 960} samples`]);
  });
});
