import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { threadPool } from '../src/node';
import { workerFile } from './worker-file';

let file: URL;
beforeAll(async () => {
  file = await workerFile(fileURLToPath(new URL('./codecs-worker.ts', import.meta.url)), 'workers');
});
it('echoes', async () => {
  const pool = threadPool(file, { size: 2, init: 5 });
  expect(await pool.run('test', 'echo', { a: 1 })).toEqual({ a: 1 });
  expect(await pool.run('test', 'init', 0)).toBe(5);
  const t = performance.now();
  for (let i = 0; i < 1000; i++) await pool.run('test', 'echo', i);
  console.log('round trip us', performance.now() - t);
  await expect(pool.run('test', 'fail', 'coded')).rejects.toMatchObject({ code: 'SOME_CODE' });
  await expect(pool.run('test', 'exit', 3)).rejects.toMatchObject({ code: 'WORKER_FAILED' });
  expect(await pool.run('test', 'echo', { a: 1 })).toEqual({ a: 1 });
  await pool.close();
});
