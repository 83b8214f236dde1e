import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commentValues, encodeOpusTags, isOpusHead, isOpusTags, parseOpusTags } from '../src';
import { concat } from './framed-packets';
import { opusError } from './opus-errors';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const uint32 = (n: number): Uint8Array => Uint8Array.of(n, n >>> 8, n >>> 16, n >>> 24);
const field = (bytes: Uint8Array): Uint8Array => concat([uint32(bytes.length), bytes]);

/** Laid out by hand after RFC 7845 §5.2. */
function tagsOf(vendor: Uint8Array, comments: Uint8Array[], tail = new Uint8Array(0)): Uint8Array {
  return concat([utf8('OpusTags'), field(vendor), uint32(comments.length), ...comments.map(field), tail]);
}

describe('parseOpusTags', () => {
  it('keeps vendor, order, repeated keys, case and empty values', () => {
    const packet = tagsOf(utf8('libopus 1.3.1'), ['ARTIST=a', 'artist=b', 'X=', 'Y=1=2', 'T=é 父'].map(utf8));
    expect(parseOpusTags(packet)).toEqual({
      vendor: 'libopus 1.3.1',
      comments: [
        { key: 'ARTIST', value: 'a' },
        { key: 'artist', value: 'b' },
        { key: 'X', value: '' },
        { key: 'Y', value: '1=2' },
        { key: 'T', value: 'é 父' },
      ],
      binaryTail: new Uint8Array(0),
    });
  });

  it('keeps comments without =, invalid UTF-8, byte order marks and the binary tail', () => {
    const latin1 = Uint8Array.of(0x4e, 0x3d, 0xe9);
    const vendor = Uint8Array.of(0xff, 0x61);
    const comments = [utf8('no equals'), latin1, utf8('\ufeffK=\ufeffv'), utf8('=v'), new Uint8Array(0)];
    const packet = tagsOf(vendor, comments, Uint8Array.of(1, 2, 3));
    const tags = parseOpusTags(packet);
    expect(tags).toEqual({
      vendor: '\ufffda',
      vendorRaw: vendor,
      comments: [
        { key: '', value: 'no equals', raw: comments[0] },
        { key: 'N', value: '\ufffd', raw: latin1 },
        { key: '\ufeffK', value: '\ufeffv' },
        { key: '', value: 'v' },
        { key: '', value: '', raw: new Uint8Array(0) },
      ],
      binaryTail: Uint8Array.of(1, 2, 3),
    });
    expect(encodeOpusTags(tags)).toEqual(packet);
  });

  it('copies: the packet may be reused', () => {
    const packet = tagsOf(Uint8Array.of(0xff), [utf8('x')], Uint8Array.of(5));
    const tags = parseOpusTags(packet);
    packet.fill(0);
    expect([tags.vendorRaw, tags.comments[0]!.raw, tags.binaryTail]).toEqual([
      Uint8Array.of(0xff),
      utf8('x'),
      Uint8Array.of(5),
    ]);
  });

  const magic = utf8('OpusTags');
  const huge = uint32(0xffff_ffff);
  it.each<[string, string, number, Uint8Array]>([
    ['another packet', 'magic', 0, utf8('OpusHead')],
    ['a magic alone', 'vendor', 8, magic],
    ['a cut vendor length', 'vendor', 8, concat([magic, Uint8Array.of(0, 0, 0)])],
    ['a vendor of 4 GiB', 'vendor', 8, concat([magic, huge, utf8('abc')])],
    ['no comment count', 'commentCount', 13, concat([magic, field(utf8('v')), Uint8Array.of(0, 0)])],
    ['4 G comments', 'commentCount', 12, concat([magic, uint32(0), huge])],
    [
      'more comments than fit',
      'commentCount',
      12,
      concat([magic, uint32(0), uint32(2), uint32(0), uint32(0).subarray(1)]),
    ],
    [
      'over 65,536 comments',
      'commentCount',
      12,
      concat([magic, uint32(0), uint32(65_537), new Uint8Array(65_537 * 4)]),
    ],
    ['a comment past the end', 'comments[1]', 20, concat([magic, uint32(0), uint32(2), uint32(0), uint32(1)])],
    [
      'a comment without length',
      'comments[1]',
      22,
      concat([magic, uint32(0), uint32(2), field(utf8('ab')), uint32(0)]).subarray(0, 24),
    ],
  ])('refuses %s', (_, name, byteOffset, packet) => {
    const error = opusError(() => parseOpusTags(packet));
    expect(error).toMatchObject({ code: 'OPUS_BAD_TAGS', field: name, byteOffset });
    expect(error.message).toContain('OpusTags');
  });

  it('takes 65,536 comments', () => {
    const packet = concat([magic, uint32(0), uint32(65_536), new Uint8Array(65_536 * 4)]);
    expect(parseOpusTags(packet).comments).toHaveLength(65_536);
  });
});

describe('encodeOpusTags', () => {
  it('writes what parseOpusTags reads', () => {
    const text = fc.string({ unit: 'grapheme' });
    const key = text.filter((k) => !k.includes('='));
    const tags = fc.record({
      vendor: text,
      comments: fc.array(fc.record({ key, value: text })),
      binaryTail: fc.uint8Array(),
    });
    fc.assert(
      fc.property(tags, (given) => {
        expect(parseOpusTags(encodeOpusTags(given))).toEqual(given);
      }),
    );
  });

  it('gives back any packet that parseOpusTags takes', () => {
    const bytes = fc.uint8Array({ maxLength: 12 });
    fc.assert(
      fc.property(bytes, fc.array(bytes, { maxLength: 5 }), bytes, (vendor, comments, tail) => {
        const packet = tagsOf(vendor, comments, tail);
        expect(encodeOpusTags(parseOpusTags(packet))).toEqual(packet);
      }),
    );
  });

  it('needs no tail, and refuses a key with = and too many comments', () => {
    expect(encodeOpusTags({ vendor: 'v', comments: [{ key: 'A', value: 'b' }] })).toEqual(
      tagsOf(utf8('v'), [utf8('A=b')]),
    );
    expect(() => encodeOpusTags({ vendor: '', comments: [{ key: 'A=', value: 'b' }] })).toThrow(RangeError);
    const comments = new Array(65_537).fill({ key: 'A', value: '' });
    expect(() => encodeOpusTags({ vendor: '', comments })).toThrow(RangeError);
  });
});

describe('commentValues', () => {
  it('finds all values of a key whatever its case', () => {
    const tags = parseOpusTags(tagsOf(utf8(''), ['Artist=a', 'TITLE=t', 'ARTIST=b', 'K=k'].map(utf8)));
    expect(commentValues(tags, 'artist')).toEqual(['a', 'b']);
    expect(commentValues(tags, 'none')).toEqual([]);
    // The Kelvin sign has 'k' as lower case; keys are ASCII.
    expect(commentValues(tags, '\u212a')).toEqual([]);
  });
});

describe('isOpusHead, isOpusTags', () => {
  it('look at the first eight bytes', () => {
    const cases: [Uint8Array, boolean, boolean][] = [
      [utf8('OpusHead'), true, false],
      [utf8('OpusTags and more'), false, true],
      [utf8('OpusHea'), false, false],
      [utf8('opushead'), false, false],
      [new Uint8Array(0), false, false],
    ];
    for (const [packet, head, tags] of cases) expect([isOpusHead(packet), isOpusTags(packet)]).toEqual([head, tags]);
  });
});
