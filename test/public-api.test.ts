import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const packages = fileURLToPath(new URL('../packages/', import.meta.url));
const entries = readdirSync(packages).flatMap((folder) =>
  ['index', 'node', 'serve', 'reference-codec']
    .filter((entry) => existsSync(`${packages}${folder}/src/${entry}.ts`))
    .map((entry) => `${folder}/${entry}`),
);

it.each(entries)('%s exports what it did: a change here is a changeset', async (entry) => {
  const [folder, file] = entry.split('/');
  const exported = await import(/* @vite-ignore */ `${packages}${folder}/src/${file}.ts`);
  await expect(`${Object.keys(exported).sort().join('\n')}\n`).toMatchFileSnapshot(
    `./public-api/${folder}-${file}.txt`,
  );
});
