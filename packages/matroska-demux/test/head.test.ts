import { expect, it } from 'vitest';
import { isMatroska, matroskaTracks } from '../src';
import { demux, tracksOf } from './demuxed';
import { MATROSKA_FILES, readFixture } from './fixture-files';
import { ebml, info, join, opusTrack, segment, tracks } from './matroska-writer';

it('isMatroska: by EBML header and DocType', () => {
  for (const file of MATROSKA_FILES) expect(isMatroska(readFixture(file).subarray(0, 64))).toBe(true);
  for (let length = 0; length < 4; length++) expect(isMatroska(ebml().subarray(0, length))).toBe(false);
  for (let length = 4; length < ebml().length; length++) expect(isMatroska(ebml().subarray(0, length))).toBe(true);
  expect(isMatroska(ebml('webm'))).toBe(true);
  expect(isMatroska(ebml('film'))).toBe(false);
  expect(isMatroska(readFixture('ogg_opus/chain.opus'))).toBe(false);
  expect(isMatroska(new Uint8Array([0x1a, 0x45, 0xdf, 0xa4, 0x80]))).toBe(false);
  expect(isMatroska(new Uint8Array(40))).toBe(false);
});

it.each(MATROSKA_FILES)('matroskaTracks: all of %s once they are whole, else undefined', (file) => {
  const input = readFixture(file);
  const expected = tracksOf(demux(input));
  expect(matroskaTracks(input)).toEqual(expected);
  // Where Tracks ends is where the first prefix that has them ends.
  let least = 0;
  let most = Math.min(input.length, 20_000);
  while (most - least > 1) {
    const middle = (least + most) >> 1;
    if (matroskaTracks(input.subarray(0, middle))) most = middle;
    else least = middle;
  }
  expect(matroskaTracks(input.subarray(0, most))).toEqual(expected);
  expect(matroskaTracks(input.subarray(0, most - 1))).toBeUndefined();
});

it('matroskaTracks: of the first Segment, Info before or behind', () => {
  const first = join(ebml(), segment([tracks(opusTrack(7)), info()]));
  const second = join(ebml(), segment([info(), tracks(opusTrack(8))]));
  expect(matroskaTracks(join(first, second))).toMatchObject([{ number: 7 }]);
  expect(matroskaTracks(new Uint8Array(0))).toBeUndefined();
});
