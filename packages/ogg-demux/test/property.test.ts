import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codesOf, damagesOf, demux, packetsOf, pagesOf, plain } from './demuxed';
import { concat, filled, simpleStream, streamOf, text } from './ogg-pages';

const sizes = fc.array(fc.oneof(fc.nat(600), fc.constantFrom(0, 254, 255, 256, 510, 3000)), { maxLength: 12 });
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
