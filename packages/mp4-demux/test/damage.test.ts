import { describe, expect, it } from 'vitest';
import type { Mp4DamageCode, Mp4File } from '../src';
import * as b from './boxes';
import { codesOf, cut, scan } from './scanned';

const { box, bytes, emptyTrak, FTYP, full, MAX, MVEX, MVHD, moof, moov, movieFile, soundEntry, trak, u32, u64 } = b;

/** Damage of a file that has no other. */
function only(input: Uint8Array, code: Mp4DamageCode, options = {}) {
  const file = scan(input, undefined, options);
  expect(codesOf(file)).toEqual([code]);
  return { file, damage: file.damage[0]!, track: file.tracks[0]! };
}

const places = ({ tracks }: Mp4File, track = 0) =>
  [...tracks[track]!.samples].map(({ byteOffset, byteLength, decodeTime, duration }) => [
    byteOffset,
    byteLength,
    decodeTime,
    duration,
  ]);

/** Chunks of one sample of 4 bytes, at these offsets. */
const chunked = (offsets: readonly number[], more: b.TrackParts = {}) =>
  trak({
    stts: full('stts', 0, u32(1, offsets.length, 960)),
    stsc: full('stsc', 0, u32(1, 1, 1, 1)),
    stsz: full('stsz', 0, u32(0, offsets.length, ...offsets.map(() => 4))),
    stco: full('stco', 0, u32(offsets.length, ...offsets)),
    ...more,
  });

it('a sound file has none', () => {
  const toEnd = bytes(FTYP, moov(trak()), u32(0), 'mdat', new Uint8Array(9));
  expect(scan(toEnd).damage).toEqual([]);
  const file = scan(movieFile(trak()));
  expect(file.damage).toEqual([]);
  expect(places(file)).toEqual([[40, 4, 0, 960]]);
  expect(places(scan(movieFile(chunked([32, 36, 40]))))).toEqual([
    [32, 4, 0, 960],
    [36, 4, 960, 960],
    [40, 4, 1920, 960],
  ]);
});

