import { threadPool } from '../src/node';

/** A program that forgets to close its pool, and does all else right: `node idle-process.mjs <worker file>`. */
const pool = threadPool(process.argv[2]!, { size: 3 });
const controller = new AbortController();
const unwanted = pool.run('test', 'work', { ms: 1000 }, { signal: controller.signal }).catch(() => 'aborted');
// Nothing but its tasks keeps the process alive.
console.log(await pool.run('test', 'wait', 300).then(() => 'done'));
controller.abort();
// It is done all the same, before the process ends.
console.log(await unwanted);
