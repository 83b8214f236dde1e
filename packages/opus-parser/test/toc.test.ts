import { describe, expect, it } from 'vitest';
import { parseToc } from '../src';
import { FRAME_MS } from './framed-packets';

describe('parseToc', () => {
  it.each([
    [0, 'silk', 'nb', 480, 1, 0],
    [(3 << 3) | 4 | 3, 'silk', 'nb', 2880, 2, 3],
    [(5 << 3) | 1, 'silk', 'mb', 960, 1, 1],
    [(11 << 3) | 2, 'silk', 'wb', 2880, 1, 2],
    [12 << 3, 'hybrid', 'swb', 480, 1, 0],
    [(15 << 3) | 4, 'hybrid', 'fb', 960, 2, 0],
    [16 << 3, 'celt', 'nb', 120, 1, 0],
    [21 << 3, 'celt', 'wb', 240, 1, 0],
    [26 << 3, 'celt', 'swb', 480, 1, 0],
    [255, 'celt', 'fb', 960, 2, 3],
  ])('reads %i', (toc, mode, bandwidth, frameSamples, channels, code) => {
    expect(parseToc(toc)).toEqual({ mode, bandwidth, frameSamples, channels, code, config: toc >> 3 });
  });

  it('has the frame sizes of the table in RFC 6716 for all bytes, as frozen shared objects', () => {
    for (let toc = 0; toc < 256; toc++) {
      const parsed = parseToc(toc);
      expect(parsed.frameSamples).toBe(FRAME_MS[toc >> 3]! * 48);
      expect([parsed.config, parsed.channels, parsed.code]).toEqual([toc >> 3, toc & 4 ? 2 : 1, toc & 3]);
      expect(parseToc(toc)).toBe(parsed);
      expect(Object.isFrozen(parsed)).toBe(true);
    }
  });

  it.each([-1, 256, 1.5, Number.NaN])('refuses %d', (toc) => {
    expect(() => parseToc(toc)).toThrow(RangeError);
  });
});
