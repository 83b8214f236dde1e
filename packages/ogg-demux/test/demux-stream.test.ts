import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import prism from 'prism-media';
import { describe, expect, it } from 'vitest';
import type { OggDamage, OggStream } from '../src';
import { OggDemuxStream, type OggDemuxStreamOptions } from '../src/node';
import { demux, packetsOf } from './demuxed';
import { readFixture } from './fixture-files';
import { concat, encodePage, filled, pageOf, simpleStream, streamOf, text } from './ogg-pages';

const opusHead = concat([text('OpusHead'), filled(11)]);
const opusTags = concat([text('OpusTags'), filled(50_000)]);

interface Seen {
  readonly heads: Buffer[];
  readonly tags: Buffer[];
  readonly streams: OggStream[];
  readonly damages: OggDamage[];
  readonly packets: Buffer[];
  /** Names of everything, in order. */
  readonly order: string[];
}

async function run(input: Uint8Array, chunkBytes = 65_536, options?: OggDemuxStreamOptions): Promise<Seen> {
  const stream = new OggDemuxStream(options);
  const seen: Seen = { heads: [], tags: [], streams: [], damages: [], packets: [], order: [] };
  stream.on('head', (packet: Buffer, logical: OggStream) => {
    seen.order.push('head');
    seen.heads.push(packet);
    seen.streams.push(logical);
  });
  stream.on('tags', (packet: Buffer) => {
    seen.order.push('tags');
    seen.tags.push(packet);
  });
  stream.on('damage', (damage: OggDamage) => seen.damages.push(damage));
  const sink = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(packet: Buffer, _, done) {
      if (seen.order.at(-1) !== 'data') seen.order.push('data');
      seen.packets.push(packet);
      setImmediate(done);
    },
  });
  const chunks: Buffer[] = [];
  for (let at = 0; at < input.length; at += chunkBytes) chunks.push(Buffer.from(input.subarray(at, at + chunkBytes)));
  await pipeline(Readable.from(chunks), stream, sink);
  return seen;
}

describe('OggDemuxStream', () => {
  it('gives head, tags and all packets of every link of a chain', async () => {
    const { heads, tags, packets, streams, order } = await run(readFixture('ogg_opus/chain.opus'), 1000);
    expect([heads.length, tags.length, packets.length]).toEqual([4, 4, 204]);
    expect(heads.every((head) => Buffer.isBuffer(head) && head.subarray(0, 8).equals(text('OpusHead')))).toBe(true);
    expect(streams.map(({ link }) => link)).toEqual([0, 1, 2, 3]);
    expect(order.filter((name) => name !== 'data').length).toBe(8);
  });

  it('gives head and tags before the data of their link', async () => {
    const link = (serial: number) =>
      streamOf([opusHead, opusTags, filled(9, serial), filled(10)], [1, 255, 255], serial);
    const seen = await run(concat([...link(1), ...link(2)]), 333);
    const ahead: string[] = [];
    const stream = new OggDemuxStream({ readableHighWaterMark: 1 });
    stream.on('head', () => ahead.push('head'));
    stream.on('tags', () => ahead.push('tags'));
    stream.on('data', () => ahead.push('data'));
    await pipeline(Readable.from([Buffer.from(concat([...link(1), ...link(2)]))]), stream);
    expect(ahead).toEqual(['head', 'tags', 'data', 'data', 'head', 'tags', 'data', 'data']);
    expect(seen.tags[1]!.equals(opusTags)).toBe(true);
    expect(seen.packets.map((packet) => packet.length)).toEqual([9, 10, 9, 10]);
  });

  it('joins packets over pages', async () => {
    const file = readFixture('ogg_opus/ogg.opus.255.source.ogg');
    const { packets, damages } = await run(file, 5000);
    expect(packets.map((packet) => new Uint8Array(packet))).toEqual(packetsOf(demux(file)).slice(2));
    expect(damages).toEqual([]);
  });

  it('takes the first Opus stream of each link, and none of others', async () => {
    const video = simpleStream(4, 1);
    const opus = streamOf([opusHead, text('OpusTags'), filled(33)], [1, 1, 1], 2);
    const second = streamOf([opusHead, text('OpusTags'), filled(44)], [1, 1, 1], 3);
    const input = [0, 1, 2, 3].flatMap((i) => [video[i], opus[i], second[i]].filter((page) => page !== undefined));
    const { heads, packets } = await run(concat(input));
    expect([heads.length, packets.map(({ length }) => length)]).toEqual([1, [33]]);
  });

  it('hands out the second packet if it is not OpusTags, and any audio that looks like a header', async () => {
    const packets = [opusHead, filled(21), text('OpusTags'), text('OpusHead')];
    const seen = await run(concat(streamOf(packets, [1])));
    expect(seen.tags).toEqual([]);
    expect(seen.packets.map((packet) => new Uint8Array(packet))).toEqual(packets.slice(1));
  });

  it('emits damage, OGG_EMPTY_PACKET too, and goes on', async () => {
    const pages = streamOf([opusHead, text('OpusTags'), filled(1), new Uint8Array(), filled(2), filled(3)], [1]);
    const { damages, packets } = await run(concat(pages.filter((_, i) => i !== 4)));
    expect(damages.map(({ code }) => code)).toEqual(['OGG_EMPTY_PACKET', 'OGG_SEQUENCE_GAP']);
    expect(packets.map(({ length }) => length)).toEqual([1, 3]);
    expect(damages[0]).toMatchObject({ type: 'damage', stream: { index: 0 } });
  });

  it('reports what is left at the end', async () => {
    const open = encodePage({ sequence: 2, granule: -1n, lacing: [255], body: filled(255) });
    const pages = streamOf([opusHead, text('OpusTags')], [1]);
    const { damages } = await run(concat([...pages.slice(0, 2), open]));
    expect(damages.map(({ code }) => code)).toEqual(['OGG_PAGE_AFTER_EOS']);
  });
});

