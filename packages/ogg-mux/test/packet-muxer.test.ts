import { stripPageHeaders } from '@zarr-audio/ogg-demux';
import { describe, expect, it } from 'vitest';
import { type AddOptions, OggPacketMuxer, type OggPacketMuxerOptions } from '../src';
import { damagesOf, demux, filled, Muxed, packetsOf, pagesOf, text } from './demuxed';

const head = text('OpusHead');
const tags = text('OpusTags');

/** A muxer that has its headers, and takes what comes out. */
function muxer(options: Partial<OggPacketMuxerOptions> = {}) {
  const mux = new OggPacketMuxer({ serial: 7, ...options });
  const out = new Muxed();
  out.take(mux.header(head));
  out.take(mux.header(tags));
  return {
    mux,
    out,
    add: (byteLength: number, samples = 960, add?: AddOptions) => out.take(mux.add(filled(byteLength), samples, add)),
    /** [packets that end, granule position, EOS] of every page behind the headers. */
    finish: (endGranule?: number) => {
      out.take(mux.finish(endGranule));
      const events = demux(out.bytes);
      expect(damagesOf(events)).toEqual([]);
      return pagesOf(events)
        .slice(2)
        .map(({ count, page }) => [count, Number(page.granulePosition), page.eos]);
    },
  };
}

describe('header', () => {
  it('takes pages of its own, the first with BOS', () => {
    const { out, add, finish } = muxer();
    add(10);
    finish();
    const pages = pagesOf(demux(out.bytes));
    expect(pages.map(({ page }) => [page.bos, page.eos, page.granulePosition, page.sequence])).toEqual([
      [true, false, 0n, 0],
      [false, false, 0n, 1],
      [false, true, 960n, 2],
    ]);
    expect(pages.slice(0, 2).map((page) => page.packet(0))).toEqual([head, tags]);
    expect(out.pages.slice(0, 2).map(({ packetOffsets }) => packetOffsets)).toEqual([[], []]);
  });

  it.each([65_024, 65_025, 200_000])('takes pages as it needs for %i bytes', (byteLength) => {
    const mux = new OggPacketMuxer({ serial: 1 });
    const out = new Muxed();
    out.take(mux.header(head));
    out.take(mux.header(filled(byteLength)));
    out.take(mux.add(filled(5), 960));
    out.take(mux.finish());
    const events = demux(out.bytes);
    expect(damagesOf(events)).toEqual([]);
    expect(packetsOf(events)).toEqual([head, filled(byteLength), filled(5)]);
    const granules = pagesOf(events).map(({ page }) => page.granulePosition);
    expect(granules).toEqual([0n, ...new Array(Math.floor(byteLength / 65_025)).fill(-1n), 0n, 960n]);
  });

  it('comes before packets', () => {
    const { mux, add } = muxer();
    add(1);
    expect(() => mux.header(tags)).toThrow(TypeError);
  });
});

describe('pages', () => {
  it('end before the packet that would pass 1 s', () => {
    const { add, finish } = muxer();
    for (let i = 0; i < 120; i++) add(20);
    expect(finish()).toEqual([
      [50, 48_000, false],
      [50, 96_000, false],
      [20, 115_200, true],
    ]);
    const odd = muxer();
    for (let i = 0; i < 18; i++) odd.add(20, 2880 * 2);
    expect(odd.finish()).toEqual([
      [8, 46_080, false],
      [8, 92_160, false],
      [2, 103_680, true],
    ]);
  });

  it('end before the packet that would pass 255 lacing values', () => {
    const { add, finish } = muxer();
    for (let i = 0; i < 300; i++) add(1, 120);
    expect(finish()).toEqual([
      [255, 30_600, false],
      [45, 36_000, true],
    ]);
    const large = muxer();
    large.add(254 * 255, 960);
    large.add(255, 960);
    large.add(65_024, 960);
    large.add(0, 960);
    expect(large.finish()).toEqual([
      [1, 960, false],
      [1, 1920, false],
      [1, 2880, false],
      [1, 3840, true],
    ]);
  });

  it('follow options', () => {
    const { add, finish } = muxer({ maxPageSamples: 960 * 2, maxPageSegments: 3 });
    for (const byteLength of [10, 10, 10, 300, 10, 300, 3000, 1]) add(byteLength);
    expect(finish().map(([packets]) => packets)).toEqual([2, 2, 2, 1, 1]);
  });

  it('hold a packet over 1 s by itself, and packets without samples', () => {
    const { add, finish } = muxer();
    add(10, 960);
    add(10, 100_000);
    add(10, 0);
    add(10, 960);
    expect(finish()).toEqual([
      [1, 960, false],
      [1, 100_960, false],
      [2, 101_920, true],
    ]);
  });

  it('begin where newPage asks for it', () => {
    const { add, finish } = muxer();
    add(10, 960, { newPage: true });
    add(10);
    add(10, 960, { newPage: true });
    expect(finish()).toEqual([
      [2, 1920, false],
      [1, 2880, true],
    ]);
  });

  it('come out late enough to bear EOS, and one at least', () => {
    const { finish } = muxer();
    expect(finish()).toEqual([[0, 0, true]]);
  });
});

