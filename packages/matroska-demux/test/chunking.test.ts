import { expect, it } from 'vitest';
import { demux, plain } from './demuxed';
import { MATROSKA_FILES, readFixture } from './fixture-files';
import { MALFORMED_FILES } from './malformed-files';

it.each([...MATROSKA_FILES, ...MALFORMED_FILES])('%s: whole, in pieces of 1,000 and of 1 byte', (file) => {
  const input = readFixture(file);
  const whole = demux(input).map(plain);
  expect(whole.length).toBeGreaterThan(3);
  expect(demux(input, 1000).map(plain)).toEqual(whole);
  expect(demux(input, 1).map(plain)).toEqual(whole);
});
