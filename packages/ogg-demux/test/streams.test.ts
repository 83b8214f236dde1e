import { describe, expect, it } from 'vitest';
import type { OggEvent } from '../src';
import { codesOf, damagesOf, demux, packetsOf, pagesOf, plain } from './demuxed';
import { concat, encodePage, filled, pageOf, simpleStream, streamOf, text } from './ogg-pages';

const streamsOf = (events: readonly OggEvent[]) =>
  events.flatMap((event) =>
    event.type === 'stream' ? [[event.stream.index, event.stream.link, event.stream.serial]] : [],
  );
const endsOf = (events: readonly OggEvent[]) =>
  events.flatMap((event) => (event.type === 'end' ? [[event.stream.index, event.reason]] : []));

/** Pages of streams in turn. */
function interleaved(...streams: readonly (readonly Uint8Array[])[]): Uint8Array[] {
  return streams[0]!.flatMap((_, i) => streams.flatMap((pages) => (pages[i] ? [pages[i]] : [])));
}

describe('multiplexed streams', () => {
  it('share a link', () => {
    const events = demux(concat(interleaved(simpleStream(4, 5), simpleStream(4, 0xffffffff), simpleStream(3, 0))));
    expect(codesOf(events)).toEqual([]);
    expect(streamsOf(events)).toEqual([
      [0, 0, 5],
      [1, 0, 0xffffffff],
      [2, 0, 0],
    ]);
    expect(endsOf(events)).toEqual([
      [2, 'eos'],
      [0, 'eos'],
      [1, 'eos'],
    ]);
    expect([0, 1, 2].map((index) => packetsOf(events, index).length)).toEqual([4, 4, 3]);
  });

  it('keep packets over pages apart', () => {
    const one = [text('a'), filled(600, 1)];
    const two = [text('b'), filled(700, 2)];
    const pagesFor = (packets: Uint8Array[], serial: number) => [
      pageOf([packets[0]!], { serial, sequence: 0, flags: 2 }),
      encodePage({ serial, sequence: 1, granule: -1n, lacing: [255], body: packets[1]!.subarray(0, 255) }),
      encodePage({
        serial,
        sequence: 2,
        flags: 5,
        lacing: [255, packets[1]!.length - 510],
        body: packets[1]!.subarray(255),
      }),
    ];
    const events = demux(concat(interleaved(pagesFor(one, 1), pagesFor(two, 2))));
    expect(codesOf(events)).toEqual([]);
    expect([packetsOf(events, 0), packetsOf(events, 1)]).toEqual([one, two]);
  });
});

describe('chains', () => {
  it('tell links with different serials apart', () => {
    const events = demux(concat([...simpleStream(3, 1), ...simpleStream(3, 2), ...simpleStream(3, 1)]));
    expect(codesOf(events)).toEqual([]);
    expect(streamsOf(events)).toEqual([
      [0, 0, 1],
      [1, 1, 2],
      [2, 2, 1],
    ]);
    expect(endsOf(events)).toEqual([
      [0, 'eos'],
      [1, 'eos'],
      [2, 'eos'],
    ]);
  });

  it('tell links with one serial apart', () => {
    const file = concat(simpleStream(3, 1));
    const events = demux(concat([file, file, file]));
    expect(codesOf(events)).toEqual([]);
    expect(streamsOf(events)).toEqual([
      [0, 0, 1],
      [1, 1, 1],
      [2, 2, 1],
    ]);
  });

  it('begin a link with a BOS page of a serial that this one has, also right behind it', () => {
    const alone = pageOf([text('whole stream')], { sequence: 0, flags: 6 });
    const open = pageOf([text('no more of it')], { sequence: 0, flags: 2 });
    const events = demux(concat([alone, open, ...simpleStream(3)]));
    expect(codesOf(events)).toEqual([]);
    expect(streamsOf(events).map(([, link]) => link)).toEqual([0, 1, 2]);
    expect(endsOf(events).map(([, reason]) => reason)).toEqual(['eos', 'replaced', 'eos']);
  });

  it('end a link without EOS where the next begins', () => {
    const cut = simpleStream(4, 1).slice(0, 3);
    const events = demux(concat([...cut, ...simpleStream(3, 1), ...cut, ...simpleStream(3, 9)]));
    expect(codesOf(events)).toEqual([]);
    expect(streamsOf(events)).toEqual([
      [0, 0, 1],
      [1, 1, 1],
      [2, 2, 1],
      [3, 3, 9],
    ]);
    expect(endsOf(events)).toEqual([
      [0, 'replaced'],
      [1, 'eos'],
      [2, 'replaced'],
      [3, 'eos'],
    ]);
    const order = events.map((event) => (event.type === 'page' ? event.packets.stream.index : event.type));
    expect(order.slice(0, 7)).toEqual(['stream', 0, 0, 0, 'end', 'stream', 1]);
  });

  it('end all streams of a multiplexed link', () => {
    const first = interleaved(simpleStream(4, 1).slice(0, 3), simpleStream(3, 2));
    const events = demux(concat([...first, ...interleaved(simpleStream(3, 3), simpleStream(3, 4))]));
    expect(streamsOf(events)).toEqual([
      [0, 0, 1],
      [1, 0, 2],
      [2, 1, 3],
      [3, 1, 4],
    ]);
    expect(endsOf(events)).toEqual([
      [1, 'eos'],
      [0, 'replaced'],
      [2, 'eos'],
      [3, 'eos'],
    ]);
  });

  it('report a packet that the end of a link cut', () => {
    const open = encodePage({ serial: 1, sequence: 1, granule: -1n, lacing: [255], body: filled(255) });
    const events = demux(concat([simpleStream(3, 1)[0]!, open, ...simpleStream(3, 2)]));
    expect(damagesOf(events)).toMatchObject([{ code: 'OGG_PACKET_INCOMPLETE', stream: { index: 0 }, byteLength: 255 }]);
  });
});

