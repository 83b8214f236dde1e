import { describe, expect, it } from 'vitest';
import { crc8 } from '../src/frame/crc8';
import { crc16 } from '../src/frame/crc16';
import { parseFrameHeader } from '../src/frame/frame-header';
import { codedNumber, writeFrame } from './support/frame-writer';

const subframes = [{ kind: 'constant', samples: [0n] }] as const;
const frame = (more: Partial<Parameters<typeof writeFrame>[0]> = {}) =>
  writeFrame({ blockSize: 100, bits: [16], subframes, ...more });
const header = (bytes: Uint8Array) => parseFrameHeader(bytes, 0, bytes.length);

it('checksums against those of the catalogue: CRC-8/SMBUS, CRC-16/UMTS', () => {
  const digits = new TextEncoder().encode('123456789');
  expect(crc8(digits, 0, 9)).toBe(0xf4);
  expect(crc16(digits, 0, 9)).toBe(0xfee8);
});

it('CRC-16 of any length and place is that of one byte after another', () => {
  const bytes = Uint8Array.from({ length: 200 }, (_, i) => (i * 151 + 43) & 255);
  for (let start = 0; start < 20; start++) {
    for (let end = start; end < 200; end += 7) {
      let slow = 0;
      for (let i = start; i < end; i++) {
        slow ^= bytes[i]! << 8;
        for (let bit = 0; bit < 8; bit++) slow = slow & 0x8000 ? ((slow << 1) ^ 0x8005) & 0xffff : slow << 1;
      }
      expect(crc16(bytes, start, end)).toBe(slow);
    }
  }
});

it.each([
  [1, 88_200],
  [2, 176_400],
  [3, 192_000],
  [4, 8000],
  [5, 16_000],
  [6, 22_050],
  [7, 24_000],
  [8, 32_000],
  [9, 44_100],
  [10, 48_000],
  [11, 96_000],
  [0, 0],
])('sample rate code %i: %i Hz', (rateCode, sampleRate) => {
  expect(header(frame({ rateCode }))).toMatchObject({ sampleRate, blockSize: 100 });
});

it('sample rates of their own: kHz, Hz, tens of Hz, up to 655,350', () => {
  expect(header(frame({ rateCode: 12, rateBytes: [255] }))!.sampleRate).toBe(255_000);
  expect(header(frame({ rateCode: 13, rateBytes: [0x98, 0x58] }))!.sampleRate).toBe(39_000);
  expect(header(frame({ rateCode: 14, rateBytes: [0xff, 0xff] }))!.sampleRate).toBe(655_350);
});

it('numbers of 1 to 7 bytes', () => {
  const numbers = [0, 127, 128, 2047, 2048, 65_535, 65_536, 2 ** 21 - 1, 2 ** 21, 2 ** 26, 2 ** 31 - 1];
  for (const number of numbers) expect(header(frame({ number }))).toMatchObject({ number, variable: false });
  for (const number of [2 ** 31, 2 ** 36 - 1]) {
    expect(codedNumber(number)).toHaveLength(7);
    expect(header(frame({ number, variable: true }))).toMatchObject({ number, variable: true });
    // Frames are counted in 31 bits.
    expect(header(frame({ number }))).toBeNull();
  }
});

describe('what is none', () => {
  it('reserved and forbidden values, with a right checksum', () => {
    const broken = (at: number, mask: number, value: number) => {
      const bytes = frame();
      bytes[at] = (bytes[at]! & ~mask) | value;
      bytes[7] = crc8(bytes, 0, 7);
      return header(bytes);
    };
    expect(broken(2, 0, 0)).not.toBeNull();
    expect(broken(1, 2, 2)).toBeNull();
    expect(broken(2, 0xf0, 0)).toBeNull();
    expect(broken(2, 0x0f, 15)).toBeNull();
    expect(broken(3, 0xf0, 0xb0)).toBeNull();
    expect(broken(3, 0x0e, 0x06)).toBeNull();
    expect(broken(3, 1, 1)).toBeNull();
    expect(broken(4, 0xff, 0xff)).toBeNull();
    expect(broken(4, 0xff, 0x80)).toBeNull();
  });

  it('a wrong checksum', () => {
    const bytes = frame();
    bytes[7]! ^= 1;
    expect(header(bytes)).toBeNull();
  });

  it('a header that is cut off is not known', () => {
    const bytes = frame({ number: 70_000, rateCode: 13, rateBytes: [0x98, 0x58] });
    const length = header(bytes)!.byteLength;
    for (let end = 0; end < length; end++) expect(parseFrameHeader(bytes, 0, end)).toBeUndefined();
    expect(parseFrameHeader(bytes, 0, length)).not.toBeNull();
  });
});
