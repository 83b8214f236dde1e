// npm run fuzz -- [--minutes 60] [--target ogg] [--seed 1]: every parser in turn, mutated files, for as long as is wanted.
// What is found is made smaller and written to fixtures/fuzz, from where `npm test` tries it for ever (docs/fuzzing.md).
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, TARGET_NAMES } from '../test/fuzz/bundle.mjs';
import { runJob } from '../test/fuzz/job.mjs';
import { root } from './toolchain.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    target: { type: 'string', multiple: true, default: TARGET_NAMES },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isSafeInteger(seed)) throw new RangeError('--minutes is over 0, --seed an integer');
const unknown = values.target.find((name) => !TARGET_NAMES.includes(name));
if (unknown) throw new RangeError(`there is no target ${unknown}; there are: ${TARGET_NAMES.join(', ')}`);

const folder = join(root, 'fixtures/fuzz');
const seconds = (minutes * 60) / values.target.length;
const built = await bundle(values.target);
const rows = [];
try {
  for (const target of values.target) {
    console.log(`\n== ${target}: ${Math.round(seconds)} s, seed ${seed} ==`);
    const { findings, summary } = await runJob(built, { target, seed, seconds, long: true }, save);
    const { runs, seconds: taken, pool, memoryShare, slowest } = summary;
    if (slowest) console.log(`slowest, 128 KiB, 512 KiB, 2 MiB: ${slowest}`);
    const perSecond = taken > 0 ? Math.round(runs / taken) : 0;
    const memory = `${Math.round(100 * memoryShare)} %`;
    rows.push({
      target,
      runs,
      'runs/s': perSecond,
      pool,
      'memory of what is allowed': memory,
      findings: findings.length,
    });
  }
} finally {
  built.close();
}
console.table(rows);
process.exitCode = rows.some(({ findings }) => findings > 0) ? 1 : 0;

function save({ target, iteration, signature, stack, input }) {
  const hash = createHash('sha256').update(input).digest('hex').slice(0, 8);
  const path = join(folder, `${target}-${hash}.bin`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, input);
  console.log(
    `\n${signature}\n  target ${target}, seed ${seed}, iteration ${iteration}; ${input.length} bytes in ${path}\n${stack}`,
  );
}