describe('boxes', () => {
  it('MP4_TRUNCATED: in the media, in a header', () => {
    const input = bytes(FTYP, moov(trak()), box('mdat', new Uint8Array(100)));
    expect(only(input.subarray(0, -1), 'MP4_TRUNCATED').damage).toMatchObject({ byteOffset: input.length - 108 });
    expect(only(bytes(movieFile(trak()), [0, 0, 0]), 'MP4_TRUNCATED').damage.times).toBe(1);
  });

  it('MP4_TRUNCATED: in the movie box, of which the rest is read', () => {
    const front = bytes(FTYP, box('mdat', new Uint8Array(16)));
    const movie = moov(trak(), box('udta', new Uint8Array(8)));
    const { file } = only(bytes(front, movie).subarray(0, -16), 'MP4_TRUNCATED');
    expect(places(file)).toEqual([[40, 4, 0, 960]]);
  });

  it('MP4_GARBAGE, behind which the movie box and fragments are found', () => {
    const noise = Uint8Array.from({ length: 99 }, (_, i) => i * 7);
    const found = only(bytes(FTYP, noise, moov(trak()), box('free')), 'MP4_GARBAGE');
    expect([found.damage.times, places(found.file)]).toEqual([1, [[40, 4, 0, 960]]]);
    // It may begin within the bytes that were taken for a header.
    expect(places(only(bytes(FTYP, [1, 2, 3], moov(trak())), 'MP4_GARBAGE').file)).toHaveLength(1);
    const likeness = bytes(u32(15), 'moov', u32(108), 'mvhd');
    expect(places(only(bytes(FTYP, noise, likeness, moov(trak())), 'MP4_GARBAGE').file)).toHaveLength(1);
    const traf = box('traf', full('tfhd', 0x20000, u32(1)), full('trun', 1, u32(2, 68)));
    const fragment = moof(traf);
    const head = bytes(FTYP, moov(emptyTrak(), MVEX), noise);
    const { file } = only(bytes(head, fragment, box('mdat', new Uint8Array(8))), 'MP4_GARBAGE');
    expect(places(file).map(([at]) => at)).toEqual([head.length + 68, head.length + 72]);
  });

  it('MP4_GARBAGE: sizes below their header, of 32 and 64 bits', () => {
    for (const header of [u32(7), bytes(u32(1), 'free', u64(15)), bytes(u32(1), 'free', u64(0))]) {
      const input = bytes(FTYP, header.length === 4 ? bytes(header, 'free') : header, moov(trak()));
      expect(only(input, 'MP4_GARBAGE').damage.byteOffset).toBe(24);
    }
  });

  it('MP4_BAD_BOX: a box within another is shorter than its header', () => {
    for (const bad of [bytes(u32(4), 'free'), bytes(u32(1), 'free', u64(8)), bytes(u32(1), 'free')]) {
      only(bytes(FTYP, box('mdat', new Uint8Array(16)), moov(trak(), bad)), 'MP4_BAD_BOX');
    }
  });

  it('MP4_BAD_BOX: fixed fields are missing', () => {
    const short: b.TrackParts[] = [
      { stts: box('stts', [0, 0, 0, 0]) },
      { elst: box('elst', [0]) },
      { stsd: full('stsd', 0, u32(1), box('Opus', new Uint8Array(27))) },
    ];
    for (const parts of short) expect(codesOf(scan(movieFile(trak(parts))))).toContain('MP4_BAD_BOX');
    expect(codesOf(scan(movieFile(trak({ tkhd: box('tkhd', [1, 0, 0, 0], u64(0, 0)) }))))).toContain('MP4_BAD_BOX');
  });

  it('MP4_BAD_BOX: more rows than there is room for', () => {
    for (const type of ['stsc', 'stco', 'elst'] as const) {
      const rows = { stsc: [1, 1, 1], stco: [40], elst: [960, 0, 65_536] }[type];
      const { file } = only(movieFile(trak({ [type]: full(type, 0, u32(MAX, ...rows)) })), 'MP4_BAD_BOX');
      expect(places(file)).toEqual([[40, 4, 0, 960]]);
    }
  });

  it('MP4_BAD_BOX: chunks that do not rise, sizes of odd bits, no timescale', () => {
    const stsc = full('stsc', 0, u32(2, 1, 1, 1, 1, 9, 1));
    expect(places(only(movieFile(chunked([32, 36], { stsc })), 'MP4_BAD_BOX').file)).toHaveLength(2);
    const late = full('stsc', 0, u32(1, 2, 1, 1));
    expect(codesOf(scan(movieFile(chunked([32, 36], { stsc: late }))))).toEqual(['MP4_BAD_BOX', 'MP4_TABLE_MISMATCH']);
    only(movieFile(trak({ stsz: full('stz2', 0, [0, 0, 0, 7], u32(1)) })), 'MP4_BAD_BOX');
    const { track } = only(movieFile(trak({ mdhd: full('mdhd', 0, u32(0, 0, 0, 960, 0)) })), 'MP4_BAD_BOX');
    expect(track.timescale).toBe(1);
    const timeless = bytes(movieFile(), box('free'));
    timeless.set(u32(0), timeless.indexOf(0xbb) - 2);
    expect(only(timeless, 'MP4_BAD_BOX').file.movieTimescale).toBe(1);
  });

  it('MP4_BOX_OVER_PARENT', () => {
    const input = movieFile(trak());
    const at = Buffer.from(input).indexOf('stco') - 4;
    input.set(u32(21), at);
    expect(places(only(input, 'MP4_BOX_OVER_PARENT').file)).toEqual([[40, 4, 0, 960]]);
  });

  it('MP4_SECOND_MOVIE', () => {
    const { file } = only(bytes(movieFile(trak()), moov(trak({ id: 7 }))), 'MP4_SECOND_MOVIE');
    expect(file.tracks.map(({ id }) => id)).toEqual([1]);
  });

  it('MP4_ORPHAN_FRAGMENT: before the movie, of another track', () => {
    const traf = box('traf', full('tfhd', 0x20000, u32(3)), full('trun', 1, u32(2, 100)));
    only(bytes(FTYP, moof(traf), moov(emptyTrak(), MVEX)), 'MP4_ORPHAN_FRAGMENT');
    only(bytes(FTYP, moov(emptyTrak(), MVEX), moof(traf)), 'MP4_ORPHAN_FRAGMENT');
  });

  it('MP4_TOO_MANY_TRACKS', () => {
    const input = movieFile(trak({ id: 1 }), trak({ id: 2 }), trak({ id: 3 }));
    const { file, damage } = only(input, 'MP4_TOO_MANY_TRACKS', { maxTracks: 1 });
    expect([file.tracks.length, damage.times]).toEqual([1, 2]);
  });
});

