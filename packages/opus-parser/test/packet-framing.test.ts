import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createPacketFraming,
  encodeOpusDemo,
  encodePacketFraming,
  encodeSelfDelimited,
  type FramedPacket,
  type PacketFraming,
  parsePacketFraming,
} from '../src';
import { anyBytes, anyLayout } from './arbitraries';
import { readFixture } from './fixture-files';
import { concat, framesOf, layOut } from './framed-packets';
import { opusError } from './opus-errors';

const packets = [[5], [], [1, 2, 3], [4]].map((bytes) => Uint8Array.from(bytes));

/** What comes out of the pieces, and what is thrown, wherever it is thrown. */
function read(framing: PacketFraming, pieces: Iterable<Uint8Array>, maxPacketBytes?: number) {
  const reader = createPacketFraming(framing, maxPacketBytes === undefined ? {} : { maxPacketBytes });
  const found: FramedPacket[] = [];
  try {
    for (const piece of pieces) found.push(...reader.push(piece));
    found.push(...reader.finish());
  } catch (thrown) {
    const { code, field, byteOffset, rule } = opusError(() => {
      throw thrown;
    });
    return { found, error: { code, field, byteOffset, rule } };
  }
  return { found, error: undefined };
}

function* inPieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  // Each piece is an array of its own, which is overwritten later: nothing may stay a view of it.
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

describe('length prefixes', () => {
  it.each<[PacketFraming, number[], number[]]>([
    ['u16be', [0, 1, 5, 0, 0, 0, 3, 1, 2, 3, 0, 1, 4], [2, 5, 7, 12]],
    ['u16le', [1, 0, 5, 0, 0, 3, 0, 1, 2, 3, 1, 0, 4], [2, 5, 7, 12]],
    ['u32be', [0, 0, 0, 1, 5, 0, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 1, 4], [4, 9, 13, 20]],
    ['u32le', [1, 0, 0, 0, 5, 0, 0, 0, 0, 3, 0, 0, 0, 1, 2, 3, 1, 0, 0, 0, 4], [4, 9, 13, 20]],
  ])('%s', (framing, bytes, offsets) => {
    const file = Uint8Array.from(bytes);
    expect(encodePacketFraming(packets, framing)).toEqual(file);
    const expected = packets.map((packet, i) => ({ packet, byteOffset: offsets[i], byteLength: packet.length }));
    expect(parsePacketFraming(file, framing)).toEqual(expected);
  });

  it.each<[PacketFraming, number[], number]>([
    ['u16be', [0x12, 0x34], 0x1234],
    ['u16le', [0x34, 0x12], 0x1234],
    ['u32be', [0x00, 0x02, 0x34, 0x56], 0x23456],
    ['u32le', [0x56, 0x34, 0x02, 0x00], 0x23456],
  ])('%s of a long packet', (framing, prefix, byteLength) => {
    const packet = new Uint8Array(byteLength).fill(9);
    const file = concat([Uint8Array.from(prefix), packet]);
    expect(Buffer.from(encodePacketFraming([packet], framing)).equals(Buffer.from(file))).toBe(true);
    expect(parsePacketFraming(file, framing)).toHaveLength(1);
    expect(parsePacketFraming(file, framing)[0]!.byteLength).toBe(byteLength);
  });

  it.each<[PacketFraming, number]>([
    ['u16be', 65_536],
    ['u16le', 65_536],
  ])('%s takes no packet of %i bytes', (framing, byteLength) => {
    expect(() => encodePacketFraming([new Uint8Array(byteLength)], framing)).toThrow(RangeError);
    expect(encodePacketFraming([new Uint8Array(byteLength - 1)], framing)).toHaveLength(byteLength + 1);
  });

  it.each<[PacketFraming, string, number, number[]]>([
    ['u16be', 'header', 3, [0, 1, 5, 0]],
    ['u16le', 'packet', 3, [1, 0, 5, 2, 0, 9]],
    ['u32be', 'header', 0, [0, 0, 0]],
    ['u32le', 'packet', 0, [1, 0, 0, 0]],
    // 4 GiB are announced: nothing of that size is ever made.
    ['u32be', 'length', 5, [0, 0, 0, 1, 9, 255, 255, 255, 255, 1]],
    ['u32le', 'length', 5, [1, 0, 0, 0, 9, 255, 255, 255, 255, 1]],
    [{ constant: 3 }, 'packet', 3, [1, 2, 3, 4, 5]],
    ['self-delimited', 'packet', 3, [248, 1, 9, 248, 2, 9]],
    ['self-delimited', 'packet', 0, [248]],
    ['self-delimited', 'packet', 0, [255, 65, 255, 255]],
  ])('%j tells that the %s at byte %i is wrong', (framing, field, byteOffset, bytes) => {
    const file = Uint8Array.from(bytes);
    const error = { code: 'OPUS_BAD_FRAMING', field, byteOffset, rule: undefined };
    expect(opusError(() => parsePacketFraming(file, framing))).toMatchObject(error);
    for (const size of [file.length, 2, 1]) {
      const all = read(framing, inPieces(file, size));
      expect(all.error).toEqual(error);
      expect(all.found).toHaveLength(byteOffset > 0 ? 1 : 0);
    }
  });
});

