import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { encodeOpusDemo, encodePacketFraming, looksLikeOpusDemo, parseOpusDemo } from '../src';
import { readFixture } from './fixture-files';
import { concat } from './framed-packets';

const fixtures = fileURLToPath(new URL('../../../fixtures/', import.meta.url));
const vectors = ['01', '03', '05', '08', '11'].map((number) => `opus_vectors/testvector${number}.bit`);

/** A record laid out by hand. */
function record(byteLength: number, finalRange: number, ...packet: number[]): Uint8Array {
  const header = new DataView(new ArrayBuffer(8));
  header.setUint32(0, byteLength);
  header.setUint32(4, finalRange);
  return concat([new Uint8Array(header.buffer), Uint8Array.from(packet)]);
}

const range = 0x1234_5678;
const one = record(2, range, 248, 9);

describe('looksLikeOpusDemo', () => {
  it.each(vectors)('knows %s by its first bytes and by all', (path) => {
    const file = readFixture(path);
    for (const byteLength of [4096, 65_536, file.length]) {
      const head = file.subarray(0, byteLength);
      expect(looksLikeOpusDemo(head)).toBe(true);
      expect(looksLikeOpusDemo(head, file.length)).toBe(true);
    }
    expect(looksLikeOpusDemo(file.subarray(1, 4097))).toBe(false);
    expect(looksLikeOpusDemo(file.subarray(8, 4104))).toBe(false);
  });

  it('takes no other file of the fixtures for one', () => {
    const files = readdirSync(fixtures, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const taken = files.flatMap(({ parentPath, name }) => {
      const path = join(parentPath, name);
      const file = new Uint8Array(readFileSync(path));
      const heads = [100, 4096, 65_536, file.length].map((byteLength) => file.subarray(0, byteLength));
      const found = heads.some((head) => looksLikeOpusDemo(head) || looksLikeOpusDemo(head, file.length));
      return found && !name.endsWith('.bit') ? [relative(fixtures, path)] : [];
    });
    expect(files.length).toBeGreaterThan(200);
    expect(taken).toEqual([]);
  });

  it('needs two whole packets, or one that is all of the file', () => {
    expect(looksLikeOpusDemo(one)).toBe(false);
    expect(looksLikeOpusDemo(one, 10)).toBe(true);
    expect(looksLikeOpusDemo(one, 11)).toBe(false);
    expect(looksLikeOpusDemo(concat([one, one]))).toBe(true);
    expect(looksLikeOpusDemo(concat([one, one.subarray(0, 9)]))).toBe(false);
    expect(looksLikeOpusDemo(concat([one, record(0, 0)]))).toBe(false);
    expect(looksLikeOpusDemo(concat([one, record(0, 0), one]))).toBe(true);
    expect(looksLikeOpusDemo(new Uint8Array(0))).toBe(false);
    expect(looksLikeOpusDemo(new Uint8Array(0), 0)).toBe(false);
    expect(looksLikeOpusDemo(new Uint8Array(4096))).toBe(false);
  });

  it('takes a packet that the head cuts by its first two bytes', () => {
    const two = concat([one, one]);
    for (const rest of [[], [0, 0], [...record(9, range)], [...record(9, range, 248)], [...record(9, range, 251, 6)]]) {
      expect(looksLikeOpusDemo(concat([two, Uint8Array.from(rest)]))).toBe(true);
    }
    expect(looksLikeOpusDemo(concat([two, record(9, range, 251, 0)]))).toBe(false);
    expect(looksLikeOpusDemo(concat([two, record(9, range, 251, 7)]))).toBe(false);
    expect(looksLikeOpusDemo(concat([two, record(1_000_000, range, 248)]))).toBe(false);
    expect(looksLikeOpusDemo(concat([two, record(9, range, 248)]), 37)).toBe(true);
    expect(looksLikeOpusDemo(concat([two, record(9, range, 248)]), 36)).toBe(false);
  });

  it('takes no packets that break RFC 6716', () => {
    const withPacket = (...packet: number[]) => concat([one, one, record(packet.length, range, ...packet), one]);
    for (const packet of [
      [249, 1, 2],
      [250, 1, 9],
      [251, 2, 0, 0],
    ]) {
      expect(looksLikeOpusDemo(withPacket(...packet))).toBe(true);
    }
    for (const packet of [[249, 1], [250, 9], [251], [251, 0], [251, 7], [248, ...new Array(1276).fill(0)]]) {
      expect(looksLikeOpusDemo(withPacket(...packet))).toBe(false);
    }
  });

  it('takes no ranges that no range coder has, but for a few', () => {
    const withRange = (finalRange: number) => record(2, finalRange, 248, 9);
    const file = (...ranges: number[]) => looksLikeOpusDemo(concat(ranges.map(withRange)));
    for (const possible of [0, 2 ** 23 + 1, 2 ** 31]) expect(looksLikeOpusDemo(withRange(possible), 10)).toBe(true);
    for (const not of [1, 2 ** 23, 2 ** 31 + 1]) expect(looksLikeOpusDemo(withRange(not), 10)).toBe(false);
    expect(file(range, range, 1, 0xffff_ffff)).toBe(true);
    expect(file(range, 2, 1, 0xffff_ffff)).toBe(false);
  });

  it('takes no boxes of letters, whose lengths chain in the same way', () => {
    // As in an MP4 file whose brand has bytes of a packet: `moov` holds `mvhd`, `trak` holds `tkhd`, ...
    const letters = (text: string) => new DataView(new TextEncoder().encode(text).buffer).getUint32(0);
    const boxes = ['ftyp', 'mvhd', 'tkhd', 'elst'].map((name) => record(12, letters(name), ...new Array(12).fill(0)));
    expect(looksLikeOpusDemo(concat(boxes))).toBe(false);
    expect(looksLikeOpusDemo(concat([...boxes, one]))).toBe(true);
  });

  it('knows what encodePacketFraming writes', () => {
    const packets = parseOpusDemo(readFixture(vectors[1]!)).map(({ packet }) => packet);
    expect(looksLikeOpusDemo(encodePacketFraming(packets, 'opus-demo'))).toBe(true);
    expect(looksLikeOpusDemo(encodeOpusDemo([{ packet: packets[0]!, finalRange: 7 }]))).toBe(false);
    for (const framing of ['self-delimited', 'u16be', 'u16le', 'u32be', 'u32le'] as const) {
      expect(looksLikeOpusDemo(encodePacketFraming(packets, framing))).toBe(false);
    }
  });

  it('refuses a head that is longer than the file', () => {
    expect(() => looksLikeOpusDemo(one, 9)).toThrow(RangeError);
    expect(() => looksLikeOpusDemo(one, Number.NaN)).toThrow(RangeError);
  });
});
