import type { SampleType } from '@zarr-audio/codec';
import { crc32 } from './crc32';

export const FILE_HEADER_BYTES = 28;
export const BLOCK_HEADER_BYTES = 12;
const CHECKSUM_BYTES = 4;
export const MAX_CHANNELS = 16;
export const MAX_BLOCK_FRAMES = 4096;
export const MAX_SAMPLES = 2 ** 32 - 1;
const MAGIC = [...'ZAREFPCM'].map((letter) => letter.charCodeAt(0));
/** `BLCK` */
export const SYNC = [0x42, 0x4c, 0x43, 0x4b] as const;

/** What a file says of itself. */
export interface FileHeader {
  readonly sampleRate: number;
  readonly channels: number;
  readonly bitsPerSample: number;
  /** Most frames in a block. */
  readonly blockFrames: number;
  /** Samples per channel, or 0 where that is not known, */
  readonly totalSamples: number;
  /** and the CRC-32 of the samples of all blocks, as they lie in them. */
  readonly audioCrc32: number;
}

export interface BlockHeader {
  /** Of the block, per channel. */
  readonly firstSample: number;
  readonly frames: number;
}

/** Samples of up to 16 bits take two bytes, others four. */
export const sampleTypeOf = (bitsPerSample: number): SampleType => (bitsPerSample > 16 ? 'int32' : 'int16');
const widthOf = (bitsPerSample: number) => (bitsPerSample > 16 ? 4 : 2);

export function blockBytes(
  { channels, bitsPerSample }: Pick<FileHeader, 'channels' | 'bitsPerSample'>,
  frames: number,
) {
  return BLOCK_HEADER_BYTES + frames * channels * widthOf(bitsPerSample) + CHECKSUM_BYTES;
}

/**
 * ```text
 * 0   8  "ZAREFPCM"          all numbers little-endian
 * 8   4  sample rate, Hz
 * 12  1  channels, 1 to 16
 * 13  1  bits per sample, 1 to 32
 * 14  2  most frames in a block, 1 to 4096
 * 16  4  samples per channel, 0: not known
 * 20  4  CRC-32 of all samples
 * 24  4  CRC-32 of bytes 0 to 23
 * ```
 */
export function writeFileHeader(header: FileHeader): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FILE_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(8, header.sampleRate, true);
  bytes[12] = header.channels;
  bytes[13] = header.bitsPerSample;
  view.setUint16(14, header.blockFrames, true);
  view.setUint32(16, header.totalSamples, true);
  view.setUint32(20, header.audioCrc32, true);
  view.setUint32(24, crc32(bytes.subarray(0, 24)), true);
  return bytes;
}

/** The header that bytes begin with; undefined if they begin with none. */
export function parseFileHeader(bytes: Uint8Array): FileHeader | undefined {
  if (bytes.length < FILE_HEADER_BYTES || MAGIC.some((byte, i) => bytes[i] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, FILE_HEADER_BYTES);
  if (view.getUint32(24, true) !== crc32(bytes.subarray(0, 24))) return undefined;
  const header = {
    sampleRate: view.getUint32(8, true),
    channels: bytes[12]!,
    bitsPerSample: bytes[13]!,
    blockFrames: view.getUint16(14, true),
    totalSamples: view.getUint32(16, true),
    audioCrc32: view.getUint32(20, true),
  };
  const { sampleRate, channels, bitsPerSample, blockFrames } = header;
  const isPossible =
    sampleRate > 0 &&
    isWithin(channels, MAX_CHANNELS) &&
    isWithin(bitsPerSample, 32) &&
    isWithin(blockFrames, MAX_BLOCK_FRAMES);
  return isPossible ? header : undefined;
}

/**
 * ```text
 * 0   4  "BLCK"
 * 4   4  first sample
 * 8   2  frames
 * 10  2  lower half of the CRC-32 of bytes 0 to 9
 * 12     samples, interleaved, of 2 or 4 bytes
 *     4  CRC-32 of all before
 * ```
 *
 * @param samples  As they lie in the block.
 */
export function writeBlock({ firstSample, frames }: BlockHeader, samples: Uint8Array): Uint8Array<ArrayBuffer> {
  const end = BLOCK_HEADER_BYTES + samples.length;
  const bytes = new Uint8Array(end + CHECKSUM_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(SYNC);
  view.setUint32(4, firstSample, true);
  view.setUint16(8, frames, true);
  view.setUint16(10, crc32(bytes.subarray(0, 10)) & 0xffff, true);
  bytes.set(samples, BLOCK_HEADER_BYTES);
  view.setUint32(end, crc32(bytes.subarray(0, end)), true);
  return bytes;
}

/** The header of a block that begins at a byte; undefined if none does. There have to be `BLOCK_HEADER_BYTES` bytes. */
export function parseBlockHeader(bytes: Uint8Array, at: number): BlockHeader | undefined {
  if (SYNC.some((byte, i) => bytes[at + i] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, BLOCK_HEADER_BYTES);
  if (view.getUint16(10, true) !== (crc32(bytes.subarray(at, at + 10)) & 0xffff)) return undefined;
  return { firstSample: view.getUint32(4, true), frames: view.getUint16(8, true) };
}

/** Does the checksum of a block hold that is all there? */
export function isSound(block: Uint8Array): boolean {
  const end = block.length - CHECKSUM_BYTES;
  const view = new DataView(block.buffer, block.byteOffset + end, CHECKSUM_BYTES);
  return view.getUint32(0, true) === crc32(block.subarray(0, end));
}

/** The samples of a block, as they lie in it. */
export function samplesOf(block: Uint8Array): Uint8Array {
  return block.subarray(BLOCK_HEADER_BYTES, block.length - CHECKSUM_BYTES);
}

function isWithin(value: number, most: number): boolean {
  return value >= 1 && value <= most;
}
