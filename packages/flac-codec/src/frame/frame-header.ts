import { crc8 } from './crc8';

/** How the two channels of a frame are coded. `none`: each on its own, also where there are not two. RFC 9639 §9.1.3 */
export type Decorrelation = 'none' | 'left-side' | 'side-right' | 'mid-side';

/**
 * The header of a frame.
 *
 * ```text
 * 15 bits sync 111111111111100 | 1 blocking strategy
 *  4 block size | 4 sample rate | 4 channels | 3 bits per sample | 1 reserved (0)
 *  8..56 coded number | 0, 8 or 16 block size - 1 | 0, 8 or 16 sample rate | 8 CRC-8
 * ```
 *
 * @see RFC 9639 §9.1
 */
export interface FrameHeader {
  /** Block size may change from frame to frame, and `number` counts samples; else it counts frames. */
  readonly variable: boolean;
  /** Samples per channel, 1 to 65,536. (RFC 9639 §9.1.1 forbids 65,536; libFLAC takes it.) */
  readonly blockSize: number;
  /** Hz; 0: that of STREAMINFO. */
  readonly sampleRate: number;
  readonly channels: number;
  readonly decorrelation: Decorrelation;
  /** 0: that of STREAMINFO. */
  readonly bitsPerSample: number;
  /** Of the frame, below 2^31, or of its first sample, below 2^36. */
  readonly number: number;
  /** The CRC-8 included. */
  readonly byteLength: number;
}

/** Samples per channel of the longest frame. */
export const MAX_BLOCK_SIZE = 65_536;

const BLOCK_SIZES = [0, 192, 576, 1152, 2304, 4608, 0, 0, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768] as const;
const SAMPLE_RATES = [
  0, 88_200, 176_400, 192_000, 8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000,
] as const;
const SAMPLE_BITS = [0, 8, 12, -1, 16, 20, 24, 32] as const;
const DECORRELATIONS = ['left-side', 'side-right', 'mid-side'] as const;

/**
 * Reads the frame header at `bytes[at]`, and compares its checksum.
 *
 * @param end  Where the bytes end.
 * @returns The header; null if there is none; undefined if the bytes end before it could be told.
 */
export function parseFrameHeader(bytes: Uint8Array, at: number, end: number): FrameHeader | null | undefined {
  if (at < end && bytes[at] !== 0xff) return null;
  if (at + 1 < end && (bytes[at + 1]! & 0xfe) !== 0xf8) return null;
  if (at + 5 > end) return undefined;
  const third = bytes[at + 2]!;
  const fourth = bytes[at + 3]!;
  const sizeCode = third >>> 4;
  const rateCode = third & 15;
  const channelCode = fourth >>> 4;
  const bitsPerSample = SAMPLE_BITS[(fourth >>> 1) & 7]!;
  if (sizeCode === 0 || rateCode === 15 || channelCode > 10 || bitsPerSample < 0 || fourth & 1) return null;
  const numberBytes = codedNumberLength(bytes[at + 4]!);
  if (numberBytes === 0) return null;
  const sizeBytes = sizeCode === 6 ? 1 : sizeCode === 7 ? 2 : 0;
  const rateBytes = rateCode === 12 ? 1 : rateCode >= 13 ? 2 : 0;
  const byteLength = 4 + numberBytes + sizeBytes + rateBytes + 1;
  if (at + byteLength > end) return undefined;
  if (crc8(bytes, at, at + byteLength) !== 0) return null;
  const number = codedNumber(bytes, at + 4, numberBytes);
  const variable = (bytes[at + 1]! & 1) === 1;
  if (number < 0 || (!variable && numberBytes > 6)) return null;
  let next = at + 4 + numberBytes;
  const blockSize = sizeBytes === 0 ? BLOCK_SIZES[sizeCode]! : bigEndian(bytes, next, sizeBytes) + 1;
  next += sizeBytes;
  const rateScale = rateCode === 12 ? 1000 : rateCode === 14 ? 10 : 1;
  const sampleRate = rateBytes === 0 ? SAMPLE_RATES[rateCode]! : bigEndian(bytes, next, rateBytes) * rateScale;
  return {
    variable,
    blockSize,
    sampleRate,
    channels: channelCode < 8 ? channelCode + 1 : 2,
    decorrelation: channelCode < 8 ? 'none' : DECORRELATIONS[channelCode - 8]!,
    bitsPerSample,
    number,
    byteLength,
  };
}

function bigEndian(bytes: Uint8Array, at: number, byteLength: 1 | 2): number {
  return byteLength === 1 ? bytes[at]! : (bytes[at]! << 8) | bytes[at + 1]!;
}

/** Bytes of a coded number, by its first; 0 if it can't be one. The code is that of UTF-8, up to 7 bytes. §9.1.5 */
function codedNumberLength(first: number): number {
  if (first < 0x80) return 1;
  const ones = Math.clz32(~(first << 24));
  return ones >= 2 && ones <= 7 ? ones : 0;
}

/** -1 if a byte behind the first is not `10xxxxxx`. */
function codedNumber(bytes: Uint8Array, at: number, byteLength: number): number {
  if (byteLength === 1) return bytes[at]!;
  let value = bytes[at]! & (0x7f >>> byteLength);
  for (let i = 1; i < byteLength; i++) {
    const byte = bytes[at + i]!;
    if ((byte & 0xc0) !== 0x80) return -1;
    value = value * 64 + (byte & 0x3f);
  }
  return value;
}
