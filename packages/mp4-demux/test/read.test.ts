import { describe, expect, it } from 'vitest';
import { Mp4DemuxError, Mp4SampleReader, Mp4Scanner, type Mp4Track, readMp4Samples, scanMp4 } from '../src';
import { box, bytes, FTYP, full, MAX, moov, movieFile, trak, u32 } from './boxes';
import { readFixture } from './fixture-files';
import { cut, pieces, plainFile, plainSample, scan } from './scanned';

const input = readFixture('golden/mp4/tracks.mp4');

/** A source that says whether it was closed. */
function source(from: Uint8Array, size = 500) {
  const state = { closed: false, pieces: 0 };
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for (const piece of pieces(from, size)) {
        state.pieces++;
        yield piece;
      }
    } finally {
      state.closed = true;
    }
  }
  return { state, chunks: chunks() };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('both passes over an async iterable', () => {
  it('give what pushing gives', async () => {
    const file = await scanMp4(source(input).chunks);
    expect(plainFile(file)).toEqual(plainFile(scan(input)));
    const samples = await collect(readMp4Samples(source(input).chunks, file.tracks));
    expect(samples.map(plainSample)).toEqual(cut(input, file).map(plainSample));
    const web = new Blob([input.slice()]).stream();
    const [opus] = file.tracks;
    expect(await collect(readMp4Samples(web, opus!))).toHaveLength(opus!.samples.count);
  });

  it('stop behind the last sample, and close the source', async () => {
    const { state, chunks } = source(input);
    const file = scan(input);
    await collect(readMp4Samples(chunks, file.tracks[0]!));
    expect(state.closed).toBe(true);
    expect(state.pieces * 500).toBeLessThan(37_000);
    expect(await collect(readMp4Samples([], []))).toEqual([]);
  });

  it('close the source when the consumer stops, and when it throws', async () => {
    const { state, chunks } = source(input);
    for await (const _ of readMp4Samples(chunks, scan(input).tracks)) break;
    expect(state.closed).toBe(true);
    const large = source(input, 1000);
    await expect(scanMp4(large.chunks, { maxMetadataBytes: 100 })).rejects.toThrow(Mp4DemuxError);
    expect(large.state.closed).toBe(true);
  });

  it('end at once by a signal, also while the source waits', async () => {
    const reason = new Error('enough');
    const never: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }),
    };
    const { tracks } = scan(input);
    for (const start of [
      (signal: AbortSignal) => scanMp4(never, { signal }),
      (signal: AbortSignal) => collect(readMp4Samples(never, tracks, { signal })),
    ]) {
      const controller = new AbortController();
      const reading = start(controller.signal);
      controller.abort(reason);
      await expect(reading).rejects.toBe(reason);
      await expect(start(AbortSignal.abort(reason))).rejects.toBe(reason);
    }
    const { signal } = new AbortController();
    const whole = source(input);
    expect(await collect(readMp4Samples(whole.chunks, tracks, { signal }))).toHaveLength(182);
  });

  it('close the source that a signal goes with: when the consumer stops, and when it aborts', async () => {
    const { tracks } = scan(input);
    const { state, chunks } = source(input);
    for await (const _ of readMp4Samples(chunks, tracks, { signal: new AbortController().signal })) break;
    expect(state.closed).toBe(true);
    let closed = false;
    const waiting: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: async () => {
          closed = true;
          return { done: true, value: undefined };
        },
      }),
    };
    const controller = new AbortController();
    const reading = scanMp4(waiting, { signal: controller.signal });
    controller.abort();
    await expect(reading).rejects.toBe(controller.signal.reason);
    expect(closed).toBe(true);
  });

  it('pass on what the source throws', async () => {
    const failure = new Error('no more');
    const failing = (async function* () {
      yield input.subarray(0, 100);
      throw failure;
    })();
    await expect(scanMp4(failing, { signal: new AbortController().signal })).rejects.toBe(failure);
  });
});

