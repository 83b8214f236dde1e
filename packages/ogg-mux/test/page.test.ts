import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeOggPage, lacingValues } from '../src';
import { damagesOf, demux, filled, pagesOf } from './demuxed';

describe('encodeOggPage', () => {
  it('lays the fields out as RFC 3533 §6 does', () => {
    const head = Uint8Array.from([79, 112, 117, 115, 72, 101, 97, 100, 1, 1, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0]);
    const page = encodeOggPage({
      serial: 0x11223344,
      sequence: 0,
      granulePosition: 0n,
      bos: true,
      lacing: Uint8Array.of(19),
      body: head,
    });
    expect(page.length).toBe(47);
    expect([...page.subarray(0, 22)]).toEqual([
      79, 103, 103, 83, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0,
    ]);
    expect([...page.subarray(26, 28)]).toEqual([1, 19]);
    expect(page.subarray(28)).toEqual(head);
  });

  it('writes pages that read as they were meant', () => {
    const fields = fc.record({
      serial: fc.integer({ min: 0, max: 0xffffffff }),
      sequence: fc.integer({ min: 0, max: 0xffffffff }),
      granulePosition: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      eos: fc.boolean(),
      lacing: fc.uint8Array({ maxLength: 255 }),
    });
    fc.assert(
      fc.property(fields, (page) => {
        const body = filled(page.lacing.reduce((sum, value) => sum + value, 0));
        const events = demux(encodeOggPage({ ...page, bos: true, body }));
        const [read] = pagesOf(events);
        expect(read!.page).toMatchObject({ ...page, body, bos: true, continued: false, version: 0 });
        expect(damagesOf(events).filter((event) => !JSON.stringify(event).includes('PACKET_INCOMPLETE'))).toEqual([]);
      }),
    );
  });

  it('refuses numbers out of range, and lacing that does not fit the body', () => {
    const page = { serial: 1, sequence: 0, granulePosition: 0n, lacing: Uint8Array.of(3), body: filled(3) };
    expect(encodeOggPage(page).length).toBe(31);
    for (const wrong of [
      { serial: -1 },
      { serial: 2 ** 32 },
      { sequence: 0.5 },
      { granulePosition: 2n ** 63n },
      { granulePosition: -(2n ** 63n) - 1n },
      { body: filled(4) },
      { lacing: new Uint8Array(256), body: new Uint8Array() },
    ]) {
      expect(() => encodeOggPage({ ...page, ...wrong })).toThrow(RangeError);
    }
  });
});

it('lacingValues: one for each 255 bytes, and one that ends the packet', () => {
  expect([0, 1, 254, 255, 509, 510, 65_024, 65_025].map(lacingValues)).toEqual([1, 1, 1, 2, 2, 3, 255, 256]);
});
