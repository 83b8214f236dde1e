import { describe, expect, it } from 'vitest';
import { OggDemuxer } from '../src';
import { collectGarbage } from './garbage';
import { encodePage, filled, pageOf, text } from './ogg-pages';

const MB = 1_000_000;

/** `byteLength` bytes of one pattern over and over. */
function repeated(unit: Uint8Array, byteLength: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  for (let at = 0; at < byteLength; at += unit.length) bytes.set(unit.subarray(0, byteLength - at), at);
  return bytes;
}

/** A header that claims 255 segments, whose lacing values are what follows. */
const claim = (fill: number): Uint8Array => {
  const header = new Uint8Array(27).fill(fill);
  header.set([...text('OggS'), 0, 0]);
  header[26] = 255;
  return header;
};

const emptyPage = pageOf([], { sequence: 0, flags: 2 });

const PATTERNS: Record<string, Uint8Array> = {
  'capture patterns': text('OggS'),
  'capture patterns with version 0': new Uint8Array([...text('OggS'), 0]),
  'empty pages with a wrong checksum': emptyPage.map((byte, i) => (i === 22 ? byte ^ 1 : byte)),
  'headers that claim pages of 58 KB, each over the next ones': claim(255),
  'headers that claim pages of 6 KB': claim(0),
  // After every sound page a candidate that claims all that follows: no sound page may make the next sum start anew.
  'sound pages between headers that claim much': new Uint8Array([...emptyPage, ...claim(255)]),
  'no more than an O': text('O'),
  'almost capture patterns': text('OggOgOg'),
};

describe('hostile input takes time in proportion to its length', () => {
  // Summing up each candidate anew would take minutes here: up to 58 KB for every 27 bytes.
  it.each(Object.entries(PATTERNS))('%s', { timeout: 15_000 }, (_, unit) => {
    const input = repeated(unit, 4 * MB);
    const demuxer = new OggDemuxer();
    const start = performance.now();
    let events = 0;
    for (let at = 0; at < input.length; at += 65_536) events += demuxer.push(input.subarray(at, at + 65_536)).length;
    events += demuxer.finish().length;
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(events).toBeGreaterThan(0);
    expect(events).toBeLessThanOrEqual(input.length / 13);
  });

  it('byte by byte too', { timeout: 15_000 }, () => {
    const input = repeated(claim(255), MB);
    const demuxer = new OggDemuxer();
    const start = performance.now();
    for (let at = 0; at < input.length; at++) demuxer.push(input.subarray(at, at + 1));
    expect(demuxer.finish().length).toBeGreaterThan(0);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('memory', () => {
  const heap = () => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };

  it('does not grow with garbage, nor with a packet that never ends', { timeout: 30_000 }, () => {
    const part = encodePage({
      sequence: 1,
      flags: 1,
      granule: -1n,
      lacing: new Array(255).fill(255),
      body: filled(65_025),
    });
    for (const unit of [text('OggS\0'), part]) {
      const demuxer = new OggDemuxer({ maxPacketBytes: MB });
      demuxer.push(pageOf([text('head')], { sequence: 0, flags: 2 }));
      const piece = repeated(unit, Math.ceil(MB / unit.length) * unit.length);
      const before = heap();
      let highest = 0;
      for (let i = 0; i < 12; i++) {
        demuxer.push(piece);
        highest = Math.max(highest, heap() - before);
      }
      expect(highest).toBeLessThan(40 * MB);
    }
  });

  it('does not grow while headers claim ever more of what follows, in small pieces', () => {
    const demuxer = new OggDemuxer();
    const piece = repeated(claim(255), 700);
    for (let i = 0; i < 500; i++) demuxer.push(piece);
    collectGarbage();
    const before = heap();
    for (let i = 0; i < 12_000; i++) demuxer.push(piece);
    collectGarbage();
    expect(heap() - before).toBeLessThan(MB / 2);
    expect(demuxer.finish().length).toBeGreaterThan(0);
  });

  it('does not hold chunks for the sake of unfinished packets', () => {
    const demuxer = new OggDemuxer({ maxPacketBytes: MB });
    const chunk = new Uint8Array(2 * MB);
    const bos = pageOf([text('head')], { sequence: 0, flags: 2 });
    chunk.set(bos);
    chunk.set(encodePage({ sequence: 1, granule: -1n, lacing: [255], body: filled(255) }), bos.length);
    demuxer.push(chunk.subarray(0, bos.length + 283));
    const end = encodePage({ sequence: 2, flags: 5, lacing: [1], body: filled(1) });
    chunk.fill(0);
    const [page] = demuxer.push(end).flatMap((event) => (event.type === 'page' ? [event.packets] : []));
    expect(page!.packet(0).subarray(0, 255)).toEqual(filled(255));
    expect(page!.packet(0).buffer.byteLength).toBeLessThan(1000);
  });
});
