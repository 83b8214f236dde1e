// npm run crash [kills] [seed] [disks]: an import of twenty files that is killed at random moments, 200 times if left out, and onto small
// disks that become full, 60 of them if left out (Linux; 0 for none). After each all that is there has to be whole, and the next import does
// the rest. The same tests as in `npm test` and `npm run test:oracles`, for longer.
import './setup.mjs';
import { bin, environment, run } from './toolchain.mjs';

const [kills = '200', seed = '2', disks = '60'] = process.argv.slice(2);
Object.assign(environment, { CRASH_KILLS: kills, CRASH_SEED: seed, FULL_DISKS: disks, FULL_DISK_SEED: seed });
// The option last: what stands behind it would be its value.
const test = (...args) => run(bin('vitest'), ['run', ...args, '--disable-console-intercept']);

const killed = test('packages/cli/test/kill.test.ts');
const fullDisks = ['packages/cli/test/full-disk.oracle.test.ts', '--config', 'vitest.oracles.config.ts'];
const filled = disks === '0' ? 0 : test(...fullDisks);
process.exitCode = killed || filled;
