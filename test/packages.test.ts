import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const packagesFolder = fileURLToPath(new URL('../packages/', import.meta.url));
const folders = readdirSync(packagesFolder).filter((folder) => existsSync(`${packagesFolder}${folder}/package.json`));

interface Manifest {
  name: string;
  type: string;
  license: string;
  engines: { node: string };
  bin?: Record<string, string>;
  exports?: Record<string, unknown>;
  dependencies?: Record<string, string>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(`${packagesFolder}${folder}/package.json`, 'utf8'));

/** Packages in the order of docs/architecture.md: each imports only from those above it. */
const LAYERS = [
  'codec',
  'workers',
  'wav',
  'field-metadata',
  'resampler',
  'ogg-demux',
  'ogg-mux',
  'matroska-demux',
  'mp4-demux',
  'opus-parser',
  'packet-index',
  'opus-index',
  'opus-codec',
  'flac-codec',
  'codec-testkit',
  'zarr-audio',
  'ffmpeg-adapter',
  'cli',
  'create-zarr-audio',
];

describe.each(folders)('package %s', (folder) => {
  const manifest = manifestOf(folder);
  const sources = readdirSync(`${packagesFolder}${folder}/src`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file, text: readFileSync(`${packagesFolder}${folder}/src/${file}`, 'utf8') }));

  it('imports only from packages above it, and depends on what it imports and nothing else', () => {
    const imported = new Set<string>();
    for (const { text } of sources) {
      for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*'([@\w][@\w./-]*)'/g)) {
        if (specifier!.startsWith('node:')) continue;
        imported.add(
          specifier!
            .split('/')
            .slice(0, specifier!.startsWith('@') ? 2 : 1)
            .join('/'),
        );
      }
    }
    const declared = { ...manifest.dependencies };
    expect([...imported].filter((name) => name !== '@discordjs/opus').sort()).toEqual(Object.keys(declared).sort());
    const ours = [...imported]
      .map((name) => LAYERS.indexOf(name.replace('@zarr-audio/', '')))
      .filter((layer) => layer >= 0);
    for (const layer of ours) expect(layer).toBeLessThan(LAYERS.indexOf(folder));
  });

  it('runs in a browser, but for what is Node alone', () => {
    if (['cli', 'create-zarr-audio', 'ffmpeg-adapter'].includes(folder)) return;
    const withNode = sources.filter(({ text }) => /from 'node:/.test(text)).map(({ file }) => file);
    const reachable = reachableFrom('index.ts', sources);
    expect(withNode.filter((file) => reachable.has(file))).toEqual([]);
  });

  it('has a readme, a licence and what package managers ask for', () => {
    expect(existsSync(`${packagesFolder}${folder}/README.md`)).toBe(true);
    expect(existsSync(`${packagesFolder}${folder}/LICENSE`)).toBe(true);
    expect(manifest).toMatchObject({ type: 'module', license: 'MIT', engines: { node: '>=20.19' } });
  });
});

function reachableFrom(entry: string, sources: readonly { file: string; text: string }[]): Set<string> {
  const reached = new Set<string>();
  const queue = [entry];
  while (queue.length > 0) {
    const file = queue.pop()!;
    if (reached.has(file)) continue;
    reached.add(file);
    const text = sources.find((source) => source.file === file)?.text ?? '';
    for (const [, specifier] of text.matchAll(/from '(\.[^']*)'/g)) {
      const resolved = new URL(`${specifier}.ts`, `file:///${file}`).pathname.slice(1);
      queue.push(resolved);
    }
  }
  return reached;
}
