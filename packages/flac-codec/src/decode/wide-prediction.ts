/**
 * Any predictor where sums can pass 32 bits: `samples[order..blockSize)` from the residuals, exactly.
 *
 * In float64, which is exact to 2^53: samples have at most 33 bits (a side channel of 32), coefficients 15, and there are 32
 * products at most, so a sum is below 2^32 * 2^14 * 2^5 = 2^51, and its shift is a division by a power of two.
 *
 * @param samples       Holds the samples `[0, order)`.
 * @param coefficients  The newest sample's first; those from the order on 0, up to a multiple of 4.
 * @see RFC 9639 §9.2.5, §9.2.6, appendix A.3
 */
export function restoreWide(
  residuals: Int32Array,
  samples: Float64Array,
  order: number,
  coefficients: Float64Array,
  shift: number,
  blockSize: number,
): void {
  const scale = 2 ** -shift;
  for (let i = order; i < blockSize; i++) {
    let sum = 0;
    for (let j = order - 1; j >= 0; j--) sum += coefficients[j]! * samples[i - 1 - j]!;
    samples[i] = residuals[i]! + Math.floor(sum * scale);
  }
}