describe('opus_demo', () => {
  it('in pieces is what it is whole', () => {
    const records = packets.map((packet, i) => ({ packet, finalRange: 0xfffffff0 + i }));
    const file = encodeOpusDemo(records);
    for (const size of [1, 7, 1000]) {
      const { found } = read('opus-demo', inPieces(file, size));
      expect(found.map(({ packet, finalRange }) => ({ packet, finalRange }))).toEqual(records);
      expect(found.map(({ byteOffset }) => byteOffset)).toEqual([8, 17, 25, 36]);
    }
    expect(encodePacketFraming(packets, 'opus-demo')).toEqual(
      encodeOpusDemo(packets.map((packet) => ({ packet, finalRange: 0 }))),
    );
  });

  it.each([
    ['header', 9, [0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]],
    ['packet', 9, [0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 1]],
    ['length', 9, [0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0x10, 0, 1, 0, 0, 0, 0, 1]],
  ])('tells that the %s is wrong by a code of its own', (field, byteOffset, bytes) => {
    const { found, error } = read('opus-demo', [Uint8Array.from(bytes)]);
    expect(error).toEqual({ code: 'OPUS_BAD_DEMO', field, byteOffset, rule: undefined });
    expect(found).toHaveLength(1);
  });
});

describe('self-delimited packets', () => {
  it('come out in ordinary framing, with the place that they had', () => {
    const one = layOut({ config: 31, stereo: false, code: 0, frames: framesOf([5]) });
    const two = layOut({ config: 30, stereo: true, code: 3, vbr: true, frames: framesOf([0, 300, 2]), padding: 700 });
    const file = encodePacketFraming([one, two, one], 'self-delimited');
    expect(file).toEqual(concat([encodeSelfDelimited(one), encodeSelfDelimited(two), encodeSelfDelimited(one)]));
    const [a, b, c] = [one.length + 1, two.length + 1, one.length + 1];
    expect(parsePacketFraming(file, 'self-delimited')).toEqual([
      { packet: one, byteOffset: 0, byteLength: a },
      { packet: two, byteOffset: a, byteLength: b },
      { packet: one, byteOffset: a + b, byteLength: c },
    ]);
  });

  it.each([
    ['no frames', [248, 0, 251, 0, 1, 2], 3],
    ['over 120 ms', [248, 0, 251, 7, 1, 2], 3],
  ])('of %s break the framing', (_, bytes, byteOffset) => {
    for (const size of [6, 1]) {
      const { found, error } = read('self-delimited', inPieces(Uint8Array.from(bytes), size));
      expect(found).toHaveLength(1);
      expect(error).toEqual({ code: 'OPUS_BAD_PACKET', field: 'frameCount', byteOffset, rule: 'R5' });
    }
    expect(opusError(() => encodePacketFraming([Uint8Array.of(251, 0)], 'self-delimited')).rule).toBe('R5');
  });

  it('over the limit are told as such also where the input ends before their padding', () => {
    const bytes = Uint8Array.of(227, 96, 255, 150, 81);
    for (const size of [5, 1]) {
      const { error } = read('self-delimited', inPieces(bytes, size), 3000);
      expect(error).toEqual({ code: 'OPUS_BAD_FRAMING', field: 'length', byteOffset: 0, rule: undefined });
    }
  });

  it('are refused as soon as their padding passes the limit', () => {
    const endless = createPacketFraming('self-delimited', { maxPacketBytes: 10_000 });
    endless.push(Uint8Array.of(251, 65));
    let pushed = 2;
    const error = opusError(() => {
      for (; pushed < 1_000_000; pushed++) endless.push(Uint8Array.of(255));
    });
    expect(error).toMatchObject({ code: 'OPUS_BAD_FRAMING', field: 'length', byteOffset: 0 });
    expect(pushed).toBeLessThan(10_000);
  });
});

