import { describe, expect, it } from 'vitest';
import {
  createPacketFraming,
  encodeOpusDemo,
  encodePacketFraming,
  encodeSelfDelimited,
  type PacketFraming,
  parsePacketFraming,
  readFramedPackets,
} from '../src';
import { concat, framesOf, layOut } from './framed-packets';
import { opusError } from './opus-errors';
import { inPieces, read } from './pieces';

const packets = [[5], [], [1, 2, 3], [4]].map((bytes) => Uint8Array.from(bytes));

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

  it('are copied: what was pushed stays as it was', () => {
    const packet = layOut({ config: 31, stereo: false, code: 2, frames: framesOf([5, 6]) });
    const file = encodePacketFraming([packet, packet], 'self-delimited');
    const pushed = file.slice();
    const found = parsePacketFraming(pushed, 'self-delimited');
    expect(pushed).toEqual(file);
    pushed.fill(0);
    expect(found.map((framed) => framed.packet)).toEqual([packet, packet]);
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
    const atOnce = createPacketFraming('u32be');
    expect(opusError(() => atOnce.push(Uint8Array.of(99, 0, 0, 0))).field).toBe('length');
    expect(opusError(() => atOnce.finish()).field).toBe('length');
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

describe('readFramedPackets', () => {
  async function* chunks(file: Uint8Array, closed: string[]) {
    try {
      yield* inPieces(file, 3);
    } finally {
      closed.push('closed');
    }
  }

  it('gives packets from any source of bytes, and closes it', async () => {
    const file = encodePacketFraming(packets, 'u16be');
    const closed: string[] = [];
    const found: Uint8Array[] = [];
    for await (const { packet } of readFramedPackets(chunks(file, closed), 'u16be')) found.push(packet);
    expect(found).toEqual(packets);
    for await (const { packet } of readFramedPackets([file], 'u16be')) {
      expect(packet).toEqual(packets[0]);
      break;
    }
    for await (const { byteOffset } of readFramedPackets(chunks(file, closed), 'u16be')) {
      expect(byteOffset).toBe(2);
      break;
    }
    expect(closed).toEqual(['closed', 'closed']);
  });

  it('gives what stands before a broken place, then throws', async () => {
    const file = concat([encodePacketFraming(packets, 'u32le'), Uint8Array.of(9)]);
    for (const source of [[file], inPieces(file, 2)]) {
      const found: Uint8Array[] = [];
      const reading = async () => {
        for await (const { packet } of readFramedPackets(source, 'u32le')) found.push(packet);
      };
      await expect(reading()).rejects.toMatchObject({ code: 'OPUS_BAD_FRAMING', byteOffset: file.length - 1 });
      expect(found).toEqual(packets);
    }
    await expect(readFramedPackets([file], 'undelimited').next()).rejects.toMatchObject({ code: 'OPUS_UNDELIMITED' });
  });
});