describe('packets over 65,024 bytes', () => {
  it.each([65_025, 65_026, 130_050, 130_051, 200_000])('%i bytes', (byteLength) => {
    const { out, add, finish } = muxer();
    add(100);
    add(byteLength);
    add(200);
    const parts = Math.floor(byteLength / 65_025);
    expect(finish()).toEqual([
      [1, 960, false],
      ...new Array(parts).fill([0, -1, false]),
      [1, 1920, false],
      [1, 2880, true],
    ]);
    const sizes = [100, byteLength, 200];
    expect(packetsOf(demux(out.bytes)).slice(2)).toEqual(sizes.map((size) => filled(size)));
    expect(out.offsets.length).toBe(3);
    // What stands at the place that was said, headers stripped, is the packet.
    const spans = out.offsets.map((offset, i) => out.bytes.subarray(offset, offset + out.lengths[i]!));
    expect(spans.map((span) => new Uint8Array(stripPageHeaders(span)))).toEqual(sizes.map((size) => filled(size)));
    expect(out.lengths[1]! > byteLength).toBe(byteLength > 65_025);
  });

  it('may be the last, and trimmed', () => {
    const { add, finish } = muxer();
    add(100);
    add(70_000);
    expect(finish(1000)).toEqual([
      [1, 960, false],
      [0, -1, false],
      [1, 1000, true],
    ]);
    const none = muxer();
    none.add(100);
    none.add(70_000);
    expect(() => none.finish(960)).toThrow(expect.objectContaining({ code: 'OGG_MUX_END_BEFORE_LAST_PAGE' }));
  });
});

describe('holes', () => {
  it('begin a page, whose granule position jumps', () => {
    const { mux, out, add, finish } = muxer();
    add(10);
    out.take(mux.skip(500));
    out.take(mux.skip(460));
    add(10);
    add(10, 960, { granuleStart: 10_000 });
    add(10);
    expect(finish()).toEqual([
      [1, 960, false],
      [1, 2880, false],
      [2, 11_920, true],
    ]);
  });

  it('may come first; without a packet behind they leave no trace', () => {
    const { mux, add, finish } = muxer();
    mux.skip(5000);
    add(10);
    mux.skip(300);
    expect(finish()).toEqual([[1, 5960, true]]);
  });

  it('do not go back', () => {
    const { mux, add } = muxer();
    add(10);
    expect(() => add(10, 960, { granuleStart: 959 })).toThrow(RangeError);
    mux.skip(10);
    expect(() => add(10, 960, { granuleStart: 969 })).toThrow(RangeError);
    expect(() => mux.skip(-1)).toThrow(RangeError);
    expect(() => mux.skip(0.5)).toThrow(RangeError);
  });
});

