import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import { DECODE_TASK } from '@zarr-audio/codec';
import { threadPool } from '@zarr-audio/workers/node';

/**
 * A program that ends while its threads decode: `node worker-exit.mjs <worker file> <job> <how>`. The job is that of
 * `structuredClone`, in a file.
 */
const [worker, path, how] = process.argv.slice(2) as [string, string, string];
const job: unknown = deserialize(readFileSync(path));
const pool = threadPool(worker, { size: 2 });
const controller = new AbortController();
// Both have to be at work, and not only starting.
await Promise.all([0, 1].map(() => pool.run('opus', DECODE_TASK, job)));
const running = [0, 1, 2].map(() =>
  pool.run('opus', DECODE_TASK, job, { signal: controller.signal }).catch((error: Error) => error),
);
await new Promise((resolve) => setTimeout(resolve, 5));
if (how === 'exit') process.exit(0);
if (how === 'throw') throw new Error('as it was asked for');
if (how === 'close') await pool.close();
controller.abort(new Error('aborted'));
console.log((await Promise.all(running)).map((result) => (result instanceof Error ? result.message : 'done')).join());
