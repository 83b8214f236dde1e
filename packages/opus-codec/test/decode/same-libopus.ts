import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../../../../.cache/', import.meta.url));

/**
 * The libopus that lies in @discordjs/opus as a shared library, built with gcc: with its multistream and projection
 * decoders, which the package does not offer. A distribution's libopus is built with other options, and rounds a sample
 * in some thousands otherwise.
 */
export function sameLibopus(): string {
  const library = join(cache, 'libopus-of-discordjs.so');
  if (existsSync(library)) return library;
  const require = createRequire(import.meta.url);
  const deps = join(dirname(require.resolve('@discordjs/opus/package.json')), 'deps');
  const gyp = readFileSync(join(deps, 'binding.gyp'), 'utf8');
  const sources = [...gyp.matchAll(/"(opus\/[^"]*\.c)"/g)].map(([, path]) => path!);
  // Those for ARM and for fixed point are listed too; an addon, unlike a library, may leave symbols undefined.
  const portable = [...new Set(sources)].filter((path) => !/\/(arm|fixed)\//.test(path));
  const includes = ['config/opus/linux/x64', 'opus/include', 'opus/celt', 'opus/silk', 'opus/silk/float'];
  mkdirSync(cache, { recursive: true });
  const aside = `${library}.${process.pid}`;
  const flags = ['-O2', '-fPIC', '-shared', '-w', '-DHAVE_CONFIG_H', ...includes.map((path) => `-I${path}`)];
  execFileSync('gcc', [...flags, '-o', aside, ...portable, '-lm'], { cwd: deps });
  renameSync(aside, library);
  return library;
}