describe('errors', () => {
  const thrown = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      return error;
    }
    throw new Error('nothing was thrown');
  };

  it('MP4_NO_MOVIE', () => {
    for (const without of [new Uint8Array(0), FTYP, readFixture('ogg_opus/full_test.opus'), new Uint8Array(5000)]) {
      const error = thrown(() => scan(without));
      expect(error).toMatchObject({ name: 'Mp4DemuxError', code: 'MP4_NO_MOVIE', byteOffset: without.length });
    }
  });

  it('MP4_COMPRESSED_MOVIE', () => {
    expect(thrown(() => scan(bytes(FTYP, box('moov', box('cmov', [1])))))).toMatchObject({
      code: 'MP4_COMPRESSED_MOVIE',
    });
  });

  it('MP4_METADATA_TOO_LARGE, and not before so much has come', () => {
    const movie = moov(trak());
    const options = { maxMetadataBytes: movie.length - 9 };
    const details = {
      code: 'MP4_METADATA_TOO_LARGE',
      byteOffset: 24,
      expected: movie.length - 9,
      actual: movie.length - 8,
    };
    expect(thrown(() => scan(bytes(FTYP, movie), 7, options))).toMatchObject(details);
    expect(scan(bytes(FTYP, movie), 7, { maxMetadataBytes: movie.length - 8 }).tracks).toHaveLength(1);
    const lying = bytes(FTYP, movie);
    lying.set(u32(MAX), 24);
    expect(scan(lying).tracks).toHaveLength(1);
  });

  it('MP4_SOURCE_CHANGED', async () => {
    const file = scan(input);
    const short = input.subarray(0, 20_000);
    const details = { code: 'MP4_SOURCE_CHANGED', byteOffset: 20_000, actual: 20_000 };
    expect(thrown(() => cut(short, file))).toMatchObject(details);
    await expect(collect(readMp4Samples([short], file.tracks))).rejects.toMatchObject(details);
  });

  it("a caller's mistakes", () => {
    for (const options of [{ maxTracks: 0 }, { maxSampleBytes: 1.5 }, { maxMetadataBytes: -1 }]) {
      expect(() => new Mp4Scanner(options)).toThrow(RangeError);
    }
    const scanner = new Mp4Scanner();
    expect(() => scanner.push([1] as unknown as Uint8Array)).toThrow(TypeError);
    scanner.push(movieFile(trak()));
    const { tracks } = scanner.finish();
    expect(() => scanner.push(FTYP)).toThrow(TypeError);
    expect(() => scanner.finish()).toThrow(TypeError);
    const [track] = tracks as [Mp4Track];
    expect(() => new Mp4SampleReader([track, track])).toThrow(TypeError);
    const reader = new Mp4SampleReader(track);
    expect(() => reader.push('x' as unknown as Uint8Array)).toThrow(TypeError);
    reader.push(movieFile());
    reader.finish();
    expect(() => reader.push(FTYP)).toThrow(TypeError);
    expect(() => reader.finish()).toThrow(TypeError);
  });
});

describe('the reader', () => {
  it('gives plain views into Buffers, and what it kept itself', () => {
    const { tracks } = scan(input);
    const [sample] = new Mp4SampleReader(tracks).push(Buffer.from(input));
    expect(sample!.data.constructor).toBe(Uint8Array);
  });

  it('copies what spans pieces, so that these may be used again', () => {
    const { tracks } = scan(input);
    const reader = new Mp4SampleReader(tracks[0]!);
    const piece = new Uint8Array(7);
    const seen: number[][] = [];
    for (const part of pieces(input, 7)) {
      piece.set(part);
      for (const { data } of reader.push(piece.subarray(0, part.length))) seen.push([...data]);
    }
    reader.finish();
    expect(seen).toEqual(cut(input, { ...scan(input), tracks: [tracks[0]!] }).map(({ data }) => [...data]));
  });

  it('of tracks that share bytes', () => {
    const sized = (id: number, at: number, size: number) =>
      trak({ id, stco: full('stco', 0, u32(1, at)), stsz: full('stsz', 0, u32(0, 1, size)) });
    const shared = movieFile(sized(1, 32, 10), sized(2, 34, 4), sized(3, 33, 0));
    const file = scan(shared);
    for (const size of [1, 3, 100]) {
      const samples = cut(shared, file, size).map(({ track, data }) => [track.id, ...data]);
      expect(samples).toEqual([[3], [2, 0xfe, 0, 1, 2], [1, 0xfc, 0xff, 0xfe, 0, 1, 2, 3, 4, 5, 6]]);
    }
  });
});
