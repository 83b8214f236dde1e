import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codesOf, damagesOf, demux, packetsOf, pagesOf, plain } from './demuxed';
import { concat, filled, pageOf, simpleStream, streamOf, text } from './ogg-pages';

const sizes = fc.array(fc.oneof(fc.nat(600), fc.constantFrom(0, 254, 255, 256, 510, 3000)), { maxLength: 12 });
/** Up to many pages of the greatest size. */
const largeSizes = fc.array(fc.oneof(fc.nat(200_000), fc.constantFrom(0, 65_024, 65_025, 65_280, 130_050)), {
  maxLength: 4,
});
const layout = fc.array(fc.integer({ min: 1, max: 255 }), { minLength: 1, maxLength: 5 });
const pieces = fc.constantFrom(1, 2, 13, 27, 28, 255, 1000, 65_536);

function packetsFor(lengths: readonly number[]): Uint8Array[] {
  return [text('testhead'), ...lengths.map((length, i) => filled(length, i))];
}

describe('any packets on any pages', () => {
  it('come out as they went in, whatever the pieces', () => {
    fc.assert(
      fc.property(sizes, layout, pieces, (lengths, segments, chunkBytes) => {
        const packets = packetsFor(lengths);
        const input = concat(streamOf(packets, [1, ...segments]));
        const events = demux(input, chunkBytes);
        expect(codesOf(events)).toEqual([]);
        expect(packetsOf(events)).toEqual(packets);
        for (const page of pagesOf(events)) {
          for (let i = 0; i < page.count; i++) {
            expect(page.byteLength(i)).toBe(page.packet(i).length);
            const at = page.byteOffset(i);
            const beginning = page.packet(i).subarray(0, 1);
            expect(input.subarray(at, at + beginning.length)).toEqual(beginning);
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('packets of up to 200,000 bytes on any pages', () => {
  it('come out as they went in, with empty pages and other streams in between, whatever the pieces', () => {
    fc.assert(
      fc.property(largeSizes, layout, pieces, fc.nat(7), (lengths, segments, chunkBytes, every) => {
        const packets = packetsFor(lengths);
        const pages = streamOf(packets, [1, ...segments]);
        const others = simpleStream(pages.length, 2);
        const empty = (i: number) => pageOf([], { serial: 3, sequence: i, granule: -1n, flags: i === 0 ? 2 : 0 });
        // One byte at a time takes long here, and says nothing that small packets don't.
        const chunk = lengths.some((length) => length > 3000) ? Math.max(255, chunkBytes) : chunkBytes;
        const events = demux(
          concat(pages.flatMap((page, i) => [page, others[i]!, ...(i % 8 <= every ? [empty(i)] : [])])),
          chunk,
        );
        expect(codesOf(events).filter((code) => code !== 'OGG_SEQUENCE_GAP')).toEqual([]);
        const found = packetsOf(events, 0);
        expect(found.map(({ length }) => length)).toEqual(packets.map(({ length }) => length));
        expect(found.every((packet, i) => Buffer.compare(packet, packets[i]!) === 0)).toBe(true);
        expect(packetsOf(events, 1).length).toBe(others.length);
      }),
      { numRuns: 60 },
    );
  });
});

describe('one byte changed', () => {
  it('is reported, and gives no packet that was not there', () => {
    fc.assert(
      fc.property(sizes, layout, fc.nat(), fc.integer({ min: 1, max: 255 }), (lengths, segments, where, bits) => {
        const packets = packetsFor(lengths);
        const input = concat(streamOf(packets, [1, ...segments]));
        input[where % input.length]! ^= bits;
        const events = demux(input);
        expect(damagesOf(events).length).toBeGreaterThan(0);
        const sound = packets.map((packet) => Buffer.from(packet).toString('latin1'));
        for (const packet of packetsOf(events)) expect(sound).toContain(Buffer.from(packet).toString('latin1'));
        expect(demux(input, 13).map(plain)).toEqual(events.map(plain));
      }),
      { numRuns: 300 },
    );
  });

  it('is reported at every byte of a stream, and costs one page', () => {
    const pages = simpleStream(4);
    const input = concat(pages);
    for (let at = 0; at < input.length; at++) {
      const changed = input.slice();
      changed[at]! ^= 1 << (at % 8);
      const events = demux(changed);
      expect(damagesOf(events).length).toBeGreaterThan(0);
      expect(packetsOf(events).length).toBe(at < pages[0]!.length ? 0 : 3);
    }
  });
});

describe('pages dropped, doubled and moved', () => {
  it('are reported unless nothing changed, and give whole packets of the stream only', () => {
    const order = fc.array(fc.nat(19), { maxLength: 25 });
    fc.assert(
      fc.property(sizes, order, pieces, (lengths, places, chunkBytes) => {
        const packets = packetsFor(lengths);
        const pages = streamOf(packets, [1, 3, 1, 2]);
        const taken = [0, ...places.map((place) => place % pages.length)];
        const events = demux(concat(taken.map((i) => pages[i]!)), chunkBytes);
        const sound = packets.map((packet) => Buffer.from(packet).toString('latin1'));
        for (const packet of packetsOf(events)) expect(sound).toContain(Buffer.from(packet).toString('latin1'));
        const inOrder = taken.every((page, i) => i === 0 || page === taken[i - 1]! + 1);
        const begins = taken.filter((page) => page === 0).length;
        if (!inOrder && begins === 1) expect(damagesOf(events).length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});
