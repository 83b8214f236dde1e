// npm run crash [kills] [seed]: an import of twenty files that is killed at random moments, 200 times if left out. After each kill
// all that is there has to be whole, and the next import does the rest. The same test as in `npm test`, for longer.
import './setup.mjs';
import { bin, environment, run } from './toolchain.mjs';

const [kills = '200', seed = '2'] = process.argv.slice(2);
environment.CRASH_KILLS = kills;
environment.CRASH_SEED = seed;
process.exitCode = run(bin('vitest'), ['run', 'packages/cli/test/kill.test.ts', '--disable-console-intercept']);
