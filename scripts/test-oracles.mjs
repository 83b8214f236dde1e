// npm run test:oracles: the tests that compare with other people's programs, live. One that is missing fails.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import './setup.mjs';
import { bin, environment, root, run } from './toolchain.mjs';

const python = join(root, '.oracles/venv/bin/python');
if (!environment.ZARR_AUDIO_PYTHON && existsSync(python)) environment.ZARR_AUDIO_PYTHON = python;

const report = join(root, '.cache/vitest-oracles.json');
mkdirSync(join(root, '.cache'), { recursive: true });
rmSync(report, { force: true });
const status = run(bin('vitest'), [
  'run',
  '--config',
  'vitest.oracles.config.ts',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
]);
const nothing = { numPassedTests: 0, numFailedTests: 1 };
const { numPassedTests, numFailedTests } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : nothing;
const failed = status !== 0 && numFailedTests === 0 ? 1 : numFailedTests;
console.log(`\n${numPassedTests} passed, ${failed} failed`);
process.exitCode = failed === 0 && numPassedTests > 0 ? 0 : 1;
