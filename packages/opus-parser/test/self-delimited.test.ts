import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSelfDelimited, parseSelfDelimited } from '../src';
import { anyLayout } from './arbitraries';
import { concat, everyLayout, layOut } from './framed-packets';
import { opusError } from './opus-errors';

const configs = Array.from({ length: 32 }, (_, config) => config);

describe('self-delimited framing', () => {
  it.each(configs)('is that of appendix B for every layout of configuration %i', (config) => {
    for (const layout of everyLayout(config)) {
      const packet = layOut(layout);
      const selfDelimited = layOut({ ...layout, selfDelimited: true });
      expect(Buffer.compare(encodeSelfDelimited(packet), selfDelimited)).toBe(0);
      const parsed = parseSelfDelimited(selfDelimited);
      expect(Buffer.compare(parsed.packet, packet)).toBe(0);
      expect(parsed.byteLength).toBe(selfDelimited.length);
    }
  });

  it('finds the end of a packet whatever surrounds it', () => {
    fc.assert(
      fc.property(
        anyLayout,
        fc.uint8Array({ maxLength: 5 }),
        fc.uint8Array({ maxLength: 5 }),
        (layout, before, after) => {
          const packet = layOut(layout);
          const selfDelimited = encodeSelfDelimited(packet);
          const bytes = concat([before, selfDelimited, after]);
          expect(parseSelfDelimited(bytes, before.length)).toEqual({ packet, byteLength: selfDelimited.length });
        },
      ),
    );
  });

  it.each<[string, string, number[]]>([
    ['no frame length', 'B', [248]],
    ['half a frame length', 'B', [248, 252]],
    ['a frame past the end', 'B', [248, 2, 0]],
    ['two equal frames past the end', 'B', [249, 2, 0, 0, 0]],
    ['code 2 without the second length', 'B', [250, 0]],
    ['code 2 past the end', 'B', [250, 1, 1, 0]],
    ['VBR without the last length', 'B', [251, 130, 0]],
    ['CBR with padding past the end', 'B', [251, 65, 3, 1, 9, 0, 0]],
    ['VBR without its first lengths', 'R7', [251, 131, 0]],
    ['nothing', 'R1', []],
  ])('refuses %s', (_, rule, bytes) => {
    const error = opusError(() => parseSelfDelimited(Uint8Array.from(bytes)));
    expect(error).toMatchObject({ code: 'OPUS_BAD_PACKET', rule });
    expect(error.message).toContain('RFC 6716');
  });

  it('refuses a start outside of the bytes, and to encode a bad packet', () => {
    expect(() => parseSelfDelimited(new Uint8Array(3), 4)).toThrow(RangeError);
    expect(() => parseSelfDelimited(new Uint8Array(3), -1)).toThrow(RangeError);
    expect(() => parseSelfDelimited(new Uint8Array(3), 0.5)).toThrow(RangeError);
    expect(opusError(() => encodeSelfDelimited(Uint8Array.of(249, 1))).rule).toBe('R3');
  });
});
