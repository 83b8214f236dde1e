import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = `${root}.cache/codec-testkit`;

/** What an author writes, but for the broken codec. */
const FILE = `
import { describe, it } from 'node:test';
import { testCodec } from '${root}packages/codec-testkit/src/index';
import { referenceCodec } from '${root}packages/codec-testkit/src/reference-codec';
import { referenceFile } from '${root}packages/codec-testkit/test/reference-file';

const samples = [{ name: 'sound.ref', bytes: referenceFile() }];
const codec = referenceCodec();
testCodec({ describe, it }, codec, { samples });
testCodec({ describe, it }, { ...codec, describe: () => codec.describe({}) }, { samples });
`;

it('runs under node:test: what fails fails there, and what is skipped says why', async () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/node.ts`, FILE);
  await build({
    entry: [`${folder}/node.ts`],
    outDir: folder,
    format: 'esm',
    target: 'node20',
    config: false,
    silent: true,
    removeNodeProtocol: false,
    outExtension: () => ({ js: '.mjs' }),
    esbuildOptions: (options) => {
      options.alias = { '@zarr-audio/codec': `${root}packages/codec/src/index.ts` };
    },
  });
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
  const { stdout } = spawnSync(process.execPath, ['--test', '--test-reporter=tap', `${folder}/node.mjs`], {
    encoding: 'utf8',
    env,
  });
  expect(stdout).toMatch(/^ok 1 - the codec reference$/m);
  expect(stdout).toMatch(/ ok \d+ - ranges of sound\.ref/);
  expect(stdout).toMatch(/skipped: declares\.checksums is not true\) # SKIP/);
  expect(stdout).toMatch(/^not ok 2 - the codec reference$/m);
  const failed = [...stdout.matchAll(/^ {4}not ok \d+ - (\w+):/gm)].map(([, law]) => law);
  expect(failed).toEqual(['describe']);
});
