import { expect, it } from 'vitest';
import { box, bytes, FTYP, full, moov, type Part, u16, u32 } from './boxes';
import { readFixture } from './fixture-files';
import { scan } from './scanned';

const data = (text: string, type = 1) => box('data', u32(type, 0), new TextEncoder().encode(text));
const tagsOf = (...parts: Part[]) => scan(bytes(FTYP, moov(...parts))).tags;

it('of ffmpeg, in MP4 and in MOV', () => {
  expect(scan(readFixture('golden/mp4/tracks.mp4')).tags).toEqual({ '©nam': 'Five tracks, fewer' });
  expect(scan(readFixture('golden/mp4/aac.mov')).tags).toEqual({ '©nam': 'A film' });
  expect(scan(readFixture('mp4_opus/sample_opus.mp4')).tags).toEqual({ '©too': 'Lavf58.29.100' });
});

it('items: text, free names, and nothing of other types', () => {
  const ilst = box(
    'ilst',
    box('©nam', data('Grün')),
    box('©nam', data('second')),
    box('covr', data('picture', 13)),
    box('©ART'),
    box('----', full('mean', 0, 'org.x'), full('name', 0, 'who'), data('me')),
  );
  const tags = tagsOf(box('udta', full('meta', 0, ilst)));
  expect(tags).toEqual({ '©nam': 'Grün', 'org.x:who': 'me' });
});

it('names of keys, in a meta box of QuickTime without version', () => {
  const keys = full('keys', 0, u32(2), box('mdta', 'com.a'), box('mdta', '__proto__'));
  const item = (number: number, text: string) => bytes(u32(8 + data(text).length, number), data(text));
  const meta = box(
    'meta',
    full('hdlr', 0, u32(0), 'mdta', new Uint8Array(13)),
    keys,
    box('ilst', item(1, 'one'), item(2, 'two')),
  );
  const tags = tagsOf(meta);
  expect(Object.keys(tags)).toEqual(['com.a', '__proto__']);
  expect(tags['com.a']).toBe('one');
});

it('user data of QuickTime: text of a known encoding that is whole', () => {
  const text = (letters: string, language: number, length = letters.length) => bytes(u16(length, language), letters);
  const udta = box(
    'udta',
    box('©cpy', text('me', 0x55c4)),
    box('©day', text('x', 3)),
    box('©inf', text('x', 0x55c4, 9)),
    u32(0),
  );
  expect(tagsOf(udta)).toEqual({ '©cpy': 'me' });
});

it('at most 1,000', () => {
  const items = Array.from({ length: 3000 }, (_, i) => box('----', full('name', 0, `n${i}`), data('v')));
  expect(Object.keys(tagsOf(box('udta', full('meta', 0, box('ilst', ...items)))))).toHaveLength(1000);
});
