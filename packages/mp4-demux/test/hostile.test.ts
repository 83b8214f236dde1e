import { describe, expect, it } from 'vitest';
import { Mp4SampleReader, Mp4Scanner } from '../src';
import {
  box,
  bytes,
  emptyTrak,
  FTYP,
  full,
  MAX,
  MVEX,
  moof,
  moov,
  movieFile,
  soundEntry,
  trak,
  u32,
  u64,
} from './boxes';
import { codesOf, cut, scan } from './scanned';

/** Milliseconds that it takes; the least of three. */
function timed(run: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    run();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

describe('counts that the file has no room for cost nothing', () => {
  const fragment = (flags: number, ...fields: number[]) =>
    moof(box('traf', full('tfhd', 0x20000, u32(1)), full('trun', flags, u32(...fields))));
  const front = bytes(FTYP, box('mdat', new Uint8Array(64)), moov(emptyTrak(), MVEX));
  const all = full('stsc', 0, u32(1, 1, MAX, 1));
  const inputs: Record<string, Uint8Array> = {
    'one size for 2^32 - 1 samples in a chunk': movieFile(
      trak({ stsz: full('stsz', 0, u32(1, MAX)), stts: full('stts', 0, u32(1, MAX, 960)), stsc: all }),
    ),
    'the same with a duration for each': movieFile(
      trak({ stsz: full('stsz', 0, u32(1, MAX)), stts: full('stts', 0, u32(MAX, MAX, MAX)), stsc: all }),
    ),
    'one size, no chunks': movieFile(trak({ stsz: full('stsz', 0, u32(1, MAX)), stco: full('stco', 0, u32(0)) })),
    'own sizes': movieFile(trak({ stsz: full('stsz', 0, u32(0, MAX, 4)), stsc: all })),
    'compact sizes': movieFile(trak({ stsz: full('stz2', 0, u32(4, MAX), [0x44]), stsc: all })),
    durations: movieFile(trak({ stts: full('stts', 0, u32(3, MAX, MAX, MAX, MAX, MAX, MAX)) })),
    chunks: movieFile(trak({ stsc: full('stsc', 0, u32(2, 1, MAX, 1, MAX, MAX, MAX)) })),
    offsets: movieFile(trak({ stco: full('stco', 0, u32(MAX, 40)) })),
    'wide offsets': movieFile(trak({ stco: full('co64', 0, u32(MAX), u64(-1)) })),
    edits: movieFile(trak({ elst: full('elst', 0, u32(MAX, 960, 0, 0x10000)) })),
    'a run without rows': bytes(front, fragment(1, MAX, -40)),
    'many of them': bytes(front, ...Array.from({ length: 100 }, () => fragment(1, MAX, -40))),
    'a run with rows': bytes(front, fragment(0x301, MAX, -40, 960, 4)),
    'a movie box of 2^63 bytes': bytes(FTYP, u32(1), 'moov', u64(-(2n ** 63n)), moov(trak()).subarray(8)),
  };

  it.each(Object.entries(inputs))('%s', (_name, input) => {
    const milliseconds = timed(() => {
      const file = scan(input);
      expect(file.damage.length).toBeGreaterThan(0);
      let count = 0;
      for (const { samples } of file.tracks) count += samples.count;
      expect(count).toBeLessThanOrEqual(input.length);
      cut(input, file);
    });
    // No measure, but far below what billions of rows would take.
    expect(milliseconds).toBeLessThan(5_000);
  });
});

describe('time is linear', () => {
  const sizes = [20_000, 80_000];
  /** How much longer four times as much takes; linear is 4. */
  const growth = (make: (n: number) => Uint8Array, size?: number) => {
    const [short, long] = sizes.map((n) => {
      const input = make(n);
      return timed(() => scan(input, size));
    }) as [number, number];
    return long / Math.max(short, 2);
  };
  const many = (n: number, one: Uint8Array) => {
    const all = new Uint8Array(n * one.length);
    for (let i = 0; i < n; i++) all.set(one, i * one.length);
    return all;
  };
  const inputs: Record<string, (n: number) => Uint8Array> = {
    'small boxes at the top': (n) => bytes(many(n, box('free')), moov(trak())),
    'small boxes in the movie': (n) => bytes(FTYP, moov(many(n, box('free')), trak())),
    'nested boxes': (n) => {
      const nested = new Uint8Array(8 * n);
      const view = new DataView(nested.buffer);
      for (let i = 0; i < n; i++) {
        view.setUint32(8 * i, 8 * (n - i));
        nested.set(box(i % 2 ? 'trak' : 'mdia').subarray(4), 8 * i + 4);
      }
      return bytes(FTYP, box('moov', nested));
    },
    tracks: (n) => bytes(FTYP, moov(many(n / 20, trak()))),
    descriptions: (n) => bytes(FTYP, moov(trak({ stsd: full('stsd', 0, u32(n), many(n / 4, soundEntry())) }))),
    fragments: (n) =>
      bytes(
        FTYP,
        moov(emptyTrak(), MVEX),
        many(n / 20, moof(box('traf', full('tfhd', 0x20000, u32(1)), full('trun', 0, u32(9))))),
      ),
    'rows of chunks and durations': (n) => {
      const rows = (columns: number, value: (row: number, column: number) => number) => {
        const view = new DataView(new ArrayBuffer(4 * columns * n));
        for (let i = 0; i < columns * n; i++) view.setUint32(4 * i, value(Math.floor(i / columns), i % columns));
        return new Uint8Array(view.buffer);
      };
      const stts = full(
        'stts',
        0,
        u32(n),
        rows(2, () => 1),
      );
      const stsc = full(
        'stsc',
        0,
        u32(n),
        rows(3, (row, column) => (column === 0 ? row + 1 : 1)),
      );
      const stco = full(
        'stco',
        0,
        u32(n),
        rows(1, (row) => row),
      );
      return bytes(FTYP, moov(trak({ stts, stsc, stco, stsz: full('stsz', 0, u32(1, n)) })));
    },
    'what looks like a movie box, while lost': (n) => bytes(FTYP, u32(1), many(n, bytes(u32(9), 'moov'))),
    'garbage over and over': (n) => many(n / 20, bytes(u32(3), 'free', moof())),
  };

  it.each(Object.entries(inputs))('%s', (_name, make) => {
    expect(growth((n) => bytes(make(n), moov(trak())))).toBeLessThan(12);
  });

  it('also byte by byte', () => {
    const make = (n: number) => bytes(FTYP, moov(trak(), box('free', new Uint8Array(n * 4))));
    expect(growth(make, 1)).toBeLessThan(12);
  });
});

it('a sample over many small pieces is copied once', () => {
  const input = bytes(
    FTYP,
    box('mdat', new Uint8Array(2_000_000)),
    moov(trak({ stsz: full('stsz', 0, u32(0, 1, 1_999_000)), stco: full('stco', 0, u32(1, 32)) })),
  );
  const file = scan(input);
  const milliseconds = timed(() => cut(input, file, 7));
  expect(milliseconds).toBeLessThan(10_000);
});

it('media is passed over: 4 GB in one box take no memory', () => {
  const scanner = new Mp4Scanner();
  const media = 2 ** 32;
  scanner.push(bytes(FTYP, u32(1), 'mdat', u64(media + 16)));
  const piece = new Uint8Array(2 ** 24);
  const before = process.memoryUsage();
  for (let at = 0; at < media; at += piece.length) scanner.push(piece);
  const after = process.memoryUsage();
  expect(after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed).toBeLessThan(10e6);
  const offset = media + 8;
  scanner.push(moov(trak({ stco: full('co64', 0, u32(1), u64(offset)) })));
  const file = scanner.finish();
  expect(codesOf(file)).toEqual([]);
  expect([...file.tracks[0]!.samples][0]).toMatchObject({ byteOffset: offset, byteLength: 4 });
  const reader = new Mp4SampleReader(file.tracks);
  reader.push(new Uint8Array(40));
  let samples = 0;
  for (let at = 40; at < offset + 4; at += piece.length) samples += reader.push(piece).length;
  expect([samples, reader.done]).toEqual([1, true]);
});
