// Installs and builds all that the demo and the tests need: with Node, npm and (for the native decoder) a C++ compiler.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pnpm, RETRY_NATIVE, root, turbo } from './toolchain.mjs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`zarr-audio needs Node 20.19 or later; this is ${process.versions.node}`);
  process.exit(1);
}

pnpm('install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn');

try {
  createRequire(join(root, 'packages/opus-codec/package.json'))('@discordjs/opus');
} catch {
  console.warn(
    `\nThe native Opus decoder could not be built (or not for Node ${process.versions.node}): WASM does the work.\n` +
      `With a C++ compiler, make and python3 at hand, this tries again: ${RETRY_NATIVE}\n`,
  );
}

if (turbo('build') !== 0) process.exit(1);
