import { checkChannels, usualMask } from './channel-order';
import type { PcmData, SampleType } from './pcm';

export interface WavOutput {
  /** Hz; an integer in [1, 2^32). */
  readonly sampleRate: number;
  readonly channels: number;
  readonly sampleType: SampleType;
  /** Significant bits of an integer sample, which is right-aligned; of no meaning for float32. */
  readonly bitsPerSample: number;
  /** Samples per channel. */
  readonly frames: number;
  /** The channels have no speakers (ambisonics, separate tracks): the header names none. */
  readonly isDiscrete?: boolean;
  /** Speakers of the channels (dwChannelMask), if they are not the usual ones; 0: none. An integer in [0, 2^32). */
  readonly channelMask?: number | undefined;
  /** Chunks that stand behind the samples, as they are: `guan`, `bext`, ... */
  readonly chunks?: readonly WavChunk[];
}

export interface WavChunk {
  /** Four ASCII characters. */
  readonly name: string;
  /** Under 4 GiB. */
  readonly bytes: Uint8Array;
}

/** KSDATAFORMAT_SUBTYPE_PCM and _IEEE_FLOAT without their first two bytes. */
const GUID_TAIL = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
const UNKNOWN_SIZE = 0xffff_ffff;

interface Layout {
  readonly isFloat: boolean;
  readonly sampleBytes: number;
  readonly validBits: number;
  readonly blockAlign: number;
  readonly dataBytes: number;
}

/**
 * The bytes of a WAV file before its samples. The samples (`encodeWavSamples`) follow, then `wavTrailer`.
 *
 * int16 is written in 2 bytes, int32 of up to 24 bits in 3, of more in 4, float32 in 4. The format is EXTENSIBLE above two
 * channels, above 16 bits, and where samples have fewer bits than their bytes; the file RF64 above 4 GiB.
 *
 * @throws {RangeError} if a number, or the name of a chunk, is out of its range.
 * @throws {TypeError} if the sample type is none.
 */
export function encodeWavHeader(output: WavOutput): Uint8Array<ArrayBuffer> {
  const { sampleRate, channels, frames, isDiscrete = false, chunks = [] } = output;
  const { channelMask = isDiscrete ? 0 : usualMask(channels) } = output;
  const { isFloat, sampleBytes, validBits, blockAlign, dataBytes } = layout(output);
  const extensible = output.channelMask !== undefined || channels > 2 || sampleBytes > 2 || validBits < 8 * sampleBytes;
  const formatBytes = extensible ? 40 : 16;
  const factBytes = isFloat ? 12 : 0;
  const headerBytes = 4 + 8 + formatBytes + factBytes + 8;
  const restBytes =
    headerBytes + dataBytes + (dataBytes % 2) + chunks.reduce((sum, chunk) => sum + storedBytes(chunk), 0);
  const isLong = restBytes >= UNKNOWN_SIZE;
  const header = new Uint8Array(8 + headerBytes + (isLong ? 36 : 0));
  const view = new DataView(header.buffer);
  let at = 0;
  const text = (value: string) => {
    for (const character of value) header[at++] = character.charCodeAt(0);
  };
  const u16 = (value: number) => {
    view.setUint16(at, value, true);
    at += 2;
  };
  const u32 = (value: number) => {
    view.setUint32(at, value, true);
    at += 4;
  };
  const u64 = (value: number) => {
    view.setBigUint64(at, BigInt(value), true);
    at += 8;
  };
  text(isLong ? 'RF64' : 'RIFF');
  u32(isLong ? UNKNOWN_SIZE : restBytes);
  text('WAVE');
  if (isLong) {
    // EBU Tech 3306: sizes of the file, the data, the frames; no table.
    text('ds64');
    u32(28);
    u64(restBytes + 36);
    u64(dataBytes);
    u64(frames);
    u32(0);
  }
  text('fmt ');
  u32(formatBytes);
  u16(extensible ? 0xfffe : 1);
  u16(channels);
  u32(sampleRate);
  u32(Math.min(sampleRate * blockAlign, UNKNOWN_SIZE));
  u16(blockAlign);
  u16(8 * sampleBytes);
  if (extensible) {
    u16(22);
    u16(validBits);
    u32(channelMask);
    u16(isFloat ? 3 : 1);
    header.set(GUID_TAIL, at);
    at += GUID_TAIL.length;
  }
  if (isFloat) {
    text('fact');
    u32(4);
    u32(Math.min(frames, UNKNOWN_SIZE));
  }
  text('data');
  u32(isLong ? UNKNOWN_SIZE : dataBytes);
  return header;
}

/**
 * Samples as a WAV file holds them. A file may be written in pieces of any number of samples.
 *
 * @throws {TypeError} if the array is not of the sample type.
 */
