import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageCrc, swapBytes, updateCrc } from '../src/crc';
import { RangeCrc } from '../src/range-crc';
import { readFixture } from './fixture-files';
import { concat, filled, slowCrc } from './ogg-pages';

describe('updateCrc', () => {
  it('is CRC-32 with the polynomial of RFC 3533, most significant bit first, from 0', () => {
    // CRC-32/MPEG-2 of "123456789" is 0x0376e6e7 from 0xffffffff; the first four bytes inverted give the same from 0.
    const bytes = Uint8Array.from('123456789', (c) => c.charCodeAt(0));
    const inverted = bytes.map((byte, i) => (i < 4 ? byte ^ 255 : byte));
    expect(swapBytes(updateCrc(0, inverted, 0, 9)) >>> 0).toBe(0x0376e6e7);
  });

  it('equals the sum bit by bit at every length and start', () => {
    const bytes = filled(100, 5).map((byte) => byte * 5);
    for (let start = 0; start < 20; start++) {
      for (let end = start; end <= 70; end++) {
        expect(swapBytes(updateCrc(0, bytes, start, end)) >>> 0).toBe(slowCrc(bytes.subarray(start, end)));
      }
    }
  });

  it('goes on where it stopped', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), (bytes, cut) => {
        const at = cut % (bytes.length + 1);
        expect(updateCrc(updateCrc(0, bytes, 0, at), bytes, at, bytes.length)).toBe(
          updateCrc(0, bytes, 0, bytes.length),
        );
      }),
    );
  });
});

describe('pageCrc', () => {
  it('is what encoders wrote', () => {
    const file = readFixture('ogg_opus/stereo.opus');
    const view = new DataView(file.buffer);
    // The first page: 27 bytes, one lacing value, 19 bytes of OpusHead.
    expect(pageCrc(file, 0, 47)).toBe(view.getUint32(22, true));
  });
});

describe('RangeCrc', () => {
  it('equals pageCrc for every range that it covers, also far into the input', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 27, maxLength: 600 }),
        fc.constantFrom(0, 5, 131_000, 2 ** 32 - 7, 2 ** 40 + 1),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 5 }),
        (bytes, byteOffset, cuts) => {
          const range = new RangeCrc();
          range.restart(byteOffset);
          for (const [a, b] of cuts.sort(([a], [b]) => (a % (bytes.length - 26)) - (b % (bytes.length - 26)))) {
            const at = a % (bytes.length - 26);
            const end = at + 27 + (b % (bytes.length - at - 26));
            range.extend(bytes, byteOffset, byteOffset + end);
            expect(range.pageCrc(bytes, at, byteOffset + at, end - at)).toBe(pageCrc(bytes, at, end));
          }
        },
      ),
    );
  });

  it('holds for pages of the greatest size, over the end of its ring', () => {
    const page = concat([filled(65_307, 3).map((byte) => byte * 3)]);
    const range = new RangeCrc();
    for (const offset of [0, 100_000, 131_072 * 3 - 1]) {
      range.restart(offset);
      range.extend(page, offset, offset + page.length);
      expect(range.pageCrc(page, 0, offset, page.length)).toBe(pageCrc(page, 0, page.length));
      expect(range.covers(offset + page.length - 1)).toBe(true);
      expect(range.covers(offset + page.length)).toBe(false);
    }
  });
});
