import { CodedError, type PcmFormat, type SampleType } from '@zarr-audio/codec';
import { crc32 } from './crc32.js';

/*
 * A file is a header, blocks of samples, and an end. All numbers are little-endian.
 *
 *   header   0  8  "CHKDPCM" and a byte 1, the version
 *            8  4  samples a second and channel, 1..2^32-1
 *           12  2  channels, 1..65535
 *           14  1  type of a sample: 1 int16, 2 int32, 3 float32
 *           15  1  significant bits of a sample: 1..16, 1..32, 32
 *           16  4  frames of every block but the last, which may have fewer
 *           20  4  CRC-32 of the 20 bytes before
 *
 *   block    0  4  "CBLK"
 *            4  4  its number, from 0
 *            8  4  frames in it, at least 1
 *           12  4  CRC-32 of the 12 bytes before
 *           16  n  samples, interleaved
 *         16+n  4  CRC-32 of the samples
 *
 *   end      0  4  "CEND"
 *            4  4  number of blocks
 *            8  4  0
 *           12  4  CRC-32 of the 12 bytes before
 *
 * Why so: the length of a block is known from its first 16 bytes, which have a checksum of their own, so a reader trusts a length
 * before it waits for the bytes, and finds the next block when some are damaged. The number says where a block belongs when those
 * before it are lost. Nothing in the file depends on what comes later, so it can be written while the audio comes in.
 */

export const FILE_HEADER_BYTES = 24;
/** Of a block or of the end. */
export const RECORD_HEADER_BYTES = 16;
const SAMPLES_CRC_BYTES = 4;
/** A reader holds one block: what a file may ask of it has a limit. */
export const MAX_BLOCK_BYTES = 2 ** 24;

const MAGIC = [...'CHKDPCM'].map((letter) => letter.charCodeAt(0)).concat(1);
const BLOCK_MAGIC = 0x4b4c4243; // "CBLK"
const END_MAGIC = 0x444e4543; // "CEND"
const FIRST_LETTER = 0x43; // of both
export const SAMPLE_TYPES: readonly { readonly type: SampleType; readonly bytes: number }[] = [
  { type: 'int16', bytes: 2 },
  { type: 'int32', bytes: 4 },
  { type: 'float32', bytes: 4 },
];

/** What the header of a file says. */
export interface FileHeader extends PcmFormat {
  readonly blockFrames: number;
}

/** The first bytes of a block, or of the end. */
export interface RecordHeader {
  readonly kind: 'block' | 'end';
  readonly number: number;
  readonly frames: number;
}

export function isCheckedPcm(head: Uint8Array): boolean {
  return MAGIC.every((byte, i) => head[i] === byte);
}

/** Bytes of one frame: a sample of each channel. */
export function frameBytes({ sampleType, channels }: Pick<PcmFormat, 'sampleType' | 'channels'>): number {
  return SAMPLE_TYPES.find(({ type }) => type === sampleType)!.bytes * channels;
}

/** All bytes of a block of so many frames. */
export function blockBytes(format: Pick<PcmFormat, 'sampleType' | 'channels'>, frames: number): number {
  return RECORD_HEADER_BYTES + frames * frameBytes(format) + SAMPLES_CRC_BYTES;
}

/** @throws {CodedError} `CPCM_BAD_HEADER` */
export function parseFileHeader(bytes: Uint8Array): FileHeader {
  if (bytes.length < FILE_HEADER_BYTES || !isCheckedPcm(bytes)) throw badHeader('there is none');
  const view = viewOf(bytes);
  if (view.getUint32(20, true) !== crc32(bytes.subarray(0, 20))) throw badHeader('its checksum is wrong');
  const type = SAMPLE_TYPES[bytes[14]! - 1]?.type;
  if (!type) throw badHeader(`type of samples ${bytes[14]}`);
  const header: FileHeader = {
    sampleRate: view.getUint32(8, true),
    channels: view.getUint16(12, true),
    sampleType: type,
    bitsPerSample: bytes[15]!,
    blockFrames: view.getUint32(16, true),
  };
  const problem = impossible(header);
  if (problem) throw badHeader(problem);
  return header;
}