describe('tracks', () => {
  const described = (...entries: Uint8Array[]) => ({ stsd: full('stsd', 0, u32(entries.length), ...entries) });

  it('MP4_BAD_DOPS: missing, short, of another version', () => {
    const inner = [[], box('dOps', [0, 2, 1]), box('dOps', [1, ...b.DOPS.subarray(9)]), box('dOps')];
    for (const dops of inner) {
      const { track } = only(movieFile(trak(described(soundEntry('Opus', dops)))), 'MP4_BAD_DOPS');
      expect([track.codec, track.opusHead]).toEqual(['Opus', undefined]);
    }
    const table = box('dOps', [0, 6], b.u16(312), u32(48_000), b.u16(0), [1, 4, 2, 0, 4, 1, 2, 3]);
    expect(only(movieFile(trak(described(soundEntry('Opus', table)))), 'MP4_BAD_DOPS').track.dops).toHaveLength(18);
  });

  it('MP4_EXTERNAL_DATA', () => {
    const dref = full('dref', 0, u32(1), full('url ', 0, 'file:///elsewhere\0'));
    expect(only(movieFile(trak({ dref })), 'MP4_EXTERNAL_DATA').track.samples.count).toBe(0);
  });

  it('MP4_OTHER_SAMPLE_ENTRY: in the movie and in fragments; an equal description is no other', () => {
    const stsc = full('stsc', 0, u32(3, 1, 1, 1, 2, 1, 2, 3, 1, 1));
    const other = described(soundEntry(), soundEntry('mp4a', []));
    const { file, damage } = only(movieFile(chunked([32, 36, 40], { stsc, ...other })), 'MP4_OTHER_SAMPLE_ENTRY');
    expect(damage.samples).toBe(1);
    expect(places(file)).toEqual([
      [32, 4, 0, 960],
      [40, 4, 1920, 960],
    ]);
    const equal = described(soundEntry(), soundEntry());
    expect(places(scan(movieFile(chunked([32, 36, 40], { stsc, ...equal }))))).toHaveLength(3);
    // A number without a description can mean no other than the only one.
    expect(places(scan(movieFile(chunked([32, 36, 40], { stsc }))))).toHaveLength(3);

    const traf = (description: number, at: number, columns: b.Part) =>
      box('traf', full('tfhd', 0x20002, u32(1, description)), full('trun', 0x101, u32(2, at), columns));
    const fragments = (description: number) =>
      bytes(FTYP, moov(emptyTrak(other), MVEX), moof(traf(description, -8, u32(5, 6)), traf(1, 0, u32(7, 8))));
    const skipped = only(fragments(2), 'MP4_OTHER_SAMPLE_ENTRY');
    expect(skipped.damage.samples).toBe(2);
    expect(places(skipped.file).map(([, , time, duration]) => [time, duration])).toEqual([
      [11, 7],
      [18, 8],
    ]);
    // 0 is no number of a description: the first is meant.
    for (const description of [0, 1]) expect(places(scan(fragments(description)))).toHaveLength(4);
  });

  it('MP4_EDIT_LIST_UNSUPPORTED and MP4_EDIT_OUTSIDE_MEDIA: see edit-list.test.ts', () => {
    only(movieFile(trak({ elst: full('elst', 0, u32(1, 960, 0, 0x20000)) })), 'MP4_EDIT_LIST_UNSUPPORTED');
    only(movieFile(trak({ elst: full('elst', 0, u32(1, 960, 960, 0x10000)) })), 'MP4_EDIT_OUTSIDE_MEDIA');
  });
});

