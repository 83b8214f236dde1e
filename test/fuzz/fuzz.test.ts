import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle, TARGET_NAMES } from './bundle.mjs';
import { runJob } from './job.mjs';

/** About a second for each target: the same inputs every time. For longer: `npm run fuzz` (docs/fuzzing.md). */
const SEED = 1;

let built: Awaited<ReturnType<typeof bundle>>;

beforeAll(async () => {
  built = await bundle();
});
afterAll(() => built.close());

it.each(TARGET_NAMES)('%s: no input is too much', async (target: string) => {
  const { findings, summary } = await runJob(built, { target, seed: SEED });
  expect(findings.map(({ iteration, stack }) => `seed ${SEED}, iteration ${iteration}: ${stack}`)).toEqual([]);
  // The mutations are neither harmless nor deadly all of them.
  expect(summary.runs).toBeGreaterThan(50);
  expect(summary.pool).toBeGreaterThan(5);
});
