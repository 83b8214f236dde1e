import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { it } from 'node:test';

const folder = new URL('../../', import.meta.url);

it('the first example of the readme does what it says', async () => {
  const readme = await readFile(new URL('README.md', folder), 'utf8');
  const [, code] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
  assert.ok(code);
  const file = new URL('readme-example.js', import.meta.url);
  const shown: unknown[][] = [];
  await writeFile(file, code);
  const { log } = console;
  console.log = (...values) => void shown.push(values);
  try {
    await import(file.href);
  } finally {
    console.log = log;
  }
  const [, expected] = /console\.log.*\/\/ (.*)$/m.exec(code) ?? [];
  assert.equal(shown[0]?.join(' '), expected);
});

it('every code of the source is in the readme, and no other', async () => {
  const readme = await readFile(new URL('README.md', folder), 'utf8');
  const sources = ['description', 'decoder', 'encode', 'format', 'ingest', 'timeline'];
  const text = await Promise.all(sources.map((name) => readFile(new URL(`dist/${name}.js`, folder), 'utf8')));
  const used = new Set(text.join('\n').match(/(?<=')(CPCM|SOURCE)_[A-Z_]+(?=')/g));
  const told = new Set(readme.match(/(?<=^\| `)[A-Z_]+(?=`)/gm));
  assert.deepEqual([...told].sort(), [...used].sort());
});