describe('samples', () => {
  it('MP4_TABLE_MISMATCH: no chunk for a sample, no sample for a chunk, durations', () => {
    const fewer = only(movieFile(chunked([32, 36], { stco: full('stco', 0, u32(1, 32)) })), 'MP4_TABLE_MISMATCH');
    expect(fewer.damage.samples).toBe(1);
    expect(places(fewer.file)).toEqual([[32, 4, 0, 960]]);
    const stsc = full('stsc', 0, u32(1, 1, 5, 1));
    const more = only(movieFile(chunked([32], { stsc })), 'MP4_TABLE_MISMATCH');
    expect([more.damage.samples, more.track.samples.count]).toEqual([0, 1]);
    const stts = full('stts', 0, u32(2, 0, 5, 1, 900));
    const short = only(movieFile(chunked([32, 36], { stts })), 'MP4_TABLE_MISMATCH');
    expect(places(short.file)).toEqual([
      [32, 4, 0, 900],
      [36, 4, 900, 900],
    ]);
    only(movieFile(chunked([32], { stts: box('free') })), 'MP4_TABLE_MISMATCH');
  });

  it('MP4_SAMPLE_OUTSIDE: the others keep their times', () => {
    const { file, damage } = only(movieFile(chunked([32, 100_000, 40])), 'MP4_SAMPLE_OUTSIDE');
    expect(damage).toMatchObject({ samples: 1, times: 1, trackId: 1, byteOffset: 100_000 });
    expect(places(file)).toEqual([
      [32, 4, 0, 960],
      [40, 4, 1920, 960],
    ]);
    const traf = box('traf', full('tfhd', 0x20000, u32(1)), full('trun', 1, u32(1, -100_000)));
    only(bytes(FTYP, moov(emptyTrak(), MVEX), moof(traf)), 'MP4_SAMPLE_OUTSIDE');
  });

  it('MP4_SAMPLES_UNORDERED: one that overlaps, one that lies too high, one that lies too low', () => {
    const drops: [number[], number[]][] = [
      [
        [32, 34, 40],
        [32, 40],
      ],
      [
        [32, 44, 36, 40],
        [32, 36, 40],
      ],
      [
        [32, 36, 33, 44],
        [32, 36, 44],
      ],
    ];
    for (const [offsets, kept] of drops) {
      const { file } = only(movieFile(chunked(offsets)), 'MP4_SAMPLES_UNORDERED');
      expect(places(file).map(([at]) => at)).toEqual(kept);
      const trafs = offsets.map((at) => box('traf', full('tfhd', 1, u32(1), u64(at)), full('trun', 0, u32(1))));
      const front = bytes(FTYP, box('mdat', new Uint8Array(16)));
      const fragments = only(bytes(front, moov(emptyTrak(), MVEX), moof(...trafs)), 'MP4_SAMPLES_UNORDERED');
      expect(places(fragments.file).map(([at]) => at)).toEqual(kept);
    }
    const many = chunked([40, 32], {
      stsc: full('stsc', 0, u32(1, 1, 2, 1)),
      stts: full('stts', 0, u32(1, 4, 960)),
      stsz: full('stsz', 0, u32(4, 4)),
    });
    expect(places(only(movieFile(many), 'MP4_SAMPLES_UNORDERED').file).map(([at]) => at)).toEqual([32, 36]);
  });

  it('MP4_SAMPLE_TOO_LARGE', () => {
    const stsz = full('stsz', 0, u32(0, 3, 4, 5, 4));
    const { file } = only(movieFile(chunked([32, 36, 44], { stsz })), 'MP4_SAMPLE_TOO_LARGE', { maxSampleBytes: 4 });
    expect(places(file).map(([at]) => at)).toEqual([32, 44]);
    const same = chunked([32], { stsz: full('stsz', 0, u32(5, 1)) });
    only(movieFile(same), 'MP4_SAMPLE_TOO_LARGE', { maxSampleBytes: 4 });
  });

  it('MP4_EMPTY_RUN', () => {
    const traf = box('traf', full('tfhd', 0x20010, u32(1, 0)), full('trun', 0, u32(MAX)));
    const { damage } = only(bytes(FTYP, moov(emptyTrak(), MVEX), moof(traf)), 'MP4_EMPTY_RUN');
    expect(damage.samples).toBe(MAX);
  });

  it('MP4_TIME_BACKWARDS: the samples follow', () => {
    const traf = (time: number, at: number) =>
      box('traf', full('tfhd', 1, u32(1), u64(at)), full('tfdt', 0, u32(time)), full('trun', 0, u32(1)));
    const front = bytes(FTYP, box('mdat', new Uint8Array(16)), moov(emptyTrak(), MVEX));
    const { file } = only(bytes(front, moof(traf(5000, 32)), moof(traf(5959, 36))), 'MP4_TIME_BACKWARDS');
    expect(places(file)).toEqual([
      [32, 4, 5000, 960],
      [36, 4, 5960, 960],
    ]);
  });

  it('MP4_TIME_OVERFLOW: the time stands still', () => {
    const last = Number.MAX_SAFE_INTEGER;
    const traf = (time: bigint, at: number) =>
      box('traf', full('tfhd', 1, u32(1), u64(at)), full('tfdt', 0x1000000, u64(time)), full('trun', 0, u32(1)));
    const front = bytes(FTYP, box('mdat', new Uint8Array(16)), moov(emptyTrak(), MVEX));
    const { file } = only(bytes(front, moof(traf(BigInt(last), 32)), moof(traf(-1n, 36))), 'MP4_TIME_OVERFLOW');
    expect(places(file)).toEqual([
      [32, 4, last, 0],
      [36, 4, last, 0],
    ]);
  });
});

