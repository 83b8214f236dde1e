import { describe, expect, it } from 'vitest';
import { demux, plain } from './demuxed';
import { OGG_FILES, readFixture } from './fixture-files';

/** Larger files byte by byte take long, and add nothing that the smaller ones don't have. */
const BYTE_BY_BYTE = 100_000;

describe('the same events whatever the pieces are', () => {
  it.each(OGG_FILES)('%s', (file) => {
    const input = readFixture(file);
    const whole = demux(input).map(plain);
    expect(demux(input, 1000).map(plain)).toEqual(whole);
    expect(demux(input, 65_536).map(plain)).toEqual(whole);
    if (input.length <= BYTE_BY_BYTE) expect(demux(input, 1).map(plain)).toEqual(whole);
  });
});
