#!/usr/bin/env node
import { run } from './run';

// Whoever reads our output may have seen enough (`| head`): that is no failure. An import goes on all the same.
const [command] = process.argv.slice(2);
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' && command === 'import') return;
    if (error.code !== 'EPIPE') process.stderr.write(`zarr-audio: OUTPUT_NOT_WRITABLE: ${error.message}\n`);
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
}

process.exitCode = await run(process.argv.slice(2));