it('what repeats is counted, and so are its samples', () => {
  const { damage } = scan(movieFile(chunked([32, 100_000, 100_004, 40])));
  expect(damage).toMatchObject([{ code: 'MP4_SAMPLE_OUTSIDE', times: 2, samples: 2, byteOffset: 100_000 }]);
  const input = bytes(movieFile(trak()), ...Array.from({ length: 50 }, () => moov()));
  expect(scan(input).damage).toMatchObject([{ code: 'MP4_SECOND_MOVIE', times: 50 }]);
});

it('damaged files can be cut all the same', () => {
  const input = movieFile(chunked([32, 100_000, 40, 42]));
  const samples = cut(input, scan(input));
  expect(samples.map(({ data }) => [...data])).toEqual([
    [0xfc, 0xff, 0xfe, 0],
    [5, 6, 7, 8],
  ]);
});

it('MVHD of 64 bits', () => {
  const wide = full('mvhd', 0x1000000, u64(3_600_000_000, 0), u32(44_100), u64(0), new Uint8Array(80));
  const file = scan(bytes(FTYP, box('moov', wide)));
  expect([file.movieTimescale, file.createdUtc]).toEqual([44_100, '2018-01-28T16:00:00.000Z']);
  expect(scan(bytes(FTYP, box('moov', MVHD))).createdUtc).toBeUndefined();
});
