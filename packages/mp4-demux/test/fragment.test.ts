import { describe, expect, it } from 'vitest';
import { box, bytes, emptyTrak, FTYP, full, moof, moov, type Part, u32, u64 } from './boxes';
import { codesOf, scan } from './scanned';

const TREX = box('mvex', full('trex', 0, u32(1, 1, 960, 4, 0)), full('trex', 0, u32(2, 1, 480, 3, 0)));
const HEAD = bytes(FTYP, moov(emptyTrak({ id: 1 }), emptyTrak({ id: 2 }), TREX));

/** Places, sizes, times and durations of the samples of both tracks. */
function placesOf(...trafs: Part[]) {
  const file = scan(bytes(HEAD, moof(...trafs), box('mdat', new Uint8Array(200))));
  expect(codesOf(file)).toEqual([]);
  return file.tracks.map(({ samples }) =>
    [...samples].map(({ byteOffset, byteLength, decodeTime, duration }) => [
      byteOffset,
      byteLength,
      decodeTime,
      duration,
    ]),
  );
}

const tfhd = (flags: number, ...fields: Part[]) => full('tfhd', flags, ...fields);

describe('where the data of a fragment lies', () => {
  it('each track by the fragment: default-base-is-moof', () => {
    const traf = (id: number, at: number) => box('traf', tfhd(0x20000, u32(id)), full('trun', 1, u32(2, at)));
    const [one, two] = placesOf(traf(1, 120), traf(2, 130));
    const base = HEAD.length;
    expect(one!.map(([at]) => at)).toEqual([base + 120, base + 124]);
    expect(two!.map(([at]) => at)).toEqual([base + 130, base + 133]);
  });

  it('the next track behind the data of the one before it: no flag', () => {
    const [one, two] = placesOf(
      box('traf', tfhd(0, u32(1)), full('trun', 1, u32(2, 200))),
      box('traf', tfhd(0, u32(2)), full('trun', 1, u32(1, 5)), full('trun', 0, u32(1))),
    );
    const end = HEAD.length + 208;
    expect(one![1]).toEqual([end - 4, 4, 960, 960]);
    expect(two!).toEqual([
      [end + 5, 3, 0, 480],
      [end + 8, 3, 480, 480],
    ]);
  });

  it('by an offset of its own; runs behind runs with sizes of their own; times go on', () => {
    const at = HEAD.length + 200;
    const [one] = placesOf(
      box(
        'traf',
        tfhd(1, u32(1), u64(at)),
        full('tfdt', 0, u32(7000)),
        full('trun', 0x200, u32(2, 9, 8)),
        full('trun', 0x104, u32(2, 0x2000000, 100, 200)),
        full('trun', 0xf00, u32(1, 300, 6, 0, 0)),
      ),
    );
    expect(one).toEqual([
      [at, 9, 7000, 960],
      [at + 9, 8, 7960, 960],
      [at + 17, 4, 8920, 100],
      [at + 21, 4, 9020, 200],
      [at + 25, 6, 9220, 300],
    ]);
  });
});

it('what the fragment says of all its samples comes before what the movie says', () => {
  const at = HEAD.length + 200;
  const [one] = placesOf(
    box('traf', tfhd(0x3b, u32(1), u64(at), u32(1, 50, 7, 0)), full('trun', 0, u32(1))),
    box('traf', tfhd(0x9, u32(1), u64(at + 10), u32(60)), full('trun', 0, u32(1))),
    box('traf', tfhd(0x11, u32(1), u64(at + 20), u32(8)), full('trun', 0, u32(1))),
  );
  expect(one).toEqual([
    [at, 7, 0, 50],
    [at + 10, 4, 50, 60],
    [at + 20, 8, 110, 960],
  ]);
});

it('a time ahead leaves a hole', () => {
  const at = HEAD.length + 200;
  const traf = (time: number, from: number) =>
    box('traf', tfhd(1, u32(1), u64(from)), full('tfdt', 0x1000000, u64(time)), full('trun', 0, u32(1)));
  expect(placesOf(traf(0, at), traf(5000, at + 4))[0]).toEqual([
    [at, 4, 0, 960],
    [at + 4, 4, 5000, 960],
  ]);
});

it('a file of movie tables goes on in fragments', () => {
  const traf = box('traf', tfhd(0x20000, u32(1)), full('trun', 1, u32(1, 68)));
  const { tracks } = scan(
    bytes(HEAD, moof(traf), box('mdat', new Uint8Array(8)), moof(traf), box('mdat', new Uint8Array(8))),
  );
  expect([...tracks[0]!.samples].map(({ decodeTime }) => decodeTime)).toEqual([0, 960]);
});
