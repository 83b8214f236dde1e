import { describe, expect, it } from 'vitest';
import { box, bytes, DOPS, FTYP, full, moov, movieFile, type Part, soundEntry, trak, u16, u32, u64 } from './boxes';
import { readFixture } from './fixture-files';
import { codesOf, scan } from './scanned';

const stsd = (entry: Part, version = 0) => full('stsd', version << 24, u32(1), entry);
const only = (input: Uint8Array) => {
  const file = scan(input);
  expect(codesOf(file)).toEqual([]);
  return file.tracks[0]!;
};

describe('dOps as OpusHead', () => {
  it('of mapping family 0', () => {
    const { dops, opusHead } = only(movieFile(trak()));
    expect(dops).toEqual(DOPS.slice(8));
    expect(Buffer.from(opusHead!).toString('latin1')).toBe('OpusHead\x01\x02\x38\x01\x80\xbb\0\0\0\0\0');
  });

  it('with a table, and a gain below 0; what follows is left out', () => {
    const table = [4, 2, 0, 4, 1, 2, 3, 5];
    const inner = box('dOps', [0, 6], u16(0x0102), u32(0x01020304), u16(0xfffe), [1], table, [99, 99]);
    const { opusHead } = only(movieFile(trak({ stsd: stsd(soundEntry('Opus', inner, 6)) })));
    expect([...opusHead!.subarray(8)]).toEqual([1, 6, 2, 1, 4, 3, 2, 1, 0xfe, 0xff, 1, ...table]);
  });

  it('of family 3 with all that follows: its matrix', () => {
    const inner = box('dOps', [0, 2], u16(312), u32(48_000), u16(0), [3], [1, 1, 1, 2, 3, 4, 5, 6, 7, 8]);
    const { opusHead } = only(movieFile(trak({ stsd: stsd(soundEntry('Opus', inner)) })));
    expect([...opusHead!.subarray(18)]).toEqual([3, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('equals the header of the Ogg file that a file was made of', () => {
    const ogg = readFixture('ogg_opus/test-6-5.1.opus');
    const at = Buffer.from(ogg).indexOf('OpusHead');
    const { opusHead } = only(readFixture('golden/mp4/surround.mp4'));
    expect([...opusHead!]).toEqual([...ogg.subarray(at, at + opusHead!.length)]);
    expect(opusHead).toHaveLength(27);
  });
});

describe('sample descriptions', () => {
  it('of QuickTime, versions 1 and 2, with boxes in wave', () => {
    const fields = (version: number) => bytes(new Uint8Array(6), u16(1, version, 0, 0, 0, 2, 16, 0, 0, 48_000, 0));
    const one = box('Opus', fields(1), new Uint8Array(16), box('wave', box('frma', 'Opus'), DOPS));
    expect(only(movieFile(trak({ stsd: stsd(one) })))).toMatchObject({ channels: 2, sampleRateHz: 48_000 });
    expect(only(movieFile(trak({ stsd: stsd(one) }))).opusHead).toHaveLength(19);
    const rate = new Uint8Array(new Float64Array([96_000]).buffer).reverse();
    const two = box('Opus', fields(2), u32(72), rate, u32(3), new Uint8Array(20), DOPS);
    const track = only(movieFile(trak({ stsd: stsd(two) })));
    expect(track).toMatchObject({ channels: 3, sampleRateHz: 96_000, codec: 'Opus' });
    expect(track.opusHead).toHaveLength(19);
  });

  it('with a rate that is none', () => {
    const fields = bytes(new Uint8Array(6), u16(1, 2, 0, 0, 0, 2, 16, 0, 0, 48_000, 0));
    const nothing = box('Opus', fields, u32(72, 0x7ff80000, 0, 2), new Uint8Array(20), DOPS);
    expect(only(movieFile(trak({ stsd: stsd(nothing) }))).sampleRateHz).toBe(0);
  });

  it('of version 1 in the ISO format has no fields more', () => {
    const one = box('Opus', new Uint8Array(6), u16(1, 1, 0, 0, 0, 2, 16, 0, 0, 48_000, 0), DOPS);
    expect(only(movieFile(trak({ stsd: stsd(one, 1) }))).opusHead).toHaveLength(19);
  });

  it('of other codecs, of pictures, of nothing', () => {
    expect(only(movieFile(trak({ stsd: stsd(soundEntry('mp4a')) })))).not.toHaveProperty('dops');
    const video = only(movieFile(trak({ handler: 'vide', stsd: stsd(box('avc1', new Uint8Array(70))) })));
    expect(video).toMatchObject({ kind: 'video', codec: 'avc1', channels: 0 });
    expect(only(movieFile(trak({ handler: 'text', stsd: stsd([]) })))).toMatchObject({ kind: 'other', codec: '' });
  });
});

describe('tracks', () => {
  it('with headers of 64 bits, and a language', () => {
    const mdhd = full('mdhd', 0x1000000, u64(0, 0), u32(44_100), u64(960), u16((4 << 10) | (5 << 5) | 21, 0));
    const tkhd = full('tkhd', 0x1000003, u64(0, 0), u32(77, 0), u64(960), new Uint8Array(60));
    expect(only(movieFile(trak({ mdhd, tkhd })))).toMatchObject({ id: 77, timescale: 44_100, language: 'deu' });
    expect(only(movieFile(trak()))).not.toHaveProperty('language');
    const mac = full('mdhd', 0, u32(0, 0, 48_000, 960), u16(11, 0));
    expect(only(movieFile(trak({ mdhd: mac })))).not.toHaveProperty('language');
  });

  it('with compact sizes, of 4, 8 and 16 bits', () => {
    const sized = (bits: number, sizes: Part, count: number) =>
      trak({
        stts: full('stts', 0, u32(1, count, 960)),
        stsc: full('stsc', 0, u32(1, 1, count, 1)),
        stsz: full('stz2', 0, [0, 0, 0, bits], u32(count), sizes),
      });
    const sizes = (track: Uint8Array) => [...only(movieFile(track)).samples].map(({ byteLength }) => byteLength);
    expect(sizes(sized(4, [0x12, 0x30], 3))).toEqual([1, 2, 3]);
    expect(sizes(sized(8, [1, 2, 3], 3))).toEqual([1, 2, 3]);
    expect(sizes(sized(16, u16(1, 0, 3), 3))).toEqual([1, 0, 3]);
  });

  it('with 64-bit offsets, and many samples of one size over changes of duration', () => {
    const track = trak({
      stts: full('stts', 0, u32(2, 3, 10, 3, 20)),
      stsc: full('stsc', 0, u32(2, 1, 2, 1, 2, 4, 1)),
      stsz: full('stsz', 0, u32(2, 6)),
      stco: full('co64', 0, u32(2), u64(32, 38)),
    });
    const { samples } = only(movieFile(track));
    expect([...samples].map(({ byteOffset, decodeTime }) => [byteOffset, decodeTime])).toEqual([
      [32, 0],
      [34, 10],
      [38, 20],
      [40, 30],
      [42, 50],
      [44, 70],
    ]);
    expect([samples.count, samples.startTime, samples.endTime]).toEqual([6, 0, 90]);
  });

  it('without a sample', () => {
    const { samples, presentation } = only(bytes(FTYP, moov(trak({ stsz: full('stsz', 0, u32(0, 0)) }))));
    expect([samples.count, samples.startTime, samples.endTime, [...samples]]).toEqual([0, 0, 0, []]);
    expect(presentation).toMatchObject({ mediaStart: 0, mediaEnd: 0 });
  });
});

it('brands', () => {
  expect(scan(readFixture('golden/mp4/front.mp4')).brands).toEqual(['isom', 'iso2', 'mp41']);
  expect(scan(movieFile(trak())).brands).toEqual(['isom', 'iso2']);
});

it('old QuickTime files have no ftyp, and a movie box may claim to go on to the end', () => {
  const movie = moov(trak({ stco: full('stco', 0, u32(1, 8)) }));
  movie.set(u32(0));
  const { brands, tracks } = scan(bytes(box('mdat', [1, 2, 3, 4]), movie));
  expect([brands, tracks[0]!.samples.count]).toEqual([[], 1]);
});
