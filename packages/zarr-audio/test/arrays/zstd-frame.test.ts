import Zstd from 'numcodecs/zstd';
import { describe, expect, it } from 'vitest';
import { zstdFrameDamage } from '../../src/arrays/zstd-frame';

describe('the header of a zstd frame', () => {
  it.each([1, 255, 256, 257, 65_791, 65_792, 100_000, 400_000])(
    'tells that it decodes to %i bytes',
    async (byteLength) => {
      for (const level of [1, 3, 19]) {
        const frame = await Zstd.fromConfig({ id: 'zstd', level }).encode(new Uint8Array(byteLength));
        expect(zstdFrameDamage(frame, byteLength)).toBeUndefined();
        expect(zstdFrameDamage(frame, byteLength + 1)).toContain(`${byteLength} bytes`);
      }
    },
  );

  it('may say so in eight bytes, and name a dictionary', () => {
    // A window and no single segment, a dictionary of two bytes, a size of eight.
    const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xc2, 0x58, 7, 7, 0x40, 0x42, 0x0f, 0, 0, 0, 0, 0, 1, 0, 0);
    expect(zstdFrameDamage(frame, 1_000_000)).toBeUndefined();
    expect(zstdFrameDamage(frame.subarray(0, 15), 1_000_000)).toContain('ends in its header');
  });
});
