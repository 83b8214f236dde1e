/**
 * Any predictor where sums can pass 32 bits: `samples[order..blockSize)` from the residuals, exactly.
 *
 * In float64, which is exact to 2^53: samples have at most 33 bits (a side channel of 32), coefficients 15, and there are 32
 * products at most, so a sum is below 2^32 * 2^14 * 2^5 = 2^51, and its shift is a division by a power of two.
 *
 * @param samples       Holds the samples `[0, order)`.
 * @param coefficients  The newest sample's first; 32 of them, those from the order on 0.
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
  if (order <= 4) restore4(residuals, samples, order, coefficients, scale, blockSize);
  else if (order <= 8) restore8(residuals, samples, order, coefficients, scale, blockSize);
  else if (order <= 12) restore12(residuals, samples, order, coefficients, scale, blockSize);
  else restoreAny(residuals, samples, order, coefficients, scale, blockSize);
}

function before(samples: Float64Array, order: number, distance: number): number {
  return distance <= order ? samples[order - distance]! : 0;
}

// As in linear-prediction.ts: what is needed of the past stays in variables.

function restore4(
  residuals: Int32Array,
  samples: Float64Array,
  order: number,
  c: Float64Array,
  scale: number,
  blockSize: number,
): void {
  const c0 = c[0]!;
  const c1 = c[1]!;
  const c2 = c[2]!;
  const c3 = c[3]!;
  let s0 = before(samples, order, 1);
  let s1 = before(samples, order, 2);
  let s2 = before(samples, order, 3);
  let s3 = before(samples, order, 4);
  for (let i = order; i < blockSize; i++) {
    const old = c3 * s3 + c2 * s2 + c1 * s1;
    s3 = s2;
    s2 = s1;
    s1 = s0;
    s0 = residuals[i]! + Math.floor((old + c0 * s0) * scale);
    samples[i] = s0;
  }
}

function restore8(
  residuals: Int32Array,
  samples: Float64Array,
  order: number,
  c: Float64Array,
  scale: number,
  blockSize: number,
): void {
  const c0 = c[0]!;
  const c1 = c[1]!;
  const c2 = c[2]!;
  const c3 = c[3]!;
  const c4 = c[4]!;
  const c5 = c[5]!;
  const c6 = c[6]!;
  const c7 = c[7]!;
  let s0 = before(samples, order, 1);
  let s1 = before(samples, order, 2);
  let s2 = before(samples, order, 3);
  let s3 = before(samples, order, 4);
  let s4 = before(samples, order, 5);
  let s5 = before(samples, order, 6);
  let s6 = before(samples, order, 7);
  let s7 = before(samples, order, 8);
  for (let i = order; i < blockSize; i++) {
    const old = c7 * s7 + c6 * s6 + c5 * s5 + c4 * s4 + c3 * s3 + c2 * s2 + c1 * s1;
    s7 = s6;
    s6 = s5;
    s5 = s4;
    s4 = s3;
    s3 = s2;
    s2 = s1;
    s1 = s0;
    s0 = residuals[i]! + Math.floor((old + c0 * s0) * scale);
    samples[i] = s0;
  }
}

function restore12(
  residuals: Int32Array,
  samples: Float64Array,
  order: number,
  c: Float64Array,
  scale: number,
  blockSize: number,
): void {
  const c0 = c[0]!;
  const c1 = c[1]!;
  const c2 = c[2]!;
  const c3 = c[3]!;
  const c4 = c[4]!;
  const c5 = c[5]!;
  const c6 = c[6]!;
  const c7 = c[7]!;
  const c8 = c[8]!;
  const c9 = c[9]!;
  const c10 = c[10]!;
  const c11 = c[11]!;
  let s0 = before(samples, order, 1);
  let s1 = before(samples, order, 2);
  let s2 = before(samples, order, 3);
  let s3 = before(samples, order, 4);
  let s4 = before(samples, order, 5);
  let s5 = before(samples, order, 6);
  let s6 = before(samples, order, 7);
  let s7 = before(samples, order, 8);
  let s8 = before(samples, order, 9);
  let s9 = before(samples, order, 10);
  let s10 = before(samples, order, 11);
  let s11 = before(samples, order, 12);
  for (let i = order; i < blockSize; i++) {
    const old =
      c11 * s11 + c10 * s10 + c9 * s9 + c8 * s8 + c7 * s7 + c6 * s6 + c5 * s5 + c4 * s4 + c3 * s3 + c2 * s2 + c1 * s1;
    s11 = s10;
    s10 = s9;
    s9 = s8;
    s8 = s7;
    s7 = s6;
    s6 = s5;
    s5 = s4;
    s4 = s3;
    s3 = s2;
    s2 = s1;
    s1 = s0;
    s0 = residuals[i]! + Math.floor((old + c0 * s0) * scale);
    samples[i] = s0;
  }
}

function restoreAny(
  residuals: Int32Array,
  samples: Float64Array,
  order: number,
  c: Float64Array,
  scale: number,
  blockSize: number,
): void {
  for (let i = order; i < blockSize; i++) {
    let sum = 0;
    for (let j = order - 1; j >= 0; j--) sum += c[j]! * samples[i - 1 - j]!;
    samples[i] = residuals[i]! + Math.floor(sum * scale);
  }
}