describe('end trim', () => {
  it('is the granule position of the last page', () => {
    const { add, finish } = muxer();
    for (let i = 0; i < 60; i++) add(10);
    expect(finish(57_001)).toEqual([
      [50, 48_000, false],
      [10, 57_001, true],
    ]);
  });

  it('OGG_MUX_END_BEFORE_LAST_PAGE: decoders trim on the last page only', () => {
    const { mux, add, finish } = muxer();
    for (let i = 0; i < 60; i++) add(10);
    expect(() => mux.finish(48_000)).toThrow(
      expect.objectContaining({
        name: 'OggMuxError',
        code: 'OGG_MUX_END_BEFORE_LAST_PAGE',
        expected: 48_001,
        actual: 48_000,
      }),
    );
    expect(() => mux.finish(57_601)).toThrow(RangeError);
    expect(() => mux.finish(-1)).toThrow(RangeError);
    expect(finish(48_001)).toEqual([
      [50, 48_000, false],
      [10, 48_001, true],
    ]);
  });

  it('held packets stay on the page of the one before, in which the last sample is', () => {
    const { add, finish } = muxer();
    for (let i = 0; i < 50; i++) add(10);
    for (let i = 0; i < 5; i++) add(10, 960, { hold: true });
    expect(finish(47_900)).toEqual([
      [49, 47_040, false],
      [6, 47_900, true],
    ]);
  });

  it('held packets begin no page where there is room', () => {
    const { add, finish } = muxer();
    for (let i = 0; i < 40; i++) add(10);
    for (let i = 0; i < 5; i++) add(10, 960, { hold: true });
    expect(finish(38_000)).toEqual([[45, 38_000, true]]);
  });

  it('held packets pass 1 s if they must', () => {
    const { add, out, finish } = muxer();
    add(11);
    add(12);
    for (let i = 0; i < 120; i++) add(20, 960, { hold: true });
    expect(finish(1900)).toEqual([
      [1, 960, false],
      [121, 1900, true],
    ]);
    const at = out.offsets.map((offset, i) => out.bytes.subarray(offset, offset + out.lengths[i]!));
    expect(at.map((packet) => packet.length)).toEqual([11, 12, ...new Array(120).fill(20)]);
    expect(at[1]).toEqual(filled(12));
  });

  it('held packets move the one before by lacing values, too', () => {
    const { add, finish } = muxer();
    add(200 * 255, 960);
    add(50 * 255, 960);
    add(100 * 255, 960, { hold: true });
    expect(finish(1000)).toEqual([
      [1, 960, false],
      [2, 1000, true],
    ]);
  });

  it('may be followed by packets that are not held', () => {
    const { add, finish } = muxer();
    for (let i = 0; i < 50; i++) add(10);
    add(10, 960, { hold: true });
    for (let i = 0; i < 48; i++) add(10);
    add(10, 960, { hold: true });
    add(10, 960, { hold: true });
    expect(finish().map(([packets]) => packets)).toEqual([49, 49, 3]);
  });

  it('OGG_MUX_HELD_TOO_LARGE: what must share a page does not fit one; nothing is changed', () => {
    const { add, finish } = muxer();
    add(10);
    add(200 * 255);
    expect(() => add(60 * 255, 960, { hold: true })).toThrow(
      expect.objectContaining({ code: 'OGG_MUX_HELD_TOO_LARGE', expected: 255, actual: 262 }),
    );
    expect(() => add(70_000, 960, { hold: true })).toThrow(expect.objectContaining({ code: 'OGG_MUX_HELD_TOO_LARGE' }));
    add(20, 960, { hold: true });
    expect(finish(1000)).toEqual([[3, 1000, true]]);
    const behind = muxer();
    behind.add(70_000);
    expect(() => behind.add(1, 960, { hold: true })).toThrow(
      expect.objectContaining({ code: 'OGG_MUX_HELD_TOO_LARGE' }),
    );
  });

  it('OGG_MUX_HELD_APART: no packet right before', () => {
    const { mux, add } = muxer();
    const apart = expect.objectContaining({ code: 'OGG_MUX_HELD_APART' });
    expect(() => add(1, 960, { hold: true })).toThrow(apart);
    add(1);
    expect(() => add(1, 960, { hold: true, newPage: true })).toThrow(apart);
    mux.skip(1);
    expect(() => add(1, 960, { hold: true })).toThrow(apart);
  });
});

describe('a caller who errs', () => {
  it('gets RangeErrors for numbers', () => {
    for (const options of [
      { serial: -1 },
      { serial: 1, maxPageSamples: 0 },
      { serial: 1, maxPageSegments: 0 },
      { serial: 1, maxPageSegments: 256 },
    ]) {
      expect(() => new OggPacketMuxer(options)).toThrow(RangeError);
    }
    const { mux, add } = muxer();
    expect(() => add(1, -1)).toThrow(RangeError);
    expect(() => add(1, 1.5)).toThrow(RangeError);
    add(1, Number.MAX_SAFE_INTEGER);
    expect(() => add(1, 1)).toThrow(RangeError);
    expect(() => mux.skip(1)).toThrow(RangeError);
  });

  it('gets TypeErrors for what is no packet, and after finish', () => {
    const { mux, add, finish } = muxer();
    expect(() => mux.add('x' as unknown as Uint8Array, 1)).toThrow(TypeError);
    expect(() => mux.header([] as unknown as Uint8Array)).toThrow(TypeError);
    add(1);
    finish();
    for (const call of [() => mux.add(head, 1), () => mux.header(head), () => mux.skip(1), () => mux.finish()]) {
      expect(call).toThrow(TypeError);
    }
  });

  it('may overwrite a packet that was added', () => {
    const { mux, out, finish } = muxer();
    const packet = filled(70_000);
    out.take(mux.add(packet.subarray(0, 10), 960));
    packet.fill(0);
    packet.set(filled(70_000));
    out.take(mux.add(packet, 960));
    packet.fill(0);
    finish();
    expect(packetsOf(demux(out.bytes)).slice(2)).toEqual([filled(10), filled(70_000)]);
  });
});
