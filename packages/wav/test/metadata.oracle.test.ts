import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pythonCommand } from '../../zarr-audio/test/oracles/python';
import { fixtures } from './corpus';

const said = (script: string) => {
  const [command, ...first] = pythonCommand();
  return JSON.parse(
    execFileSync(command, [...first, `${fixtures}golden/wav/${script}`, '--print'], { encoding: 'utf8' }),
  );
};
const recorded = (path: string) => JSON.parse(readFileSync(`${fixtures}golden/wav/${path}`, 'utf8'));

it('libsndfile reads what is recorded', () => {
  expect(said('depths/make.py').files).toEqual(recorded('depths/samples.json').files);
});

it('guano, wamd2guano, wavinfo, mutagen and an XML parser read what is recorded', () => {
  expect(said('make-files.py')).toEqual(recorded('metadata.json'));
});