describe('OGG_UNKNOWN_STREAM', () => {
  it('drops pages of a serial without a BOS page', () => {
    const pages = simpleStream(4, 7);
    const events = demux(concat([...pages.slice(1, 3), ...simpleStream(3, 8), pages[3]!]));
    expect(codesOf(events)).toEqual(['OGG_UNKNOWN_STREAM', 'OGG_UNKNOWN_STREAM', 'OGG_UNKNOWN_STREAM']);
    expect(damagesOf(events)[0]).toMatchObject({ byteOffset: 0, byteLength: 128 });
    expect(streamsOf(events)).toEqual([[0, 0, 8]]);
  });
});

describe('OGG_PAGE_AFTER_EOS', () => {
  it('drops pages of a stream that has ended', () => {
    const late = pageOf([filled(10)], { sequence: 3 });
    const events = demux(concat([...simpleStream(3), late]));
    expect(damagesOf(events)).toMatchObject([{ code: 'OGG_PAGE_AFTER_EOS', byteLength: 38, stream: { index: 0 } }]);
    expect(pagesOf(events).length).toBe(3);
  });
});

describe("afterEos: 'keep'", () => {
  const keep = { afterEos: 'keep' } as const;
  const pages = simpleStream(6);
  const early = pageOf([filled(100, 2)], { sequence: 2, flags: 4, granule: 1920n });

  it('hands pages behind an EOS page out, reports that once, and ends the stream with the input', () => {
    const events = demux(concat([...pages.slice(0, 2), early, ...pages.slice(3)]), 50, keep);
    expect(damagesOf(events)).toMatchObject([{ code: 'OGG_PAGE_AFTER_EOS', byteLength: 0, byteOffset: 292 }]);
    expect(packetsOf(events)).toEqual(packetsOf(demux(concat(pages))));
    expect(events.map(({ type }) => type)).toEqual([...'spppdppp'].map((c) => TYPES[c]).concat('end'));
    expect(endsOf(events)).toEqual([[0, 'eos']]);
  });

  it('says why the stream ended by its last page', () => {
    const open = demux(concat([...pages.slice(0, 2), early, pages[3]!]), 50, keep);
    expect(endsOf(open)).toEqual([[0, 'input']]);
    const chain = demux(concat([...pages.slice(0, 2), early, pages[3]!, ...simpleStream(3)]), 50, keep);
    expect(endsOf(chain)).toEqual([
      [0, 'replaced'],
      [1, 'eos'],
    ]);
  });

  it('begins links as ever, also behind a stream of one page', () => {
    const alone = pageOf([text('whole stream')], { sequence: 0, flags: 6 });
    const next = pageOf([text('another')], { sequence: 1, flags: 6 });
    const events = demux(concat([alone, next, ...simpleStream(3), ...simpleStream(3)]), 50, keep);
    expect(codesOf(events)).toEqual([]);
    expect(endsOf(events)).toEqual([0, 1, 2, 3].map((i) => [i, 'eos']));
  });

  it('changes nothing but when streams end', () => {
    const input = concat(interleaved(simpleStream(4, 5), simpleStream(4, 6), simpleStream(3, 0)));
    const [kept, dropped] = [demux(input, 50, keep), demux(input, 50)];
    const others = (events: readonly OggEvent[]) => events.filter(({ type }) => type !== 'end').map(plain);
    expect(others(kept)).toEqual(others(dropped));
    expect(endsOf(kept).sort()).toEqual(endsOf(dropped).sort());
  });

  it('keeps a packet that an EOS page left open', () => {
    const packets = [text('head'), filled(600)];
    const [bos, part, rest] = streamOf(packets, [1, 1, 2]) as [Uint8Array, Uint8Array, Uint8Array];
    const flagged = encodePage({ sequence: 1, flags: 4, granule: -1n, lacing: [255], body: part.subarray(28) });
    expect(packetsOf(demux(concat([bos, flagged, rest]), 50, keep))).toEqual(packets);
    expect(codesOf(demux(concat([bos, flagged]), 50, keep))).toEqual(['OGG_PACKET_INCOMPLETE']);
  });
});

