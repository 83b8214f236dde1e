import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selfDelimitedExtent } from '../src/self-delimited-extent';
import { anyLayout } from './arbitraries';
import { everyLayout, framesOf, layOut } from './framed-packets';
import { opusError } from './opus-errors';

/** Asks again each time as many bytes are there as the last answer wants; gives what was read in all. */
function askedUntilKnown(packet: Uint8Array): { extent: number; asked: number; bytesRead: number } {
  let known = 1;
  let bytesRead = 0;
  for (let asked = 1; ; asked++) {
    const extent = selfDelimitedExtent(packet, 0, known, 0);
    bytesRead += known;
    if (extent > 0) return { extent, asked, bytesRead };
    expect(-extent).toBeGreaterThan(known);
    expect(-extent).toBeLessThanOrEqual(packet.length);
    known = -extent;
  }
}

describe('selfDelimitedExtent', () => {
  it.each(Array.from({ length: 32 }, (_, config) => config))('never wants too much, for configuration %i', (config) => {
    for (const layout of everyLayout(config)) {
      const packet = layOut({ ...layout, selfDelimited: true });
      const { extent, asked } = askedUntilKnown(packet);
      expect(extent).toBe(packet.length);
      expect(asked).toBeLessThan(8);
    }
  });

  it('knows of any prefix that the packet is longer, or how long it is', () => {
    fc.assert(
      fc.property(anyLayout, fc.nat(), fc.uint8Array({ maxLength: 4 }), (layout, cut, before) => {
        const packet = layOut({ ...layout, selfDelimited: true });
        const bytes = Uint8Array.from([...before, ...packet]);
        const known = cut % (packet.length + 1);
        const extent = selfDelimitedExtent(bytes, before.length, before.length + known, 0);
        if (extent > 0) expect(extent).toBe(packet.length);
        else {
          expect(-extent).toBeGreaterThan(known);
          expect(-extent).toBeLessThanOrEqual(packet.length);
        }
        expect(selfDelimitedExtent(bytes, before.length, bytes.length, 0)).toBe(packet.length);
      }),
    );
  });

  it('reads no more than a few times what there is, however long the header', () => {
    for (const padding of [254 * 10, 254 * 4000, 254 * 4000 + 7]) {
      const packet = layOut({ config: 31, stereo: true, code: 3, frames: framesOf([9]), padding, selfDelimited: true });
      const { extent, asked, bytesRead } = askedUntilKnown(packet);
      expect(extent).toBe(packet.length);
      expect(asked).toBeLessThan(8);
      expect(bytesRead).toBeLessThan(4 * packet.length);
    }
  });

  it('gives the offset in the input of a wrong frame count', () => {
    const bytes = Uint8Array.of(9, 251, 0);
    expect(opusError(() => selfDelimitedExtent(bytes, 1, 3, 1000))).toMatchObject({ rule: 'R5', byteOffset: 1001 });
  });
});