/** What no file can have, whoever says it: a header, the attributes of a recording, the options of an encoder. */
export function impossible(header: FileHeader): string | undefined {
  const { sampleRate, channels, sampleType, bitsPerSample, blockFrames } = header;
  const isCount = (value: number, max: number) => Number.isInteger(value) && value >= 1 && value <= max;
  if (!isCount(sampleRate, 2 ** 32 - 1)) return `${sampleRate} Hz`;
  if (!isCount(channels, 65_535)) return `${channels} channels`;
  const maxBits = sampleType === 'int16' ? 16 : 32;
  if (!isCount(bitsPerSample, maxBits) || (sampleType === 'float32' && bitsPerSample !== 32)) {
    return `${bitsPerSample} bits of ${sampleType}`;
  }
  if (!isCount(blockFrames, 2 ** 32 - 1) || blockBytes(header, blockFrames) > MAX_BLOCK_BYTES) {
    return `blocks of ${blockFrames} frames`;
  }
  return undefined;
}

export function writeFileHeader(header: FileHeader): Uint8Array {
  const bytes = new Uint8Array(FILE_HEADER_BYTES);
  const view = viewOf(bytes);
  bytes.set(MAGIC);
  view.setUint32(8, header.sampleRate, true);
  view.setUint16(12, header.channels, true);
  bytes[14] = SAMPLE_TYPES.findIndex(({ type }) => type === header.sampleType) + 1;
  bytes[15] = header.bitsPerSample;
  view.setUint32(16, header.blockFrames, true);
  view.setUint32(20, crc32(bytes.subarray(0, 20)), true);
  return bytes;
}

/** @returns undefined if no block or end of this file begins here. */
export function parseRecordHeader(bytes: Uint8Array, { blockFrames }: FileHeader): RecordHeader | undefined {
  if (bytes.length < RECORD_HEADER_BYTES) return undefined;
  const view = viewOf(bytes);
  const magic = view.getUint32(0, true);
  if (magic !== BLOCK_MAGIC && magic !== END_MAGIC) return undefined;
  if (view.getUint32(12, true) !== crc32(bytes.subarray(0, 12))) return undefined;
  const kind = magic === BLOCK_MAGIC ? 'block' : 'end';
  const number = view.getUint32(4, true);
  const frames = view.getUint32(8, true);
  if (kind === 'block' ? frames < 1 || frames > blockFrames : frames !== 0) return undefined;
  // Samples are counted in numbers of JavaScript.
  if ((number + 1) * blockFrames > Number.MAX_SAFE_INTEGER) return undefined;
  return { kind, number, frames };
}

/** The next place from `from` on where a block or the end may begin, or begins to begin; where there is none, the length. */
export function findRecord(bytes: Uint8Array, from: number): number {
  const view = viewOf(bytes);
  for (let at = bytes.indexOf(FIRST_LETTER, from); at >= 0; at = bytes.indexOf(FIRST_LETTER, at + 1)) {
    if (at + 4 > bytes.length) return at;
    const magic = view.getUint32(at, true);
    if (magic === BLOCK_MAGIC || magic === END_MAGIC) return at;
  }
  return bytes.length;
}

/** A block of which the samples are still zero: whoever fills them in calls `sealBlock` then. */
export function createBlock(format: PcmFormat, number: number, frames: number): Uint8Array {
  const bytes = new Uint8Array(blockBytes(format, frames));
  writeRecordHeader(bytes, BLOCK_MAGIC, number, frames);
  return bytes;
}

export function sealBlock(block: Uint8Array): void {
  viewOf(block).setUint32(block.length - SAMPLES_CRC_BYTES, crc32(samplesOf(block)), true);
}

export function samplesOf(block: Uint8Array): Uint8Array {
  return block.subarray(RECORD_HEADER_BYTES, block.length - SAMPLES_CRC_BYTES);
}

/** Are the samples what they were when the block was written? */
export function isSound(block: Uint8Array): boolean {
  return viewOf(block).getUint32(block.length - SAMPLES_CRC_BYTES, true) === crc32(samplesOf(block));
}

export function writeEnd(blocks: number): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEADER_BYTES);
  writeRecordHeader(bytes, END_MAGIC, blocks, 0);
  return bytes;
}

function writeRecordHeader(bytes: Uint8Array, magic: number, number: number, frames: number): void {
  const view = viewOf(bytes);
  view.setUint32(0, magic, true);
  view.setUint32(4, number, true);
  view.setUint32(8, frames, true);
  view.setUint32(12, crc32(bytes.subarray(0, 12)), true);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function badHeader(why: string): CodedError {
  return new CodedError('CPCM_BAD_HEADER', `the header is not that of checked PCM: ${why}`, { why });
}