const TYPES: Record<string, string> = { s: 'stream', p: 'page', d: 'damage' };

describe('OGG_UNEXPECTED_BOS', () => {
  it('takes the flag on the next page of a stream for a slip, among BOS pages', () => {
    const slip = pageOf([filled(10)], { sequence: 1, flags: 2 });
    const rest = pageOf([filled(11)], { sequence: 2, flags: 4 });
    const events = demux(concat([simpleStream(2)[0]!, slip, rest]));
    expect(damagesOf(events)).toMatchObject([{ code: 'OGG_UNEXPECTED_BOS', byteLength: 0, stream: { index: 0 } }]);
    expect(packetsOf(events, 0).length).toBe(3);
  });
});

describe('OGG_TOO_MANY_STREAMS', () => {
  it('drops BOS pages beyond maxStreams, in each link', () => {
    const bos = (serial: number) => pageOf([text('head')], { serial, sequence: 0, flags: 2 });
    const data = (serial: number) => pageOf([filled(9)], { serial, sequence: 1, flags: 4 });
    const input = concat([bos(1), bos(2), bos(3), data(1), data(2), data(3), bos(4), data(4)]);
    const events = demux(input, 10, { maxStreams: 2 });
    expect(codesOf(events)).toEqual(['OGG_TOO_MANY_STREAMS', 'OGG_UNKNOWN_STREAM']);
    expect(streamsOf(events)).toEqual([
      [0, 0, 1],
      [1, 0, 2],
      [2, 1, 4],
    ]);
  });

  it('is 256 if not given', () => {
    const input = concat(Array.from({ length: 300 }, (_, serial) => pageOf([], { serial, sequence: 0, flags: 2 })));
    expect(codesOf(demux(input)).length).toBe(44);
  });
});

describe('firstPacket', () => {
  it('is missing where no packet ends on the BOS page', () => {
    const [empty, open] = [
      pageOf([], { serial: 1, sequence: 0, flags: 2 }),
      encodePage({ serial: 2, sequence: 0, flags: 2, granule: -1n, lacing: [255], body: filled(255) }),
    ];
    for (const page of [empty, open]) {
      expect(demux(page)[0]).toMatchObject({ type: 'stream' });
      expect(demux(page)[0]).not.toHaveProperty('stream.firstPacket');
    }
  });

  it('is the first of several, and may be empty or long', () => {
    const first = (packets: Uint8Array[]) => demux(pageOf(packets, { sequence: 0, flags: 2 }))[0];
    expect(first([filled(600), filled(3)])).toMatchObject({ stream: { firstPacket: filled(600) } });
    expect(first([new Uint8Array(), filled(3)])).toMatchObject({ stream: { firstPacket: new Uint8Array() } });
  });
});
