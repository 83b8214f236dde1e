import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pythonCommand } from '../../zarr-audio/test/oracles/python';
import { fixtures } from './corpus';

it('guano, wamd2guano, wavinfo, mutagen and an XML parser read what is recorded', () => {
  const [command, ...first] = pythonCommand();
  const said = execFileSync(command, [...first, `${fixtures}golden/wav/make-files.py`, '--print'], {
    encoding: 'utf8',
  });
  expect(JSON.parse(said)).toEqual(JSON.parse(readFileSync(`${fixtures}golden/wav/metadata.json`, 'utf8')));
});
