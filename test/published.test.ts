import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData, type Problem } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installTarballs, packAll, packageFolders } from '../scripts/packed.mjs';
import { measureSizes, recordedSizes } from '../scripts/sizes.mjs';
import { readTarball } from '../scripts/tarball.mjs';

/*
 * Packages as they are published: packed by pnpm from what `npm run build` made (`npm test` builds first).
 */

interface Manifest {
  name: string;
  version: string;
  exports?: Record<string, string | Record<string, string>>;
  bin?: Record<string, string>;
  sideEffects: boolean | string[];
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  repository: { url: string; directory: string };
  publishConfig: { access: string };
}

const root = new URL('../', import.meta.url);
const names: string[] = [...packageFolders.keys()];
const tarballs: Map<string, string> = packAll(new URL('.cache/published', root).pathname);
const folderOf = (name: string) => `packages/${name.replace('@zarr-audio/', '')}`;

/** Entries that only workers load, which the main thread can't. */
const isWorker = (entry: string) => entry === './worker' || entry === './serve';
/** What the types say to `require` of CommonJS and to Node 10, which packages of ESM are not for. */
const OTHER_RESOLUTIONS = ['node10', 'node16-cjs'];

describe.each(names)('%s, packed', (name) => {
  const files: Map<string, Buffer> = readTarball(tarballs.get(name)!);
  const text = (path: string) => files.get(path)?.toString('utf8') ?? '';
  const manifest: Manifest = JSON.parse(text('package.json'));
  const entries = Object.entries(manifest.exports ?? {}).filter(([entry]) => entry !== './package.json');

  it('is clean by publint', async () => {
    const bytes = readFileSync(tarballs.get(name)!);
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it('has the types that its code has', async () => {
    const result = await checkPackage(createPackageFromTarballData(readFileSync(tarballs.get(name)!)));
    // A command is not imported.
    if (entries.length === 0) expect(manifest.bin).toBeDefined();
    else if (!result.types) throw new Error('it has no types');
    else expect(result.problems.filter(concernsEsm)).toEqual([]);
  });

  it('names what it needs as others can have it, and runs nothing when it is installed', () => {
    const ranges = Object.entries(manifest.dependencies ?? {});
    for (const [other, range] of ranges) {
      if (tarballs.has(other)) expect(range).toBe(`^${versionOf(other)}`);
      else expect(range).toMatch(/^\^?\d+\.\d+\.\d+$/);
    }
    expect(Object.keys(manifest.scripts ?? {}).filter((script) => /install|prepare|^prepublish/.test(script))).toEqual(
      [],
    );
    expect(manifest.publishConfig).toEqual({ access: 'public' });
    expect(manifest.repository.directory).toBe(folderOf(name));
  });

  it('holds what it names, and nothing that is not for others', () => {
    const targets = entries.flatMap(([, target]) => (typeof target === 'string' ? [target] : Object.values(target)));
    const sideEffects = Array.isArray(manifest.sideEffects) ? manifest.sideEffects : [];
    const named = [...targets, ...Object.values(manifest.bin ?? {}), ...sideEffects].map((path) =>
      path.replace('./', ''),
    );
    expect(named.filter((path) => !files.has(path))).toEqual([]);
    const others = [...files.keys()].filter((path) => !/^(dist|templates)\/.+$/.test(path));
    expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
    const code = [...files.keys()].filter((path) => path.endsWith('.js'));
    expect(code.filter((path) => text(path).includes('sourceMappingURL'))).toEqual([]);
    expect([...files.keys()].filter((path) => /\.map$|\.test\.|tsbuildinfo/.test(path))).toEqual([]);
    expect(text('LICENSE')).toMatch(/^MIT License/);
  });

  it('has every entry typed, and says which files do something by being imported', () => {
    for (const [, target] of entries) expect(Object.keys(target)).toEqual(['types', 'default']);
    const workers = entries.filter(([entry]) => entry === './worker').map(([entry]) => `./dist${entry.slice(1)}.js`);
    expect(manifest.sideEffects).toEqual(workers.length > 0 ? workers : false);
    if (entries.length > 0) expect(manifest.exports!['./package.json']).toBe('./package.json');
  });
});

function concernsEsm(problem: Problem): boolean {
  return !('resolutionKind' in problem && OTHER_RESOLUTIONS.includes(problem.resolutionKind));
}

function versionOf(name: string): string {
  return JSON.parse(readFileSync(new URL(`${folderOf(name)}/package.json`, root), 'utf8')).version;
}

describe('all, installed by npm where nothing of the repository is in reach', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'zarr-audio-'));
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
    // The native decoder is optional, and has to be compiled.
    installTarballs(folder, [...tarballs.values()], ['--omit=optional', '--ignore-scripts']);
  }, 120_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What can be imported. */
  const specifiersIn = (folder: string) =>
    names.flatMap((name) => {
      const { exports = {} } = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
      const entries = Object.keys(exports).filter((entry) => entry !== './package.json' && !isWorker(entry));
      return entries.map((entry) => name + entry.slice(1));
    });

  it('can be imported, every entry', () => {
    const specifiers = specifiersIn(folder);
    expect(specifiers.length).toBeGreaterThan(names.length);
    const script = `for (const name of ${JSON.stringify(specifiers)}) {
      if (Object.keys(await import(name)).length === 0) throw new Error(name + ' exports nothing');
    }`;
    writeFileSync(join(folder, 'import-all.js'), script);
    const { status, stderr } = spawnSync(process.execPath, ['import-all.js'], { cwd: folder, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it.each(['node16', 'bundler'])('has types for strict projects of Node alone, resolved as %s', (resolution) => {
    const lines = specifiersIn(folder).map((name, i) => `import * as m${i} from '${name}';\nconsole.log(m${i});\n`);
    writeFileSync(join(folder, 'all.ts'), lines.join(''));
    const module = resolution === 'node16' ? 'node16' : 'es2022';
    const types = new URL('node_modules/@types', root).pathname;
    const options = [
      '--noEmit',
      '--strict',
      '--target',
      'es2022',
      '--lib',
      'es2022',
      '--typeRoots',
      types,
      '--types',
      'node',
    ];
    const tsc = new URL('node_modules/typescript/bin/tsc', root).pathname;
    const args = [tsc, ...options, '--module', module, '--moduleResolution', resolution, 'all.ts'];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  it('the command runs', () => {
    const command = join(folder, 'node_modules/.bin/zarr-audio');
    const { status, stdout } = spawnSync(command, ['help'], { cwd: folder, encoding: 'utf8' });
    expect(stdout).toMatch(/usage: zarr-audio <command>/);
    expect(status).toBe(0);
  });
});

describe('docs/sizes.md', () => {
  const recorded = new Map(recordedSizes().map((size) => [size.name, size]));
  const measured = measureSizes(tarballs);

  it('has a row for every package', () => {
    expect([...recorded.keys()]).toEqual(measured.map(({ name }) => name));
  });

  it.each(measured)('$name takes what it says; if not, run `node scripts/sizes.mjs`', ({ name, ...sizes }) => {
    const said = recorded.get(name);
    for (const [key, bytes] of Object.entries(sizes)) {
      const tolerance = bytes / 10 + 8192;
      expect(Math.abs((said?.[key as keyof typeof sizes] ?? 0) - bytes), key).toBeLessThan(tolerance);
    }
  });
});
