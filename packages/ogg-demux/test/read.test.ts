import { describe, expect, it } from 'vitest';
import { type ByteStream, type OggDamage, type OggEvent, type OggPacket, readOgg, readOggPackets } from '../src';
import { demux, plain } from './demuxed';
import { readFixture } from './fixture-files';
import { concat, encodePage, filled, simpleStream, streamOf, text } from './ogg-pages';

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of source) all.push(value);
  return all;
}

async function* piecesOf(input: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < input.length; at += chunkBytes) yield input.subarray(at, at + chunkBytes);
}

/** A source that says how it was closed. */
function watched(input: Uint8Array): { source: AsyncIterable<Uint8Array>; closed: () => boolean } {
  let closed = false;
  async function* run() {
    try {
      yield* piecesOf(input, 50);
    } finally {
      closed = true;
    }
  }
  return { source: run(), closed: () => closed };
}

/** A web stream as Safari has it. */
function bareStream(source: AsyncIterable<Uint8Array>): { stream: ByteStream; cancelled: () => boolean } {
  let cancelled = false;
  const iterator = source[Symbol.asyncIterator]();
  const web = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream: { getReader: () => web.getReader() }, cancelled: () => cancelled };
}

describe('readOgg', () => {
  it('gives the events of the demuxer, from sources of every kind', async () => {
    const input = readFixture('ogg_opus/chain.opus');
    const expected = demux(input).map(plain);
    const sources = [
      piecesOf(input, 777),
      [input.subarray(0, 10_000), input.subarray(10_000)],
      new Blob([input as Uint8Array<ArrayBuffer>]).stream() as unknown as AsyncIterable<Uint8Array>,
    ];
    for (const source of sources) expect((await collect(readOgg(source))).map(plain)).toEqual(expected);
    const { signal } = new AbortController();
    expect((await collect(readOgg(piecesOf(input, 777), { signal }))).map(plain)).toEqual(expected);
  });

  it('reads a web stream that can only be read by its reader, and cancels it', async () => {
    const input = readFixture('ogg_opus/chain.opus');
    const expected = demux(input).map(plain);
    const { signal } = new AbortController();
    for (const options of [{}, { signal }]) {
      const whole = bareStream(piecesOf(input, 777));
      expect((await collect(readOgg(whole.stream, options))).map(plain)).toEqual(expected);
      const left = bareStream(piecesOf(input, 777));
      for await (const event of readOgg(left.stream, options)) if (event.type === 'page') break;
      expect([whole.cancelled(), left.cancelled()]).toEqual([false, true]);
    }
    const waiting = new AbortController();
    const reason = new Error('enough');
    const stuck = bareStream({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) });
    const reading = collect(readOgg(stuck.stream, { signal: waiting.signal }));
    setTimeout(() => waiting.abort(reason), 5);
    await expect(reading).rejects.toBe(reason);
    expect(stuck.cancelled()).toBe(true);
    const broken = bareStream({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('net')) }) });
    await expect(collect(readOgg(broken.stream))).rejects.toThrow('net');
  });

  it('passes options on', async () => {
    await expect(collect(readOgg([], { maxStreams: 0 }))).rejects.toThrow(RangeError);
  });

  it('throws what the source throws', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield simpleStream(2)[0]!;
      throw new Error('disk');
    }
    await expect(collect(readOgg(failing()))).rejects.toThrow('disk');
    const { signal } = new AbortController();
    await expect(collect(readOgg(failing(), { signal }))).rejects.toThrow('disk');
  });

  it('closes the source when the consumer stops', async () => {
    for (const options of [{}, { signal: new AbortController().signal }]) {
      const { source, closed } = watched(concat(simpleStream(5)));
      for await (const event of readOgg(source, options)) if (event.type === 'page') break;
      expect(closed()).toBe(true);
    }
  });

  it('throws the reason of the signal: before, between and while it waits', async () => {
    const reason = new Error('enough');
    await expect(collect(readOgg(simpleStream(3), { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);

    const between = new AbortController();
    const { source, closed } = watched(concat(simpleStream(5)));
    const seen: OggEvent[] = [];
    const reading = (async () => {
      for await (const event of readOgg(source, { signal: between.signal })) {
        seen.push(event);
        between.abort(reason);
      }
    })();
    await expect(reading).rejects.toBe(reason);
    expect(seen.length).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(closed()).toBe(true);

    const waiting = new AbortController();
    const never: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
    const stuck = collect(readOgg(never, { signal: waiting.signal }));
    setTimeout(() => waiting.abort(reason), 5);
    await expect(stuck).rejects.toBe(reason);
  });
});

describe('readOggPackets', () => {
  it('gives the packets with their place and granule position', async () => {
    const packets = [text('head'), filled(10, 1), filled(400, 2), filled(5, 3)];
    const input = concat(streamOf(packets, [1, 2, 2]));
    const read = await collect(readOggPackets(piecesOf(input, 31)));
    expect(read.map(({ data }) => data)).toEqual(packets);
    expect(read.map(({ granulePosition, eos }) => [granulePosition, eos])).toEqual([
      [1n, false],
      [3n, false],
      [-1n, false],
      [5n, true],
    ]);
    expect(read[1]).toMatchObject({ byteOffset: 61, stream: { serial: 1 } });
  });

  it('throws damage, or hands it to onDamage and goes on', async () => {
    const [bos, , last] = simpleStream(3) as [Uint8Array, Uint8Array, Uint8Array];
    const input = concat([bos, last]);
    const error = { name: 'OggDemuxError', code: 'OGG_SEQUENCE_GAP', byteOffset: 36, expected: 1, actual: 2 };
    await expect(collect(readOggPackets([input]))).rejects.toMatchObject(error);
    const damages: OggDamage[] = [];
    const read: OggPacket[] = await collect(readOggPackets([input], { onDamage: (damage) => damages.push(damage) }));
    expect(read.length).toBe(2);
    expect(damages.map(({ code }) => code)).toEqual(['OGG_SEQUENCE_GAP']);
  });

  it('has no packet to show an empty EOS page with', async () => {
    const [bos] = simpleStream(2) as [Uint8Array];
    const eos = encodePage({ sequence: 1, flags: 4, lacing: [], body: new Uint8Array() });
    expect((await collect(readOggPackets([bos, eos]))).map((packet) => packet.eos)).toEqual([false]);
  });
});
