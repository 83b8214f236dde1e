// Packages as they would be published: packed, and installed outside of the workspace, as strangers get them.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { must, packageManager, root } from './toolchain.mjs';

const packages = join(root, 'packages');
/** Where each package lies, by name. */
export const packageFolders = new Map();
const manifests = new Map();
for (const folder of readdirSync(packages)) {
  const manifest = readManifest(join(packages, folder));
  if (!manifest) continue;
  packageFolders.set(manifest.name, join(packages, folder));
  manifests.set(manifest.name, manifest);
}

/** Packs all packages; they have to be built. @returns the path of the tarball of each, by name */
export function packAll(folder = join(root, '.cache/packed')) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const args = ['-r', '--filter', './packages/*', 'pack', '--pack-destination', folder];
  must('npx', ['-y', packageManager, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const tarballs = new Map();
  for (const { name, version } of manifests.values()) {
    tarballs.set(name, join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`));
  }
  return tarballs;
}

/** Packages of ours that these need, themselves included. */
export function withDependencies(names) {
  const needed = new Set(names);
  for (const name of needed) {
    for (const other of Object.keys(manifests.get(name).dependencies ?? {})) {
      if (manifests.has(other)) needed.add(other);
    }
  }
  return [...needed];
}

/** A copy of a folder where nothing of the repository is in reach. What was built or installed there is left behind. */
export function copyAside(folder) {
  const copy = join(realpathSync(mkdtempSync(join(tmpdir(), 'zarr-audio-'))), basename(folder));
  const isSource = (path) => !['node_modules', 'dist', 'build'].includes(basename(path));
  cpSync(folder, copy, { recursive: true, filter: isSource });
  return copy;
}

/** Installs what a folder's package.json names: packages of ours from their tarballs, all others from npm's registry. */
export function installPacked(folder, tarballs, options = []) {
  const { dependencies, devDependencies, peerDependencies } = readManifest(folder);
  const named = Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies });
  const ours = withDependencies(named.filter((name) => manifests.has(name))).map((name) => tarballs.get(name));
  installTarballs(folder, ours, options);
}

export function installTarballs(folder, paths, options = []) {
  const quiet = ['--no-save', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  must('npm', ['install', ...quiet, ...options, ...paths], { cwd: folder });
}

function readManifest(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
