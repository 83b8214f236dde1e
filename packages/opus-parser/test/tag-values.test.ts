import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeOpusTags,
  encodePicture,
  isOpusTags,
  keepsBinaryTail,
  type OpusPicture,
  parseOpusTags,
  parsePicture,
  pictures,
  r128Gains,
} from '../src';
import { oggPackets, readFixture, readJson } from './fixture-files';
import { concat } from './framed-packets';
import { opusError, unlessRefused } from './opus-errors';

const withComments = (...comments: [string, string][]) => ({
  comments: comments.map(([key, value]) => ({ key, value })),
});

describe('r128Gains', () => {
  it.each([
    ['-573', -573],
    ['0', 0],
    ['-0', 0],
    ['+12', 12],
    ['0000111', 111],
    ['32767', 32_767],
    ['-32768', -32_768],
  ])('reads %s', (value, gain) => {
    const tags = withComments(['ARTIST', 'x'], ['r128_Track_GAIN', value]);
    expect(r128Gains(tags)).toEqual({ trackGainQ8: gain, invalid: [] });
    expect(r128Gains(withComments(['R128_ALBUM_GAIN', value]))).toEqual({ albumGainQ8: gain, invalid: [] });
  });

  it.each([
    '',
    '-',
    '+',
    '32768',
    '-32769',
    '1.5',
    '-7.03 dB',
    ' 1',
    '1 ',
    '1e3',
    '0x10',
    '١',
    '--1',
    `1${'0'.repeat(400)}`,
  ])('tells that "%s" is no gain', (value) => {
    const { invalid, ...gains } = r128Gains(withComments(['A', 'b'], ['R128_TRACK_GAIN', value]));
    expect(gains).toEqual({});
    expect(invalid).toHaveLength(1);
    expect(invalid[0]).toMatchObject({ index: 1, error: { code: 'OPUS_BAD_GAIN', field: 'R128_TRACK_GAIN' } });
  });

  it('takes the first valid value, and tells of all others', () => {
    const tags = withComments(
      ['R128_ALBUM_GAIN', 'loud'],
      ['R128_TRACK_GAIN', '1'],
      ['R128_ALBUM_GAIN', '2'],
      ['R128_TRACK_GAIN', '3'],
      ['R128_ALBUM_GAIN', 'x'],
    );
    const { invalid, ...gains } = r128Gains(tags);
    expect(gains).toEqual({ trackGainQ8: 1, albumGainQ8: 2 });
    expect(invalid.map(({ index, error }) => [index, error.field, error.message.includes('second time')])).toEqual([
      [0, 'R128_ALBUM_GAIN', false],
      [3, 'R128_TRACK_GAIN', true],
      [4, 'R128_ALBUM_GAIN', false],
    ]);
  });

  it('finds none where there is none', () => {
    expect(r128Gains(withComments(['REPLAYGAIN_TRACK_GAIN', '-3 dB'], ['', 'R128_TRACK_GAIN']))).toEqual({
      invalid: [],
    });
  });
});