export function encodeWavSamples(
  samples: PcmData,
  output: Pick<WavOutput, 'sampleType' | 'bitsPerSample'>,
): Uint8Array<ArrayBuffer> {
  checkType(samples, output.sampleType);
  const { isFloat, sampleBytes, validBits } = sampleLayout(output);
  const bytes = new Uint8Array(samples.length * sampleBytes);
  const view = new DataView(bytes.buffer);
  const up = isFloat ? 0 : 8 * sampleBytes - validBits;
  if (isFloat) for (let i = 0; i < samples.length; i++) view.setFloat32(4 * i, samples[i]!, true);
  else if (sampleBytes === 2) for (let i = 0; i < samples.length; i++) view.setInt16(2 * i, samples[i]! << up, true);
  else if (sampleBytes === 4) for (let i = 0; i < samples.length; i++) view.setInt32(4 * i, samples[i]! << up, true);
  else {
    for (let i = 0, at = 0; i < samples.length; i++) {
      const sample = samples[i]! << up;
      bytes[at++] = sample;
      bytes[at++] = sample >> 8;
      bytes[at++] = sample >> 16;
    }
  }
  return bytes;
}

/** What stands after the samples: a pad byte where they are an odd number of bytes, and the chunks. */
export function wavTrailer(output: WavOutput): Uint8Array<ArrayBuffer> {
  const { chunks = [] } = output;
  let at = layout(output).dataBytes % 2;
  const trailer = new Uint8Array(at + chunks.reduce((sum, chunk) => sum + storedBytes(chunk), 0));
  const view = new DataView(trailer.buffer);
  for (const chunk of chunks) {
    for (let i = 0; i < 4; i++) trailer[at + i] = chunk.name.charCodeAt(i);
    view.setUint32(at + 4, chunk.bytes.byteLength, true);
    trailer.set(chunk.bytes, at + 8);
    at += storedBytes(chunk);
  }
  return trailer;
}

/** Its name, its length, its bytes, and a pad byte where these are an odd number. */
function storedBytes({ name, bytes: { byteLength } }: WavChunk): number {
  if (!/^[\x20-\x7e]{4}$/.test(name)) throw new RangeError(`a chunk can't be called '${name}'`);
  if (byteLength > 0xffff_fffe) throw new RangeError(`the chunk ${name} has ${byteLength} bytes`);
  return 8 + byteLength + (byteLength % 2);
}

/**
 * A whole WAV file.
 *
 * @param samples  Interleaved, in WAV order, of `sampleType`.
 * @throws {RangeError} if they are no whole frames.
 */
export function encodeWav(samples: PcmData, output: Omit<WavOutput, 'frames'>): Uint8Array<ArrayBuffer> {
  checkChannels(output.channels);
  const frames = samples.length / output.channels;
  if (!Number.isInteger(frames)) {
    throw new RangeError(`${samples.length} samples are no whole frames of ${output.channels} channels`);
  }
  const whole = { ...output, frames };
  const parts = [encodeWavHeader(whole), encodeWavSamples(samples, output), wavTrailer(whole)];
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.byteLength;
  }
  return file;
}

function layout({ sampleRate, channels, frames, ...output }: WavOutput): Layout {
  checkChannels(channels);
  if (!Number.isInteger(sampleRate) || sampleRate < 1 || sampleRate > 0xffff_ffff) {
    throw new RangeError(`sampleRate is ${sampleRate}, not an integer in [1, 2^32)`);
  }
  if (!Number.isSafeInteger(frames) || frames < 0) throw new RangeError(`frames is ${frames}`);
  const { channelMask = 0 } = output;
  if (!Number.isInteger(channelMask) || channelMask < 0 || channelMask > 0xffff_ffff) {
    throw new RangeError(`channelMask is ${channelMask}, not an integer in [0, 2^32)`);
  }
  const sample = sampleLayout(output);
  const blockAlign = channels * sample.sampleBytes;
  const dataBytes = frames * blockAlign;
  if (blockAlign > 65_535 || !Number.isSafeInteger(dataBytes + 1_000)) {
    throw new RangeError(`${frames} frames of ${channels} channels of ${sample.sampleBytes} bytes fit no WAV file`);
  }
  return { ...sample, blockAlign, dataBytes };
}

function sampleLayout({ sampleType, bitsPerSample }: Pick<WavOutput, 'sampleType' | 'bitsPerSample'>) {
  if (sampleType === 'float32') return { isFloat: true, sampleBytes: 4, validBits: 32 };
  if (sampleType !== 'int16' && sampleType !== 'int32') throw new TypeError(`there is no sample type ${sampleType}`);
  const mostBits = sampleType === 'int16' ? 16 : 32;
  if (!Number.isInteger(bitsPerSample) || bitsPerSample < 1 || bitsPerSample > mostBits) {
    throw new RangeError(`bitsPerSample is ${bitsPerSample}, not an integer in [1, ${mostBits}]`);
  }
  const sampleBytes = sampleType === 'int16' ? 2 : bitsPerSample <= 24 ? 3 : 4;
  return { isFloat: false, sampleBytes, validBits: bitsPerSample };
}

function checkType(samples: PcmData, sampleType: SampleType): void {
  const actual = samples instanceof Int16Array ? 'int16' : samples instanceof Int32Array ? 'int32' : 'float32';
  if (actual !== sampleType) throw new TypeError(`the samples are ${actual}, not ${sampleType}`);
}
