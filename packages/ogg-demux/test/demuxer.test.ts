import { describe, expect, it } from 'vitest';
import { OggDemuxer } from '../src';
import { codesOf, damagesOf, demux, packetsOf, pagesOf } from './demuxed';
import { concat, encodePage, filled, lacingOf, pageOf, simpleStream, streamOf, text } from './ogg-pages';

describe('pages and packets', () => {
  it('gives the stream, its pages with their packets, and the end', () => {
    const events = demux(concat(simpleStream(3, 77)));
    expect(events.map(({ type }) => type)).toEqual(['stream', 'page', 'page', 'page', 'end']);
    expect(events[0]).toEqual({
      type: 'stream',
      stream: { index: 0, link: 0, serial: 77, byteOffset: 0, firstPacket: text('testhead') },
    });
    expect(events[4]).toMatchObject({ type: 'end', reason: 'eos', stream: { index: 0 } });
    const pages = pagesOf(events);
    expect(pages.map(({ page }) => [page.byteOffset, page.granulePosition, page.bos, page.eos])).toEqual([
      [0, 0n, true, false],
      [36, 960n, false, false],
      [164, 1920n, false, true],
    ]);
    expect(pages[1]!.count).toBe(1);
    expect([pages[1]!.byteOffset(0), pages[1]!.byteLength(0), pages[1]!.spansPages(0)]).toEqual([64, 100, false]);
    expect(pages[1]!.packet(0)).toEqual(filled(100, 1));
  });

  it('makes no copy of pages that lie in one piece', () => {
    const input = concat(simpleStream(3));
    const demuxer = new OggDemuxer();
    for (const { page } of pagesOf(demuxer.push(input))) expect(page.body.buffer).toBe(input.buffer);
  });

  it('keeps nothing of a piece that was pushed', () => {
    const input = concat(streamOf([filled(10), filled(3000), filled(70_000, 2)], [3, 5, 200]));
    const demuxer = new OggDemuxer();
    const piece = new Uint8Array(500);
    const packets: Uint8Array[] = [];
    for (let at = 0; at < input.length; at += piece.length) {
      const part = input.subarray(at, at + piece.length);
      piece.set(part);
      packets.push(...packetsOf(demuxer.push(piece.subarray(0, part.length))).map((packet) => packet.slice()));
      piece.fill(0xee);
    }
    expect(packets).toEqual([filled(10), filled(3000), filled(70_000, 2)]);
  });

  it('gives plain views and copies also of a Buffer', () => {
    const input = Buffer.from(concat(streamOf([text('head'), filled(3000)], [1, 5, 20])));
    const events = new OggDemuxer().push(input);
    const packets = packetsOf(events);
    expect(packets.map((packet) => packet.constructor)).toEqual([Uint8Array, Uint8Array]);
    input.fill(0);
    expect(events[0]).toMatchObject({ type: 'stream', stream: { firstPacket: text('head') } });
    expect(packets[1]).toEqual(filled(3000));
  });

  it('takes packets of 0 bytes, of 255, and a page of 255 packets', () => {
    const packets = [text('head'), new Uint8Array(), filled(255), filled(254), filled(510)];
    expect(packetsOf(demux(concat(streamOf(packets, [255]))))).toEqual(packets);
    const many = Array.from({ length: 255 }, (_, i) => filled(i % 3, i));
    const page = pageOf(many, { sequence: 0, flags: 6 });
    expect(packetsOf(demux(page))).toEqual(many);
  });

  it('takes pages of many packets and of few in turn', () => {
    const packets = [text('head'), ...Array.from({ length: 3000 }, (_, i) => filled(i % 4, i))];
    const pages = streamOf(packets, [255, 2, 255, 255, 3, 1, 254]);
    const events = demux(concat(pages));
    const lengths = pagesOf(events).flatMap((page) => Array.from({ length: page.count }, (_, i) => page.byteLength(i)));
    const found = packetsOf(events);
    expect(lengths).toEqual(packets.map(({ length }) => length));
    expect(found.map(({ length }) => length)).toEqual(lengths);
    expect(Buffer.concat(found).equals(Buffer.concat(packets))).toBe(true);
  });

  it('shares blocks of at most two pages among pages that come in pieces, however many', () => {
    const packets = [text('head'), ...Array.from({ length: 300 }, (_, i) => filled(3000, i))];
    const demuxer = new OggDemuxer();
    let pages = 0;
    for (const byte of concat(streamOf(packets, [12, 40]))) {
      for (const { page } of pagesOf(demuxer.push(Uint8Array.of(byte)))) {
        expect(page.body.buffer.byteLength).toBeLessThanOrEqual(130_614);
        pages++;
      }
    }
    expect(pages).toBeGreaterThan(100);
  });

  it('refuses a number of a packet that is not there', () => {
    for (const page of pagesOf(demux(concat(simpleStream(5))))) {
      for (const i of [-1, -2, 1, 0.5, Number.NaN]) {
        expect(() => page.packet(i)).toThrow(RangeError);
        expect(() => page.byteOffset(i)).toThrow(RangeError);
        expect(() => page.byteLength(i)).toThrow(RangeError);
        expect(() => page.spansPages(i)).toThrow(RangeError);
      }
    }
    const empty = encodePage({ sequence: 0, flags: 6, lacing: [], body: new Uint8Array() });
    expect(() => pagesOf(demux(empty))[0]!.packet(0)).toThrow(RangeError);
  });

  it('takes an empty EOS page', () => {
    const pages = simpleStream(3).slice(0, 2);
    const eos = encodePage({ sequence: 2, flags: 4, granule: 960n, lacing: [], body: new Uint8Array() });
    const events = demux(concat([...pages, eos]));
    expect(codesOf(events)).toEqual([]);
    expect(pagesOf(events)[2]).toMatchObject({
      count: 0,
      unfinished: false,
      page: { eos: true, granulePosition: 960n },
    });
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'eos' });
  });

  it('ends streams without EOS with the input', () => {
    const events = demux(concat(simpleStream(3).slice(0, 2)));
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'input' });
  });

  it('gives nothing for nothing', () => {
    expect(demux(new Uint8Array())).toEqual([]);
    expect(new OggDemuxer().push(new Uint8Array())).toEqual([]);
  });
});