describe('packets of one size', () => {
  it('are cut off one after another', () => {
    const file = Uint8Array.of(1, 2, 3, 4);
    expect(parsePacketFraming(file, { constant: 2 })).toEqual([
      { packet: Uint8Array.of(1, 2), byteOffset: 0, byteLength: 2 },
      { packet: Uint8Array.of(3, 4), byteOffset: 2, byteLength: 2 },
    ]);
    expect(encodePacketFraming([Uint8Array.of(1, 2), Uint8Array.of(3, 4)], { constant: 2 })).toEqual(file);
    expect(() => encodePacketFraming(packets, { constant: 2 })).toThrow('packet 0 has 1 bytes, not 2');
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 21])('can not be of %d bytes', (constant) => {
    expect(() => createPacketFraming({ constant })).toThrow(RangeError);
  });
});

describe('packets of any size without their lengths', () => {
  it('are refused with the reason', () => {
    for (const run of [
      () => createPacketFraming('undelimited'),
      () => parsePacketFraming(Uint8Array.of(248, 1), 'undelimited'),
      () => encodePacketFraming(packets, 'undelimited'),
    ]) {
      const error = opusError(run);
      expect(error).toMatchObject({ code: 'OPUS_UNDELIMITED', field: 'framing', byteOffset: 0 });
      expect(error.message).toContain('nothing in a packet says where its last frame ends');
      expect(error.message).toContain('RFC 6716 §3');
    }
  });
});

describe('a reader', () => {
  it('gives what stands before the broken place, then throws at every call', () => {
    const reader = createPacketFraming({ constant: 2 });
    expect(reader.push(Uint8Array.of(1, 2, 3))).toHaveLength(1);
    const first = opusError(() => reader.finish());
    expect(first.code).toBe('OPUS_BAD_FRAMING');
    const prefixed = createPacketFraming('u32be');
    expect(prefixed.push(Uint8Array.of(0, 0, 0, 1, 7, 99, 0, 0, 0))).toHaveLength(1);
    const second = opusError(() => prefixed.push(new Uint8Array(0)));
    expect(opusError(() => prefixed.push(Uint8Array.of(0)))).toBe(second);
    expect(opusError(() => prefixed.finish())).toBe(second);
  });

  it('refuses mistakes of the caller', () => {
    const reader = createPacketFraming('u16be');
    expect(() => reader.push('bytes' as unknown as Uint8Array)).toThrow(TypeError);
    expect(reader.finish()).toEqual([]);
    expect(() => reader.push(new Uint8Array(1))).toThrow('push after finish');
    expect(() => reader.finish()).toThrow('finish was called before');
    for (const framing of ['u64be', 'toString', '', 7, null, undefined]) {
      expect(() => createPacketFraming(framing as PacketFraming)).toThrow(TypeError);
      expect(() => encodePacketFraming([], framing as PacketFraming)).toThrow(TypeError);
    }
    for (const maxPacketBytes of [0, 1.5, Number.NaN, -1]) {
      expect(() => createPacketFraming('u16be', { maxPacketBytes })).toThrow(RangeError);
    }
  });

  it('takes packets as large as it is told, and no larger', () => {
    const file = encodePacketFraming([new Uint8Array(100)], 'u16le');
    expect(parsePacketFraming(file, 'u16le', { maxPacketBytes: 100 })).toHaveLength(1);
    const error = opusError(() => parsePacketFraming(file, 'u16le', { maxPacketBytes: 99 }));
    expect(error).toMatchObject({ code: 'OPUS_BAD_FRAMING', field: 'length' });
    const whole = encodePacketFraming([new Uint8Array(2 ** 20)], 'u32be');
    expect(parsePacketFraming(whole, 'u32be')[0]!.byteLength).toBe(2 ** 20);
  });

  it('gives views of what was pushed, and plain arrays where Buffers came in', () => {
    const file = Buffer.from(encodePacketFraming(packets, 'u16be'));
    const [first] = createPacketFraming('u16be').push(file);
    expect(first!.packet.constructor).toBe(Uint8Array);
    expect(first!.packet.buffer).toBe(file.buffer);
  });
});

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
        { numRuns: 600 },
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
