import { BitReader } from './bit-reader';
import { FIXED_COEFFICIENTS, restoreFixed } from './fixed-prediction';
import { fitsInt32, restoreLinear } from './linear-prediction';
import { decodeResidual } from './residual';
import { restoreWide } from './wide-prediction';

const MAX_ORDER = 32;

/**
 * Decodes subframes: one channel of a frame each.
 *
 * ```text
 * 0 | 6 type | 1 wasted bits? (unary: their number - 1) | what the type says
 * type: 0 constant, 1 verbatim, 8..12 fixed predictor of order 0..4, 32..63 linear predictor of order 1..32
 * ```
 *
 * @see RFC 9639 §9.2
 */
export class SubframeDecoder {
  readonly reader = new BitReader();
  readonly #coefficients = new Int32Array(MAX_ORDER);
  readonly #wideCoefficients = new Float64Array(MAX_ORDER);
  #wide = new Float64Array(0);

  /**
   * @param bitsPerSample  Of this channel: that of the frame, one more for a side channel; up to 32.
   * @throws {FlacError} `FLAC_FRAME_DAMAGED`
   */
  decode(samples: Int32Array, blockSize: number, bitsPerSample: number): void {
    const { reader } = this;
    const type = reader.read(8);
    const wasted = type & 1 ? this.#wastedBits(bitsPerSample) : 0;
    const bits = bitsPerSample - wasted;
    const kind = type >>> 1;
    if (kind === 0) {
      samples.fill(reader.readSigned(bits), 0, blockSize);
    } else if (kind === 1) {
      reader.need(bits * blockSize);
      for (let i = 0; i < blockSize; i++) samples[i] = reader.readSigned(bits);
    } else if (kind >= 8 && kind <= 12) {
      const order = kind - 8;
      this.#warmUp(samples, order, bits, blockSize);
      decodeResidual(reader, samples, order, blockSize);
      restoreFixed(samples, order, blockSize);
    } else if (kind >= 32 && kind < 64) {
      this.#linear(samples, kind - 31, bits, blockSize);
    } else {
      reader.fail('subframe', `subframe type ${kind} is reserved`);
    }
    if (wasted > 0) for (let i = 0; i < blockSize; i++) samples[i] = samples[i]! << wasted;
  }

  /** The same for a channel of 33 bits: the side channel of 32-bit stereo. */
  decodeWide(samples: Float64Array, residuals: Int32Array, blockSize: number, bitsPerSample: number): void {
    const { reader } = this;
    const type = reader.read(8);
    const wasted = type & 1 ? this.#wastedBits(bitsPerSample) : 0;
    const bits = bitsPerSample - wasted;
    const kind = type >>> 1;
    if (kind === 0) {
      samples.fill(reader.readSigned(bits), 0, blockSize);
    } else if (kind === 1) {
      reader.need(bits * blockSize);
      for (let i = 0; i < blockSize; i++) samples[i] = reader.readSigned(bits);
    } else if (kind >= 8 && kind <= 12) {
      const order = kind - 8;
      this.#warmUp(samples, order, bits, blockSize);
      decodeResidual(reader, residuals, order, blockSize);
      this.#wideCoefficients.fill(0);
      this.#wideCoefficients.set(FIXED_COEFFICIENTS[order]!);
      restoreWide(residuals, samples, order, this.#wideCoefficients, 0, blockSize);
    } else if (kind >= 32 && kind < 64) {
      const order = kind - 31;
      this.#warmUp(samples, order, bits, blockSize);
      const shift = this.#readPredictor(order);
      decodeResidual(reader, residuals, order, blockSize);
      this.#wideCoefficients.set(this.#coefficients);
      restoreWide(residuals, samples, order, this.#wideCoefficients, shift, blockSize);
    } else {
      reader.fail('subframe', `subframe type ${kind} is reserved`);
    }
    if (wasted > 0) for (let i = 0; i < blockSize; i++) samples[i] = samples[i]! * 2 ** wasted;
  }

  #linear(samples: Int32Array, order: number, bits: number, blockSize: number): void {
    const { reader } = this;
    this.#warmUp(samples, order, bits, blockSize);
    const shift = this.#readPredictor(order);
    decodeResidual(reader, samples, order, blockSize);
    if (fitsInt32(bits, this.#coefficients, order)) {
      restoreLinear(samples, order, this.#coefficients, shift, blockSize);
      return;
    }
    if (this.#wide.length < blockSize) this.#wide = new Float64Array(blockSize);
    const wide = this.#wide;
    for (let i = 0; i < order; i++) wide[i] = samples[i]!;
    this.#wideCoefficients.set(this.#coefficients);
    restoreWide(samples, wide, order, this.#wideCoefficients, shift, blockSize);
    for (let i = order; i < blockSize; i++) samples[i] = wide[i]!;
  }

  /** `4 precision - 1 | 5 shift, signed | coefficients`. §9.2.6 @returns the shift */
  #readPredictor(order: number): number {
    const { reader } = this;
    const precision = reader.read(4) + 1;
    if (precision === 16) reader.fail('subframe', 'a precision of 16 bits is forbidden');
    const shift = reader.readSigned(5);
    if (shift < 0) reader.fail('subframe', `a shift of ${shift} is forbidden`);
    this.#coefficients.fill(0);
    for (let i = 0; i < order; i++) this.#coefficients[i] = reader.readSigned(precision);
    return shift;
  }

  #warmUp(samples: Int32Array | Float64Array, order: number, bits: number, blockSize: number): void {
    if (order > blockSize) this.reader.fail('subframe', `order ${order} in a block of ${blockSize} samples`);
    for (let i = 0; i < order; i++) samples[i] = this.reader.readSigned(bits);
  }

  #wastedBits(bitsPerSample: number): number {
    const wasted = this.reader.readUnary() + 1;
    if (wasted >= bitsPerSample) this.reader.fail('subframe', `${wasted} wasted bits of ${bitsPerSample}`);
    return wasted;
  }
}
