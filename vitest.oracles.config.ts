import { mergeConfig } from 'vitest/config';
import base from './vitest.config';

/** Tests that compare with programs of others; `.ci/run` installs those. */
const config = mergeConfig(base, { test: { testTimeout: 300_000 } });
config.test.include = ['packages/*/test/**/*.oracle.test.ts', 'test/**/*.oracle.test.ts'];
config.test.exclude = ['**/node_modules/**'];

export default config;
