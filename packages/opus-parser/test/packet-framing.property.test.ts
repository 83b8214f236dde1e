import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodePacketFraming,
  encodeSelfDelimited,
  type FramedPacket,
  type PacketFraming,
  parsePacketFraming,
} from '../src';
import { anyBytes, anyLayout } from './arbitraries';
import { readFixture } from './fixture-files';
import { concat, framesOf, layOut } from './framed-packets';
import { inPieces, read } from './pieces';

/** Mostly small, now and then up to 200,000 bytes. */
const anySize = fc.oneof(
  { weight: 12, arbitrary: fc.nat({ max: 400 }) },
  { weight: 2, arbitrary: fc.nat({ max: 200_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 255, 256, 65_535, 65_536, 200_000) },
);
const ofSize = (byteLength: number, i: number) => new Uint8Array(byteLength).fill(i + 1);
const prefixes = ['u16be', 'u16le', 'u32be', 'u32le', 'opus-demo'] as const;

describe('any packets in any pieces', () => {
  const anyPieces = fc.array(fc.nat({ max: 100_000 }), { maxLength: 8 });

  function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
    const cuts = [...places.map((place) => place % (bytes.length + 1)), 0, bytes.length].sort((a, b) => a - b);
    return cuts.slice(1).map((cut, i) => bytes.slice(cuts[i], cut));
  }

  function expectSame(framing: PacketFraming, originals: readonly Uint8Array[], places: readonly number[]): void {
    const file = encodePacketFraming(originals, framing);
    const whole = parsePacketFraming(file, framing);
    expect(whole).toHaveLength(originals.length);
    const { found, error } = read(framing, cutAt(file, places));
    expect(error).toBeUndefined();
    for (const [i, original] of originals.entries()) {
      for (const { packet, byteOffset, byteLength } of [whole[i]!, found[i]!]) {
        expect(Buffer.compare(packet, original)).toBe(0);
        expect([byteOffset, byteLength]).toEqual([whole[i]!.byteOffset, whole[i]!.byteLength]);
        const there = file.subarray(byteOffset, byteOffset + byteLength);
        expect(Buffer.compare(there, framing === 'self-delimited' ? encodeSelfDelimited(original) : original)).toBe(0);
      }
    }
  }

  it.each(prefixes)('come back from %s', (framing) => {
    const most = framing.startsWith('u16') ? 65_535 : 200_000;
    const sizes = fc.array(
      anySize.map((size) => Math.min(size, most)),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(sizes, anyPieces, (lengths, places) => expectSame(framing, lengths.map(ofSize), places)),
      { numRuns: 60 },
    );
  });

  it('come back from a constant size', () => {
    fc.assert(
      fc.property(anySize, fc.nat({ max: 4 }), anyPieces, (size, count, places) => {
        const constant = Math.max(1, size);
        expectSame(
          { constant },
          Array.from({ length: count }, (_, i) => ofSize(constant, i)),
          places,
        );
      }),
      { numRuns: 60 },
    );
  });

  it('come back self-delimited, padding of 200,000 bytes included', () => {
    const padded = layOut({ config: 31, stereo: true, code: 3, frames: framesOf([3]), padding: 199_000 });
    const anyPacket = fc.oneof(
      { weight: 20, arbitrary: anyLayout.map(layOut) },
      { weight: 1, arbitrary: fc.constant(padded) },
    );
    fc.assert(
      fc.property(fc.array(anyPacket, { maxLength: 6 }), anyPieces, (originals, places) =>
        expectSame('self-delimited', originals, places),
      ),
    );
  });

  it.each([...prefixes, 'self-delimited', { constant: 7 }] as const)(
    '%j: whatever the bytes, whole and byte by byte are the same',
    (framing) => {
      fc.assert(
        fc.property(fc.oneof(anyBytes, fc.array(anyBytes, { maxLength: 4 }).map(concat)), (bytes) => {
          const whole = read(framing, [bytes], 3000);
          expect(read(framing, inPieces(bytes, 1), 3000)).toEqual(whole);
          expect(read(framing, inPieces(bytes, 5), 3000)).toEqual(whole);
        }),
        { numRuns: 300 },
      );
    },
  );
});

it.each(['01', '03', '05', '08', '11'])(
  'testvector%s.bit is the same whole, in pieces of 1,000 and byte by byte',
  (name) => {
    const file = readFixture(`opus_vectors/testvector${name}.bit`);
    const whole = parsePacketFraming(file, 'opus-demo');
    const places = (found: readonly FramedPacket[]) =>
      found.map(({ packet, byteOffset, byteLength, finalRange }) => {
        expect(Buffer.compare(packet, file.subarray(byteOffset, byteOffset + byteLength))).toBe(0);
        return [byteOffset, byteLength, finalRange];
      });
    for (const size of [1000, 1]) {
      expect(places(read('opus-demo', inPieces(file, size)).found)).toEqual(places(whole));
    }
  },
);
