// Each example as a stranger has it: outside of the workspace, with packages from their tarballs.
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { copyAside, installPacked, packAll } from './packed.mjs';
import { root, run } from './toolchain.mjs';

/** Builds, checks and tests all examples; the packages have to be built. */
export function testExamples() {
  const tarballs = packAll();
  const counts = { passed: 0, failed: 0 };
  for (const name of readdirSync(join(root, 'examples'))) {
    const folder = copyAside(join(root, 'examples', name));
    try {
      installPacked(folder, tarballs);
      const scripts = ['build', 'typecheck', 'test'];
      const broken = scripts.find((script) => run('npm', ['run', '--silent', script], { cwd: folder }) !== 0);
      if (broken) console.error(`\nexamples/${name}: npm run ${broken} failed`);
      counts[broken ? 'failed' : 'passed']++;
    } finally {
      rmSync(dirname(folder), { recursive: true, force: true });
    }
  }
  return counts;
}
