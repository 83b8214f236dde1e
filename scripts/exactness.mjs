// npm run exactness [ranges] [seed]: random ranges of all fixtures that decode, on every backend, against the whole and
// against a plain loop over the packets; some 20,000 if left out. The same test as in `npm test`, for longer.
import './setup.mjs';
import { bin, environment, run } from './toolchain.mjs';

const [ranges = '23000', seed = '2'] = process.argv.slice(2);
environment.EXACTNESS_RANGES = ranges;
environment.EXACTNESS_SEED = seed;
process.exitCode = run(bin('vitest'), [
  'run',
  'packages/zarr-audio/test/exactness.test.ts',
  '--disable-console-intercept',
  '--testTimeout=3600000',
]);
