import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { testPools } from './test-pools';
import { workerFile } from './worker-file';

const pools = testPools();

it('a process lives as long as a task is waited for, and ends by itself though the pool was not closed', async () => {
  const program = await workerFile(fileURLToPath(new URL('./idle-process.ts', import.meta.url)), 'workers');
  const from = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(program), pools.file().href], {
    timeout: 30_000,
  });
  expect(stdout).toBe('done\naborted\n');
  expect(performance.now() - from).toBeLessThan(20_000);
});

it('runs in a program that is given as text', async () => {
  const entry = await workerFile(fileURLToPath(new URL('../src/node.ts', import.meta.url)), 'workers');
  const program = `
    import { threadPool } from '${entry.href}';
    console.log(await threadPool('${pools.file().href}').run('test', 'echo', 'said'));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { timeout: 30_000 });
  expect(`${said}`).toBe('said\n');
});
