// node scripts/sizes.mjs: measures what an installation of each package takes, and writes it into docs/sizes.md.
import { readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packAll, packageFolders } from './packed.mjs';
import { readTarball } from './tarball.mjs';
import { root } from './toolchain.mjs';

const document = join(root, 'docs/sizes.md');

const INTRODUCTION = `# Installed sizes

What npm puts on the disk, in KiB (1,024 bytes of files, as they are, not as a disk rounds them up): the package alone; with all that it depends
on; and how much of that is not ours. What is optional (\`@discordjs/opus\`, the native decoder: 8.1 MiB where it is compiled) is not counted. What
a bundler makes of it for a browser is far less: it leaves out types, readmes and all that is not imported.

Written by \`node scripts/sizes.mjs\`; \`test/published.test.ts\` fails when it is off by over a tenth and 8 KiB.
`;

/**
 * Bytes of each package, and with what it depends on.
 *
 * @param tarballs  As `packAll` gives them.
 */
export function measureSizes(tarballs) {
  const sizes = [];
  for (const [name, folder] of packageFolders) {
    const needed = new Map();
    collect(name, folder, needed);
    const bytesOf = (other) =>
      tarballs.has(other) ? tarballBytes(tarballs.get(other)) : folderBytes(needed.get(other));
    const sum = (names) => names.reduce((bytes, other) => bytes + bytesOf(other), 0);
    const all = [...needed.keys()];
    sizes.push({
      name,
      own: bytesOf(name),
      total: sum(all),
      foreign: sum(all.filter((other) => !tarballs.has(other))),
    });
  }
  return sizes.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What the document says, in the same form. */
export function recordedSizes() {
  const rows = readFileSync(document, 'utf8').matchAll(/^\| `(\S+)` +\| +([\d,]+) \| +([\d,]+) \| +([\d,]+) \|$/gm);
  const bytes = (text) => Number(text.replaceAll(',', '')) * 1024;
  return [...rows].map(([, name, own, total, foreign]) => ({
    name,
    own: bytes(own),
    total: bytes(total),
    foreign: bytes(foreign),
  }));
}

function writeDocument(sizes) {
  const kib = (bytes) => Math.ceil(bytes / 1024).toLocaleString('en');
  const rows = sizes.map(({ name, own, total, foreign }) => {
    const cells = [kib(own).padStart(5), kib(total).padStart(17), kib(foreign).padStart(13)];
    return `| ${`\`${name}\``.padEnd(28)} | ${cells.join(' | ')} |`;
  });
  const head = ['package'.padEnd(28), 'alone', 'with dependencies', 'of others'.padEnd(13)];
  const rule = ['-'.repeat(28), `${'-'.repeat(4)}:`, `${'-'.repeat(16)}:`, `${'-'.repeat(12)}:`];
  const table = [head, rule].map((cells) => `| ${cells.join(' | ')} |`);
  writeFileSync(document, [INTRODUCTION, ...table, ...rows, ''].join('\n'));
}

/** Folders of a package and all that it depends on, by name. */
function collect(name, folder, needed) {
  if (needed.has(name)) return;
  needed.set(name, folder);
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const other of Object.keys(dependencies)) collect(other, installedFolder(other, folder), needed);
}

/** Where Node finds a package from a folder. */
function installedFolder(name, from) {
  const paths = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  for (const path of paths) {
    const folder = join(path, name);
    if (statSync(folder, { throwIfNoEntry: false })) return realpathSync(folder);
  }
  throw new Error(`${name} is not installed in ${from}`);
}

function tarballBytes(path) {
  return [...readTarball(path).values()].reduce((sum, { length }) => sum + length, 0);
}

function folderBytes(folder) {
  let sum = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    sum += entry.isDirectory() ? folderBytes(path) : statSync(path).size;
  }
  return sum;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const sizes = measureSizes(packAll(join(root, '.cache/sizes')));
  writeDocument(sizes);
  console.table(sizes);
}
