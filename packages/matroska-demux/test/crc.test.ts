import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CRC_START, crcOf, updateCrc } from '../src/crc';

it('is that of zlib, at any alignment and in any pieces', () => {
  expect(crcOf(updateCrc(CRC_START, new TextEncoder().encode('123456789'), 0, 9))).toBe(0xcbf43926);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), fc.nat(20), (bytes, cut, offset) => {
      const at = Math.min(cut, bytes.length);
      const shifted = new Uint8Array(offset + bytes.length).subarray(offset);
      shifted.set(bytes);
      const first = updateCrc(CRC_START, shifted, 0, at);
      expect(crcOf(updateCrc(first, shifted, at, shifted.length))).toBe(crc32(bytes));
    }),
  );
});