describe('packets over pages', () => {
  it('joins one over many pages, with granule -1 on those that it only passes', () => {
    const packets = [text('head'), filled(200_000, 9), filled(5)];
    const events = demux(concat(streamOf(packets, [1, 255, 255, 255, 255])));
    expect(codesOf(events)).toEqual([]);
    expect(packetsOf(events)).toEqual(packets);
    const pages = pagesOf(events);
    expect(pages.map(({ page, count, unfinished }) => [page.granulePosition, count, unfinished])).toEqual([
      [1n, 1, false],
      [-1n, 0, true],
      [-1n, 0, true],
      [-1n, 0, true],
      [787n, 2, false],
    ]);
    const last = pages[4]!;
    expect([last.spansPages(0), last.spansPages(1)]).toEqual([true, false]);
    expect(last.byteLength(0)).toBe(200_000);
    expect(last.byteOffset(0)).toBe(32 + 27 + 255);
    expect(last.packet(0)).toBe(last.packet(0));
    expect(last.byteOffset(1)).toBe(last.page.byteOffset + last.page.byteLength - 5);
  });

  it('joins one of 65,025 bytes, whose last page has no byte of it', () => {
    const packets = [text('head'), filled(65_025, 4)];
    const events = demux(concat(streamOf(packets, [1, 255])));
    expect(packetsOf(events)).toEqual(packets);
    expect(pagesOf(events)[2]).toMatchObject({ count: 1, page: { byteLength: 28 } });
  });

  it('goes on over an empty page in between', () => {
    const [bos, first, second] = streamOf([text('head'), filled(400)], [1, 1, 1]) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const at = new DataView(second.buffer);
    const empty = encodePage({ sequence: 2, granule: -1n, lacing: [], body: new Uint8Array() });
    at.setUint32(18, 3, true);
    const moved = encodePage({ sequence: 3, flags: 5, granule: 2n, lacing: [145], body: filled(400).subarray(255) });
    const events = demux(concat([bos, first, empty, moved]));
    expect(codesOf(events)).toEqual([]);
    expect(packetsOf(events)[1]).toEqual(filled(400));
  });

  it('reports a packet that is left at an EOS page, and at the end of the input', () => {
    const [bos, part] = streamOf([text('head'), filled(400)], [1, 1]) as [Uint8Array, Uint8Array];
    expect(damagesOf(demux(concat([bos, part])))).toMatchObject([
      { code: 'OGG_PACKET_INCOMPLETE', byteOffset: 60, byteLength: 255, stream: { index: 0 } },
    ]);
    const eos = encodePage({ sequence: 1, flags: 4, granule: -1n, lacing: [255], body: filled(255) });
    const events = demux(concat([bos, eos]));
    expect(events.map(({ type }) => type)).toEqual(['stream', 'page', 'page', 'damage', 'end']);
    expect(codesOf(events)).toEqual(['OGG_PACKET_INCOMPLETE']);
  });
});

