import { crc8 } from '../../src/frame/crc8';
import { crc16 } from '../../src/frame/crc16';

/** Bits, most significant first. */
export class BitWriter {
  readonly bytes: number[] = [];
  #free = 0;

  write(value: bigint | number, bits: number): void {
    const number = BigInt.asUintN(bits, BigInt(value));
    for (let i = bits - 1; i >= 0; i--) {
      if (this.#free === 0) {
        this.bytes.push(0);
        this.#free = 8;
      }
      this.#free--;
      this.bytes[this.bytes.length - 1]! |= Number((number >> BigInt(i)) & 1n) << this.#free;
    }
  }

  unary(zeros: number): void {
    for (let i = 0; i < zeros; i++) this.write(0, 1);
    this.write(1, 1);
  }

  align(): void {
    this.#free = 0;
  }
}

export type Residual =
  | {
      readonly kind: 'rice';
      readonly method: 0 | 1;
      readonly parameters: readonly number[];
      /** Also residuals that RFC 9639 §9.2.7.3 forbids. */
      readonly forbidden?: boolean;
    }
  | { readonly kind: 'escape'; readonly method: 0 | 1; readonly bits: number };

export type Subframe = { readonly wasted?: number; readonly samples: readonly bigint[] } & (
  | { readonly kind: 'constant' | 'verbatim' }
  | { readonly kind: 'fixed'; readonly order: number; readonly residual: Residual }
  | {
      readonly kind: 'linear';
      readonly coefficients: readonly number[];
      readonly precision: number;
      readonly shift: number;
      readonly residual: Residual;
    }
);

const FIXED = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

export interface FrameSpec {
  readonly variable?: boolean;
  readonly number?: number;
  readonly blockSize: number;
  /** As it stands in the header; default 9: 44.1 kHz. */
  readonly rateCode?: number;
  readonly rateBytes?: readonly number[];
  /** As it stands in the header; default: independent channels. */
  readonly channelCode?: number;
  /** As it stands in the header; default 0: STREAMINFO tells. */
  readonly bitsCode?: number;
  /** Of every subframe. */
  readonly bits: readonly number[];
  readonly subframes: readonly Subframe[];
}

/** A frame written by the book, RFC 9639 §9, with all sums in BigInt: nothing of it is shared with the decoder. */
export function writeFrame(spec: FrameSpec): Uint8Array {
  const { variable = false, number = 0, blockSize, rateCode = 9, rateBytes = [], bitsCode = 0, subframes } = spec;
  const writer = new BitWriter();
  writer.write(0b111111111111100, 15);
  writer.write(variable ? 1 : 0, 1);
  writer.write(7, 4);
  writer.write(rateCode, 4);
  writer.write(spec.channelCode ?? subframes.length - 1, 4);
  writer.write(bitsCode, 3);
  writer.write(0, 1);
  for (const byte of codedNumber(number)) writer.write(byte, 8);
  writer.write(blockSize - 1, 16);
  for (const byte of rateBytes) writer.write(byte, 8);
  const header = Uint8Array.from(writer.bytes);
  writer.write(crc8(header, 0, header.length), 8);
  for (const [i, subframe] of subframes.entries()) writeSubframe(writer, subframe, spec.bits[i]!, blockSize);
  writer.align();
  const bytes = Uint8Array.from(writer.bytes);
  writer.write(crc16(bytes, 0, bytes.length), 16);
  return Uint8Array.from(writer.bytes);
}

/** RFC 9639 §9.1.5 */
export function codedNumber(number: number): number[] {
  if (number < 0x80) return [number];
  const more: number[] = [];
  let left = BigInt(number);
  for (let length = 2; ; length++) {
    more.unshift(Number(left & 0x3fn) | 0x80);
    left >>= 6n;
    const room = 7 - length;
    if (left < 1n << BigInt(Math.max(room, 0))) return [((0xff << (8 - length)) & 0xff) | Number(left), ...more];
  }
}

