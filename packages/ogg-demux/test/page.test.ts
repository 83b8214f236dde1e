import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCapture, isOgg, readPage } from '../src/page';
import { encodePage, text } from './ogg-pages';

describe('readPage', () => {
  it('reads every field', () => {
    const lacing = [255, 45, 0];
    const body = new Uint8Array(300).map((_, i) => i);
    const page = encodePage({ serial: 0xfedcba98, sequence: 0x80000001, granule: -2n, flags: 5, lacing, body });
    const bytes = new Uint8Array([9, 9, 9, ...page, 9]);
    const read = readPage(bytes, 3, page.length, 1000);
    expect(read).toEqual({
      byteOffset: 1000,
      byteLength: 330,
      headerLength: 30,
      version: 0,
      continued: true,
      bos: false,
      eos: true,
      granulePosition: -2n,
      serial: 0xfedcba98,
      sequence: 0x80000001,
      checksum: new DataView(page.buffer).getUint32(22, true),
      lacing: Uint8Array.from(lacing),
      body,
    });
  });

  it('reads granule positions over 2^53', () => {
    const granule = 2n ** 62n + 1n;
    const page = encodePage({ sequence: 0, granule, lacing: [], body: new Uint8Array() });
    expect(readPage(page, 0, page.length, 0).granulePosition).toBe(granule);
  });
});

describe('findCapture', () => {
  it('finds what a plain search finds', () => {
    const letters = fc.constantFrom(...text('OggSx'));
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 60 }), fc.nat(10), (values, start) => {
        const bytes = Uint8Array.from(values);
        expect(findCapture(bytes, start, bytes.length)).toBe(Buffer.from(bytes).indexOf('OggS', start));
      }),
      { numRuns: 2000 },
    );
  });

  it('does not look beyond the end', () => {
    expect(findCapture(text('xOggS'), 0, 4)).toBe(-1);
  });
});

describe('isOgg', () => {
  it('wants the capture pattern, and version 0 where that is there', () => {
    expect(isOgg(text('OggS'))).toBe(true);
    expect(isOgg(new Uint8Array([...text('OggS'), 0, 2]))).toBe(true);
    expect(isOgg(new Uint8Array([...text('OggS'), 1]))).toBe(false);
    expect(isOgg(text('Ogg'))).toBe(false);
    expect(isOgg(text('xOggS'))).toBe(false);
    expect(isOgg(new Uint8Array())).toBe(false);
  });
});