const ascii = (text: string): number[] => Array.from(new TextEncoder().encode(text));
const uint32 = (n: number): number[] => [(n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const base64 = (bytes: readonly number[]): string => Buffer.from(bytes).toString('base64');

/** Laid out by hand after RFC 9639 §8.8. */
const block = [
  ...uint32(3),
  ...[...uint32(9), ...ascii('image/png')],
  ...[...uint32(5), ...ascii('caf\u00e9')],
  ...[...uint32(640), ...uint32(480), ...uint32(24), ...uint32(0)],
  ...[...uint32(4), 1, 2, 3, 255],
];
const picture: OpusPicture = {
  type: 3,
  mimeType: 'image/png',
  description: 'café',
  width: 640,
  height: 480,
  depth: 24,
  colors: 0,
  data: Uint8Array.of(1, 2, 3, 255),
};

describe('parsePicture', () => {
  it('reads every field', () => {
    expect(parsePicture(base64(block))).toEqual(picture);
    expect(encodePicture(picture)).toBe(base64(block));
  });

  it('passes over what follows the data, and keeps bad UTF-8 readable', () => {
    const bytes = block.with(4 + 4 + 9 + 4, 0xff);
    expect(parsePicture(base64([...bytes, 9, 9]))).toEqual({ ...picture, description: '\ufffdafé' });
  });

  const huge = uint32(0xffff_ffff);
  it.each<[string, string, number, string]>([
    ['no Base64', 'base64', 0, 'AAA_'],
    ['Base64 with a line break', 'base64', 0, `${base64(block).slice(0, 4)}\n${base64(block).slice(4)}`],
    ['cut Base64', 'base64', 0, base64(block).slice(0, -1)],
    ['Base64 with = within', 'base64', 0, 'AA==AAAA'],
    ['nothing', 'type', 0, ''],
    ['a cut type', 'type', 0, base64([0, 0, 0])],
    ['no MIME type', 'mimeType', 4, base64(block.slice(0, 7))],
    ['a MIME type past the end', 'mimeType', 4, base64(block.slice(0, 16))],
    ['a MIME type of 4 GiB', 'mimeType', 4, base64([...uint32(3), ...huge, 1, 2])],
    ['a description past the end', 'description', 17, base64(block.slice(0, 24))],
    ['a description of 4 GiB', 'description', 8, base64([...uint32(3), ...uint32(0), ...huge, 1, 2])],
    ['a cut width', 'width', 26, base64(block.slice(0, 29))],
    ['no height', 'height', 30, base64(block.slice(0, 30))],
    ['no depth', 'depth', 34, base64(block.slice(0, 35))],
    ['no colours', 'colors', 38, base64(block.slice(0, 38))],
    ['no data length', 'data', 42, base64(block.slice(0, 42))],
    ['cut data', 'data', 42, base64(block.slice(0, -1))],
    ['data of 4 GiB', 'data', 42, base64([...block.slice(0, 42), ...huge, 1])],
  ])('refuses %s', (_, field, byteOffset, value) => {
    const error = opusError(() => parsePicture(value));
    expect(error).toMatchObject({ code: 'OPUS_BAD_PICTURE', field, byteOffset, rule: undefined });
    expect(error.message).toContain(field);
  });

  it('reads what encodePicture writes, also if it is large', () => {
    const uint = fc.nat({ max: 0xffff_ffff });
    const text = fc.string({ unit: 'grapheme' });
    const data = fc.uint8Array({ maxLength: 40 });
    const numbers = { type: uint, width: uint, height: uint, depth: uint, colors: uint };
    fc.assert(
      fc.property(fc.record({ ...numbers, mimeType: text, description: text, data }), (any) => {
        expect(parsePicture(encodePicture(any))).toEqual(any);
      }),
    );
    const large = Uint8Array.from({ length: 300_001 }, (_, i) => (i * 7919) >> 3);
    const value = encodePicture({ ...picture, data: large });
    expect(Buffer.compare(parsePicture(value).data, large)).toBe(0);
    expect(Buffer.from(value, 'base64')).toHaveLength(block.length - 4 + large.length);
  });

  it('refuses or reads any bytes, and nothing else is thrown', () => {
    const mutated = fc
      .tuple(fc.nat({ max: block.length }), fc.nat({ max: 255 }), fc.nat({ max: block.length }))
      .map(([at, byte, cut]) => base64((at < block.length ? block.with(at, byte) : block).slice(0, cut || undefined)));
    fc.assert(
      fc.property(fc.oneof(mutated, fc.string(), fc.base64String()), (value) => {
        unlessRefused(() => parsePicture(value));
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['type', 'width', 'height', 'depth', 'colors'] as const)('encodePicture refuses a wrong %s', (field) => {
    for (const value of [-1, 2 ** 32, 0.5, Number.NaN]) {
      expect(() => encodePicture({ ...picture, [field]: value })).toThrow(RangeError);
    }
  });
});

describe('pictures', () => {
  it('gives the sound ones, and tells of the broken', () => {
    const value = base64(block);
    const key = 'METADATA_BLOCK_PICTURE';
    const tags = withComments([key, 'x'], ['metadata_block_picture', value], ['TITLE', value], [key, value.slice(4)]);
    const found = pictures(tags);
    expect(found.pictures).toEqual([picture]);
    expect(found.invalid).toMatchObject([
      { index: 0, error: { code: 'OPUS_BAD_PICTURE', field: 'base64' } },
      { index: 3, error: { code: 'OPUS_BAD_PICTURE' } },
    ]);
    expect(pictures(withComments())).toEqual({ pictures: [], invalid: [] });
  });

  it('come back from an OpusTags packet', () => {
    const comments = [{ key: 'METADATA_BLOCK_PICTURE', value: encodePicture(picture) }];
    expect(pictures(parseOpusTags(encodeOpusTags({ vendor: '', comments }))).pictures).toEqual([picture]);
  });
});

describe('keepsBinaryTail', () => {
  it('looks at the lowest bit of the first byte', () => {
    const packet = encodeOpusTags({ vendor: '', comments: [] });
    const keeps = (...tail: number[]) => keepsBinaryTail(parseOpusTags(concat([packet, Uint8Array.from(tail)])));
    expect([keeps(), keeps(0), keeps(0xfe, 1), keeps(1), keeps(0xff, 0)]).toEqual([false, false, false, true, true]);
  });
});

interface FileFacts {
  tags: Record<string, string>;
  pictures?: { type: string; sha256: string; codec: string; width: number; height: number }[];
}

const { files } = readJson<{ files: Record<string, FileFacts> }>('golden/opus/tags.json');

/** How ffprobe calls some keys. */
const RENAMED: Record<string, string> = {
  albumartist: 'album_artist',
  discnumber: 'disc',
  tracknumber: 'track',
  description: 'comment',
};
const MIME: Record<string, string> = { mjpeg: 'image/jpeg', png: 'image/png' };
const TYPES: Record<string, number> = { 'Cover (front)': 3, 'Other file icon': 2 };

it('there are files to compare with, one of them with pictures', () => {
  expect(Object.keys(files)).toHaveLength(41);
  expect(Object.values(files).filter((facts) => facts.pictures)).toHaveLength(1);
});

describe.each(Object.entries(files))('%s', (path, facts) => {
  // Of chained files ffprobe tells the tags of the first link; headers that come twice under one serial it joins.
  const packets = oggPackets(readFixture(path)).filter(isOpusTags);
  const told = packets.slice(0, path.endsWith('bear_duplicate_header.opus') ? 2 : 1).map(parseOpusTags);

  it('has the tags and pictures that ffprobe shows', () => {
    const tags = { comments: told.flatMap(({ comments }) => comments) };
    const seen: Record<string, string> = {};
    for (const { key, value } of tags.comments) {
      const lower = key.toLowerCase();
      const name = RENAMED[lower] ?? lower;
      if (name !== '' && name !== 'metadata_block_picture') seen[name] = seen[name] ? `${seen[name]};${value}` : value;
    }
    const shownTags = Object.entries(facts.tags).map(([key, value]) => [key.toLowerCase(), value]);
    expect(seen).toEqual(Object.fromEntries(shownTags));
    const found = pictures(tags);
    expect(found.invalid).toEqual([]);
    const shown = found.pictures.map(({ type, mimeType, data }) => {
      const sha256 = createHash('sha256').update(data).digest('hex');
      return { type, mimeType, sha256 };
    });
    expect(shown).toEqual(
      (facts.pictures ?? []).map(({ type, codec, sha256 }) => ({
        type: TYPES[type],
        mimeType: MIME[codec],
        sha256,
      })),
    );
    expect(r128Gains(tags)).toEqual({ invalid: [] });
  });
});
