import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle, TARGET_NAMES } from './bundle.mjs';
import { runJob } from './job.mjs';

const folder = fileURLToPath(new URL('../../fixtures/fuzz/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.bin'));
/** `<target>-<hash>.bin` */
const targetOf = (file: string) => file.replace(/-[0-9a-f]{8}\.bin$/, '');
const targets = [...new Set(files.map(targetOf))];

let built: Awaited<ReturnType<typeof bundle>>;

beforeAll(async () => {
  built = await bundle(targets);
});
afterAll(() => built.close());

it('findings are of targets that there are', () => {
  expect(targets.filter((target) => !TARGET_NAMES.includes(target))).toEqual([]);
});

it.each(targets)('what was found in %s is so no more', async (target) => {
  const own = files.filter((file) => targetOf(file) === target);
  const { findings, summary } = await runJob(built, { target, replay: own.map((file) => folder + file) });
  expect(findings.map(({ iteration, stack }) => `${own[iteration]}: ${stack}`)).toEqual([]);
  expect(summary.runs).toBe(own.length);
});