describe('OGG_NO_OPUS_STREAM', () => {
  it.each([
    ['an empty input', new Uint8Array(), 'no Ogg'],
    ['text', text('all work and no play'), 'no Ogg'],
    ['Ogg of another codec', concat(simpleStream(3)), 'none of its Ogg streams'],
  ])('%s', async (_, input, message) => {
    const failure = { name: 'OggDemuxError', code: 'OGG_NO_OPUS_STREAM', message: expect.stringContaining(message) };
    await expect(run(input)).rejects.toMatchObject(failure);
  });
});

describe('a well-behaved Transform', () => {
  const many = Array.from({ length: 250 }, (_, i) => filled(1 + (i % 5)));
  const input = Buffer.from(
    concat([
      pageOf([opusHead], { sequence: 0, flags: 2 }),
      pageOf([text('OpusTags')], { sequence: 1 }),
      pageOf(many, { sequence: 2 }),
      pageOf(many, { sequence: 3, flags: 4 }),
    ]),
  );

  it('holds no more packets than the reader lets it', async () => {
    const stream = new OggDemuxStream({ readableHighWaterMark: 4 });
    stream.end(input);
    await new Promise((resolve) => stream.once('readable', resolve));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(stream.readableLength).toBeLessThanOrEqual(4);
    let packets = 0;
    for await (const packet of stream) {
      expect(packet).toHaveLength(many[packets++ % 250]!.length);
      expect(stream.readableLength).toBeLessThanOrEqual(4);
    }
    expect(packets).toBe(500);
  });

  it('can be destroyed while it waits for its reader', async () => {
    const stream = new OggDemuxStream({ readableHighWaterMark: 1 });
    stream.write(input);
    await new Promise((resolve) => stream.once('readable', resolve));
    expect(stream.read()).toHaveLength(1);
    stream.destroy();
    await new Promise((resolve) => stream.once('close', resolve));
    expect([stream.destroyed, stream.errored]).toEqual([true, null]);
  });

  it('refuses options out of range', () => {
    expect(() => new OggDemuxStream({ maxPacketBytes: 3 })).toThrow(RangeError);
  });
});

describe('in the pipelines of prism-media', () => {
  async function decode(file: string, channels: number): Promise<Buffer> {
    const decoder = new prism.opus.Decoder({ rate: 48_000, channels, frameSize: 960 });
    const pcm: Buffer[] = [];
    decoder.on('data', (chunk: Buffer) => pcm.push(chunk));
    await pipeline(Readable.from([Buffer.from(readFixture(file))]), new OggDemuxStream(), decoder);
    return Buffer.concat(pcm);
  }

  it('gives the packets of prism.opus.OggDemuxer, where that reads right', async () => {
    for (const file of ['ogg_opus/stereo.opus', 'ogg_opus/speech_orig.ogg', 'ogg_opus/ogg.opus']) {
      const theirs: Buffer[] = [];
      const demuxer = new prism.opus.OggDemuxer();
      demuxer.on('data', (packet: Buffer) => theirs.push(packet));
      await pipeline(Readable.from([Buffer.from(readFixture(file))]), demuxer);
      const ours = (await run(readFixture(file))).packets;
      expect(ours.length).toBe(theirs.length);
      expect(ours.every((packet, i) => packet.equals(theirs[i]!))).toBe(true);
    }
  });

  it('gives more on a chain', async () => {
    const demuxer = new prism.opus.OggDemuxer();
    const count = { head: 0, tags: 0, data: 0 };
    for (const name of ['head', 'tags', 'data'] as const) demuxer.on(name, () => count[name]++);
    await pipeline(Readable.from([Buffer.from(readFixture('ogg_opus/chain.opus'))]), demuxer);
    expect(count).toEqual({ head: 1, tags: 4, data: 51 });
  });

  // prism-media takes @discordjs/opus, or else opusscript; both are dependencies of the Opus plug-in.
  it('is decoded by prism.opus.Decoder', async () => {
    // 113 and 4 * 51 packets of 20 ms.
    expect((await decode('ogg_opus/stereo.opus', 2)).length).toBe(113 * 960 * 4);
    expect((await decode('ogg_opus/chain.opus', 2)).length).toBe(204 * 960 * 4);
  });
});
