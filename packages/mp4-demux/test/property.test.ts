import fc from 'fast-check';
import { expect, it } from 'vitest';
import { box, bytes, emptyTrak, FTYP, full, moof, moov, trak, u16, u32, u64 } from './boxes';
import { codesOf, cut, md5, scan } from './scanned';

interface Sample {
  readonly size: number;
  readonly duration: number;
}

const sample = fc.record({
  size: fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 0, max: 40 }) },
    { weight: 20, arbitrary: fc.constant(7) },
    { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 70_000 }) },
  ),
  duration: fc.oneof(fc.constant(960), fc.integer({ min: 0, max: 5000 })),
});
/** Chunks (or fragments) of one track. */
const chunks = fc.array(fc.array(sample, { maxLength: 6 }), { minLength: 1, maxLength: 8 });
const tracks = fc.array(chunks, { minLength: 1, maxLength: 3 });

/** Chunks of all tracks in the order in which they lie: the first of each, then the second, ... */
function layout(all: readonly (readonly (readonly Sample[])[])[]) {
  const longest = Math.max(...all.map(({ length }) => length));
  const order: { track: number; samples: readonly Sample[] }[] = [];
  for (let i = 0; i < longest; i++) {
    all.forEach((own, track) => {
      if (own[i]) order.push({ track, samples: own[i]! });
    });
  }
  return order;
}

const sizeOf = (samples: readonly Sample[]) => samples.reduce((sum, { size }) => sum + size, 0);

/** Bytes that differ from sample to sample. */
function media(track: number, number: number, size: number): Uint8Array {
  const data = new Uint8Array(size);
  for (let i = 0; i < size; i++) data[i] = (track * 101 + number * 31 + i) & 255;
  return data;
}

function mediaOf(order: ReturnType<typeof layout>): Uint8Array {
  const counts: number[] = [];
  return bytes(
    ...order.flatMap(({ track, samples }) =>
      samples.map(({ size }) => media(track, (counts[track] = (counts[track] ?? -1) + 1), size)),
    ),
  );
}

/** Tables of a track, with its chunks' offsets; each in its shortest form if `short`. */
function tables(own: readonly (readonly Sample[])[], offsets: readonly number[], id: number, short: boolean) {
  const flat = own.flat();
  const runs: [number, number][] = [];
  for (const { duration } of flat) {
    const last = runs[runs.length - 1];
    if (short && last?.[1] === duration) last[0]++;
    else runs.push([1, duration]);
  }
  const rows: number[][] = [];
  own.forEach(({ length }, i) => {
    if (!short || rows[rows.length - 1]?.[1] !== length) rows.push([i + 1, length, 1]);
  });
  const [first] = flat;
  const same = short && first && first.size > 0 && flat.every(({ size }) => size === first.size);
  const small = short && flat.every(({ size }) => size < 65_536);
  return trak({
    id,
    stts: full('stts', 0, u32(runs.length, ...runs.flat())),
    stsc: full('stsc', 0, u32(rows.length, ...rows.flat())),
    stsz: same
      ? full('stsz', 0, u32(first.size, flat.length))
      : small
        ? full('stz2', 0, u32(16, flat.length), u16(...flat.map(({ size }) => size)))
        : full('stsz', 0, u32(0, flat.length, ...flat.map(({ size }) => size))),
    stco: short
      ? full('stco', 0, u32(offsets.length, ...offsets))
      : full('co64', 0, u32(offsets.length), u64(...offsets)),
  });
}

function movieFile(all: readonly (readonly (readonly Sample[])[])[], front: boolean, short: boolean): Uint8Array {
  const order = layout(all);
  const data = box('mdat', mediaOf(order));
  const movie = (start: number) => {
    const offsets: number[][] = all.map(() => []);
    let at = start + 8;
    for (const { track, samples } of order) {
      offsets[track]!.push(at);
      at += sizeOf(samples);
    }
    return moov(...all.map((own, track) => tables(own, offsets[track]!, track + 1, short)));
  };
  if (!front) return bytes(FTYP, data, movie(FTYP.length));
  return bytes(FTYP, movie(FTYP.length + movie(0).length), data);
}

function fragmentFile(all: readonly (readonly (readonly Sample[])[])[], implicit: boolean): Uint8Array {
  const trex = all.map((_, track) => full('trex', 0, u32(track + 1, 1, 960, 7, 0)));
  const movie = moov(...all.map((_, track) => emptyTrak({ id: track + 1 })), box('mvex', ...trex));
  const counts: number[] = [];
  const times: number[] = [];
  const fragments = layout(all).flatMap(({ track, samples }) => {
    const usual = implicit && samples.every(({ size, duration }) => size === 7 && duration === 960);
    const rows = usual ? [] : samples.flatMap(({ duration, size }) => [duration, size]);
    const time = times[track] ?? 0;
    times[track] = time + samples.reduce((sum, { duration }) => sum + duration, 0);
    const traf = (dataOffset: number) =>
      box(
        'traf',
        full('tfhd', 0x20000, u32(track + 1)),
        ...(implicit ? [] : [full('tfdt', 0x1000000, u64(time))]),
        full('trun', usual ? 1 : 0x301, u32(samples.length, dataOffset, ...rows)),
      );
    const data = bytes(...samples.map(({ size }) => media(track, (counts[track] = (counts[track] ?? -1) + 1), size)));
    return [moof(traf(moof(traf(0)).length + 8)), box('mdat', data)];
  });
  return bytes(FTYP, movie, ...fragments);
}

function check(all: readonly (readonly (readonly Sample[])[])[], input: Uint8Array, pieceSize: number): void {
  const file = scan(input, pieceSize);
  expect(codesOf(file)).toEqual([]);
  const samples = cut(input, file, pieceSize);
  all.forEach((own, track) => {
    let time = 0;
    const expected = own.flat().map(({ size, duration }, number) => {
      time += duration;
      return { decodeTime: time - duration, duration, data: md5(media(track, number, size)) };
    });
    const seen = samples.filter((one) => one.track.index === track);
    expect(seen.map(({ decodeTime, duration, data }) => ({ decodeTime, duration, data: md5(data) }))).toEqual(expected);
    expect(file.tracks[track]!.samples.endTime).toBe(time);
  });
}

it('what is written is read: any sizes, durations, chunks, tracks, forms of the tables, pieces', () => {
  fc.assert(
    fc.property(tracks, fc.boolean(), fc.boolean(), fc.integer({ min: 1, max: 5000 }), (all, front, short, piece) => {
      check(all, movieFile(all, front, short), piece);
    }),
    { numRuns: 200 },
  );
});

it('the same of fragments', () => {
  fc.assert(
    fc.property(tracks, fc.boolean(), fc.integer({ min: 1, max: 5000 }), (all, implicit, piece) => {
      check(all, fragmentFile(all, implicit), piece);
    }),
    { numRuns: 200 },
  );
});