describe('OGG_PACKET_INCOMPLETE', () => {
  const packets = [text('head'), filled(1000, 1), filled(10, 2), filled(20, 3), filled(700, 4), filled(8, 5)];
  const pages = streamOf(packets, [1, 3, 3, 2]);

  it('is what a lost page makes of the packets that it had parts of', () => {
    const events = demux(concat(pages.filter((_, i) => i !== 1)));
    expect(codesOf(events)).toEqual(['OGG_SEQUENCE_GAP', 'OGG_PACKET_INCOMPLETE']);
    expect(packetsOf(events)).toEqual(packets.filter((_, i) => i !== 1));
    expect(damagesOf(events)[1]).toMatchObject({ byteOffset: 32 + 30, byteLength: 235 });
  });

  it('is reported once for a packet that lost its middle', () => {
    const big = [text('head'), filled(255 * 12, 1), filled(10, 2)];
    const cut = streamOf(big, [1, 3, 3, 3, 5]).filter((_, i) => i !== 2);
    const events = demux(concat(cut));
    expect(codesOf(events)).toEqual(['OGG_SEQUENCE_GAP', 'OGG_PACKET_INCOMPLETE']);
    expect(packetsOf(events)).toEqual([big[0], big[2]]);
  });

  it('is a packet whose middle is lost, also if the next page that comes is an empty one', () => {
    const [bos, one, , three] = streamOf(
      [text('head'), filled(255 * 7, 1), filled(9, 2)],
      [1, 3, 3, 3],
    ) as Uint8Array[];
    const empty = encodePage({ sequence: 3, granule: -1n, lacing: [], body: new Uint8Array() });
    const last = encodePage({ sequence: 4, flags: 5, lacing: [255, 0, 9], body: three!.subarray(30) });
    const events = demux(concat([bos!, one!, empty, last]));
    expect(codesOf(events)).toEqual(['OGG_SEQUENCE_GAP', 'OGG_PACKET_INCOMPLETE']);
    expect(packetsOf(events)).toEqual([text('head'), filled(9, 2)]);
  });

  it('is a page that goes on with a packet that never began', () => {
    const [bos] = simpleStream(2) as [Uint8Array];
    const page = encodePage({ sequence: 1, flags: 5, lacing: [30, 12], body: filled(42) });
    const events = demux(concat([bos, page]));
    expect(damagesOf(events)).toMatchObject([{ code: 'OGG_PACKET_INCOMPLETE', byteLength: 30 }]);
    expect(packetsOf(events)[1]).toEqual(filled(42).subarray(30));
    expect(pagesOf(events)[1]!.byteOffset(0)).toBe(36 + 29 + 30);
  });

  it('is a page that does not go on with the packet before', () => {
    const [bos, part] = streamOf([text('head'), filled(400)], [1, 1]) as [Uint8Array, Uint8Array];
    const page = encodePage({ sequence: 2, flags: 4, lacing: [7], body: filled(7) });
    const events = demux(concat([bos, part, page]));
    expect(damagesOf(events)).toMatchObject([{ code: 'OGG_PACKET_INCOMPLETE', byteOffset: 60, byteLength: 255 }]);
    expect(packetsOf(events)).toEqual([text('head'), filled(7)]);
  });
});

describe('OGG_PACKET_TOO_LARGE', () => {
  it('drops the packet, reports it once, and goes on behind it', () => {
    const packets = [text('head'), filled(300_000, 1), filled(10, 2)];
    const events = demux(concat(streamOf(packets, [1, 255])), 1000, { maxPacketBytes: 100_000 });
    expect(damagesOf(events)).toMatchObject([
      { code: 'OGG_PACKET_TOO_LARGE', byteOffset: 32 + 282, byteLength: 130_305, stream: { index: 0 } },
    ]);
    expect(packetsOf(events)).toEqual([packets[0], packets[2]]);
  });

  it('counts over all streams', () => {
    const streams = [1, 2, 3].map((serial) => streamOf([text('head'), filled(130_055)], [1, 255, 255, 255], serial));
    const pages = [0, 1, 2, 3].flatMap((i) => streams.map((stream) => stream[i]!));
    const events = demux(concat(pages), 4096, { maxPacketBytes: 300_000 });
    expect(damagesOf(events)).toMatchObject([{ code: 'OGG_PACKET_TOO_LARGE', stream: { index: 1 } }]);
    expect([0, 1, 2].map((index) => packetsOf(events, index).length)).toEqual([2, 1, 2]);
  });

  it('lets packets of just the limit pass', () => {
    const packets = [text('head'), filled(100_000, 1), filled(100_000, 2)];
    expect(codesOf(demux(concat(streamOf(packets, [1, 255])), 999, { maxPacketBytes: 100_000 }))).toEqual([]);
  });
});

describe('a caller who errs', () => {
  it('gets a RangeError for options out of range', () => {
    for (const maxPacketBytes of [0, 65_024, 1e5 + 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => new OggDemuxer({ maxPacketBytes })).toThrow(RangeError);
    }
    expect(() => new OggDemuxer({ maxStreams: 0 })).toThrow(RangeError);
    expect(() => new OggDemuxer({ afterEos: 'ignore' as 'keep' })).toThrow(RangeError);
  });

  it('gets a TypeError for what is no Uint8Array, and after finish', () => {
    const demuxer = new OggDemuxer();
    expect(() => demuxer.push('OggS' as unknown as Uint8Array)).toThrow(TypeError);
    demuxer.finish();
    expect(() => demuxer.push(new Uint8Array(1))).toThrow(TypeError);
    expect(() => demuxer.finish()).toThrow(TypeError);
  });
});

it('lacingOf is what the tests take it for', () => {
  expect([lacingOf(0), lacingOf(254), lacingOf(255), lacingOf(510)]).toEqual([[0], [254], [255, 0], [255, 255, 0]]);
});
