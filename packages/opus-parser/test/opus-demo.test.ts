import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeOpusDemo, parseOpusDemo } from '../src';
import { opusError } from './opus-errors';

describe('opus_demo framing', () => {
  it('is length, final range, packet', () => {
    const bytes = Uint8Array.of(0, 0, 0, 2, 0xfe, 1, 2, 3, 248, 9, 0, 0, 0, 0, 0, 0, 0, 0);
    const records = [
      { packet: Uint8Array.of(248, 9), finalRange: 0xfe010203 },
      { packet: new Uint8Array(0), finalRange: 0 },
    ];
    expect(parseOpusDemo(bytes)).toEqual(records);
    expect(encodeOpusDemo(records)).toEqual(bytes);
    expect(parseOpusDemo(new Uint8Array(0))).toEqual([]);
  });

  it('gives back what it was given', () => {
    const record = fc.record({ packet: fc.uint8Array(), finalRange: fc.nat({ max: 0xffff_ffff }) });
    fc.assert(
      fc.property(fc.array(record), (records) => {
        expect(parseOpusDemo(encodeOpusDemo(records))).toEqual(records);
      }),
    );
  });

  it.each<[string, string, number, number[]]>([
    ['a cut header', 'header', 0, [0, 0, 0, 1, 0, 0, 0]],
    ['a cut packet', 'packet', 0, [0, 0, 0, 2, 0, 0, 0, 0, 9]],
    ['a packet of 4 GiB', 'packet', 8, [0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 1]],
  ])('refuses %s', (_, field, byteOffset, bytes) => {
    const error = opusError(() => parseOpusDemo(Uint8Array.from(bytes)));
    expect(error).toMatchObject({ code: 'OPUS_BAD_DEMO', field, byteOffset });
  });

  it('refuses a final range that is not of 32 bits', () => {
    for (const finalRange of [-1, 2 ** 32, 0.5]) {
      expect(() => encodeOpusDemo([{ packet: new Uint8Array(1), finalRange }])).toThrow(RangeError);
    }
  });
});