function writeSubframe(writer: BitWriter, subframe: Subframe, bitsPerSample: number, blockSize: number): void {
  const wasted = subframe.wasted ?? 0;
  const bits = bitsPerSample - wasted;
  const samples = subframe.samples.map((sample) => sample >> BigInt(wasted));
  const type = { constant: 0, verbatim: 1, fixed: 8, linear: 32 }[subframe.kind];
  const order =
    subframe.kind === 'fixed' ? subframe.order : subframe.kind === 'linear' ? subframe.coefficients.length : 0;
  writer.write(0, 1);
  writer.write(type + (subframe.kind === 'linear' ? order - 1 : order), 6);
  writer.write(wasted > 0 ? 1 : 0, 1);
  if (wasted > 0) writer.unary(wasted - 1);
  if (subframe.kind === 'constant') {
    writer.write(samples[0]!, bits);
    return;
  }
  for (let i = 0; i < (subframe.kind === 'verbatim' ? blockSize : order); i++) writer.write(samples[i]!, bits);
  if (subframe.kind !== 'fixed' && subframe.kind !== 'linear') return;
  const coefficients = (subframe.kind === 'fixed' ? FIXED[order]! : subframe.coefficients).map(BigInt);
  const shift = subframe.kind === 'fixed' ? 0n : BigInt(subframe.shift);
  if (subframe.kind === 'linear') {
    writer.write(subframe.precision - 1, 4);
    writer.write(subframe.shift, 5);
    for (const coefficient of coefficients) writer.write(coefficient, subframe.precision);
  }
  const residuals: bigint[] = [];
  for (let i = order; i < blockSize; i++) {
    const sum = coefficients.reduce((total, coefficient, j) => total + coefficient * samples[i - 1 - j]!, 0n);
    residuals.push(samples[i]! - (sum >> shift));
  }
  writeResidual(writer, residuals, order, blockSize, subframe.residual);
}

/** The most that a residual may need here: what is longer can't be written by the book. */
export const fitsResidual = (residual: bigint) => residual > -(2n ** 31n) && residual < 2n ** 31n;

function writeResidual(writer: BitWriter, residuals: bigint[], order: number, blockSize: number, how: Residual): void {
  const isForbidden = how.kind === 'rice' && how.forbidden === true;
  if (!isForbidden && !residuals.every(fitsResidual)) throw new RangeError('a residual passes 32 bits');
  writer.write(how.method, 2);
  if (how.kind === 'escape') {
    writer.write(0, 4);
    writer.write(how.method ? 31 : 15, 4 + how.method);
    writer.write(how.bits, 5);
    for (const residual of residuals) writer.write(residual, how.bits);
    return;
  }
  const partitions = how.parameters.length;
  writer.write(Math.log2(partitions), 4);
  const size = blockSize / partitions;
  for (const [i, parameter] of how.parameters.entries()) {
    writer.write(parameter, 4 + how.method);
    for (const residual of residuals.slice(Math.max(0, i * size - order), (i + 1) * size - order)) {
      const folded = residual < 0n ? -2n * residual - 1n : 2n * residual;
      writer.unary(Number(folded >> BigInt(parameter)));
      writer.write(folded, parameter);
    }
  }
}

/** More metadata blocks behind the STREAMINFO of a native stream that has no others. */
export function withBlocks(file: Uint8Array, ...blocks: readonly { type: number; body: Uint8Array }[]): Uint8Array {
  const parts = blocks.flatMap(({ type, body: { length }, body }, i) => {
    const isLast = i === blocks.length - 1 ? 0x80 : 0;
    return [Uint8Array.of(isLast | type, length >> 16, length >> 8, length), body];
  });
  const info = file.slice(0, 42);
  info[4] = blocks.length > 0 ? 0 : 0x80;
  return new Uint8Array(Buffer.concat([info, ...parts, file.subarray(42)]));
}

/** The body of a VORBIS_COMMENT block. */
export function commentsBody(...comments: readonly string[]): Uint8Array {
  const length = (value: number) => Uint8Array.of(value, value >> 8, value >> 16, value >> 24);
  const texts = comments.map((text) => Buffer.from(text));
  const parts = texts.flatMap((text) => [length(text.length), text]);
  return new Uint8Array(Buffer.concat([length(0), length(texts.length), ...parts]));
}

/** A native stream around frames. */
export function nativeFile(
  frames: readonly Uint8Array[],
  info: { sampleRate?: number; channels: number; bitsPerSample: number; blockSize: number; totalSamples?: number },
): Uint8Array {
  const writer = new BitWriter();
  for (const byte of [0x66, 0x4c, 0x61, 0x43, 0x80, 0, 0, 34]) writer.write(byte, 8);
  writer.write(info.blockSize, 16);
  writer.write(info.blockSize, 16);
  writer.write(0, 48);
  writer.write(info.sampleRate ?? 44_100, 20);
  writer.write(info.channels - 1, 3);
  writer.write(info.bitsPerSample - 1, 5);
  writer.write(info.totalSamples ?? 0, 36);
  writer.write(0, 128);
  return Uint8Array.from([...writer.bytes, ...frames.flatMap((frame) => [...frame])]);
}
