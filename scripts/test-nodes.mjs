// npm run test:nodes: the tests on other releases of Node, taken from npm's registry.
// A native decoder that was built for one of them is not found by the others: there WASM does the work, and says so.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import './setup.mjs';
import { must, root, run } from './toolchain.mjs';

const releases = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['20.19', '22', '24'];
let failures = 0;
for (const release of releases) {
  const folder = join(root, `.oracles/node-${release}`);
  mkdirSync(folder, { recursive: true });
  must('npm', [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    `node@${release}`,
  ]);
  const node = join(folder, 'node_modules/node/bin/node');
  const probe = `try { require('@discordjs/opus'); console.log('native') } catch { console.log('WASM only') }`;
  console.log(`\nNode ${release}:`);
  run(node, ['-e', `console.log(process.version); ${probe}`], { cwd: join(root, 'packages/opus-codec') });
  const report = join(root, `.cache/vitest-node-${release}.json`);
  rmSync(report, { force: true });
  const status = run(node, [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=dot',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
  if (status !== 0) failures++;
  console.log(`Node ${release}: ${numPassedTests} passed, ${numFailedTests} failed`);
}
process.exitCode = failures === 0 ? 0 : 1;
