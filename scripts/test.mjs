// npm test: set-up, style, types, and every test that needs nothing but npm's registry. Ends with `N passed, N failed`.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import './setup.mjs';
import { testExamples } from './example-tests.mjs';
import { bin, root, run, turbo } from './toolchain.mjs';

const report = join(root, '.cache/vitest.json');
mkdirSync(join(root, '.cache'), { recursive: true });
rmSync(report, { force: true });

let passed = 0;
let failed = 0;
const count = (status) => (status === 0 ? passed++ : failed++);

count(run(bin('biome'), ['check', '.']));
count(run(bin('knip'), ['--no-progress']));
count(turbo('typecheck'));
const examples = testExamples();
passed += examples.passed;
failed += examples.failed;
const status = run(bin('vitest'), [
  'run',
  ...process.argv.slice(2),
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
]);
// Without a report vitest did not even start.
const nothing = { numPassedTests: 0, numFailedTests: 1 };
const results = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : nothing;
passed += results.numPassedTests;
failed += results.numFailedTests;
// A file that can't be loaded has no tests that fail; a run that ends badly for another reason counts too.
if (status !== 0 && results.numFailedTests === 0) failed++;

console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
