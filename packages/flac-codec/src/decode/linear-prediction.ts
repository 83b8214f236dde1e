/**
 * Linear predictors: turns the residuals in `samples[order..blockSize)` into samples, in place.
 *
 * A sample is the residual and the sum of `coefficients[j] * samples[i - 1 - j]`, shifted right by `shift`.
 *
 * Only where no sum can pass 32 bits (`fitsInt32`): orders up to 12, which is all that encoders nearly ever use, keep
 * what they need in variables, four, eight or twelve of them; what an order lacks is 0.
 *
 * @param coefficients  32 of them, those from the order on 0.
 * @see RFC 9639 §9.2.6
 */
export function restoreLinear(
  samples: Int32Array,
  order: number,
  coefficients: Int32Array,
  shift: number,
  blockSize: number,
): void {
  if (order <= 4) restore4(samples, order, coefficients, shift, blockSize);
  else if (order <= 8) restore8(samples, order, coefficients, shift, blockSize);
  else if (order <= 12) restore12(samples, order, coefficients, shift, blockSize);
  else restoreAny(samples, order, coefficients, shift, blockSize);
}

/** Can no sum of products with samples of so many bits pass 32 bits? */
export function fitsInt32(bitsPerSample: number, coefficients: Int32Array, order: number): boolean {
  let sum = 0;
  for (let i = 0; i < order; i++) sum += Math.abs(coefficients[i]!);
  return sum * 2 ** (bitsPerSample - 1) < 2 ** 31;
}

function before(samples: Int32Array, order: number, distance: number): number {
  return distance <= order ? samples[order - distance]! : 0;
}

function restore4(samples: Int32Array, order: number, c: Int32Array, shift: number, blockSize: number): void {
  const c0 = c[0]!;
  const c1 = c[1]!;
  const c2 = c[2]!;
  const c3 = c[3]!;
  let s0 = before(samples, order, 1);
  let s1 = before(samples, order, 2);
  let s2 = before(samples, order, 3);
  let s3 = before(samples, order, 4);
  for (let i = order; i < blockSize; i++) {
    const sum = Math.imul(c3, s3) + Math.imul(c2, s2) + Math.imul(c1, s1) + Math.imul(c0, s0);
    s3 = s2;
    s2 = s1;
    s1 = s0;
    s0 = (samples[i]! + (sum >> shift)) | 0;
    samples[i] = s0;
  }
}

function restore8(samples: Int32Array, order: number, c: Int32Array, shift: number, blockSize: number): void {
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
    let sum = (Math.imul(c7, s7) + Math.imul(c6, s6)) | 0;
    sum = (sum + Math.imul(c5, s5)) | 0;
    sum = (sum + Math.imul(c4, s4)) | 0;
    sum = (sum + Math.imul(c3, s3)) | 0;
    sum = (sum + Math.imul(c2, s2)) | 0;
    sum = (sum + Math.imul(c1, s1)) | 0;
    sum = (sum + Math.imul(c0, s0)) | 0;
    s7 = s6;
    s6 = s5;
    s5 = s4;
    s4 = s3;
    s3 = s2;
    s2 = s1;
    s1 = s0;
    s0 = (samples[i]! + (sum >> shift)) | 0;
    samples[i] = s0;
  }
}

function restore12(samples: Int32Array, order: number, c: Int32Array, shift: number, blockSize: number): void {
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
    let sum = (Math.imul(c11, s11) + Math.imul(c10, s10)) | 0;
    sum = (sum + Math.imul(c9, s9)) | 0;
    sum = (sum + Math.imul(c8, s8)) | 0;
    sum = (sum + Math.imul(c7, s7)) | 0;
    sum = (sum + Math.imul(c6, s6)) | 0;
    sum = (sum + Math.imul(c5, s5)) | 0;
    sum = (sum + Math.imul(c4, s4)) | 0;
    sum = (sum + Math.imul(c3, s3)) | 0;
    sum = (sum + Math.imul(c2, s2)) | 0;
    sum = (sum + Math.imul(c1, s1)) | 0;
    sum = (sum + Math.imul(c0, s0)) | 0;
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
    s0 = (samples[i]! + (sum >> shift)) | 0;
    samples[i] = s0;
  }
}

function restoreAny(samples: Int32Array, order: number, c: Int32Array, shift: number, blockSize: number): void {
  for (let i = order; i < blockSize; i++) {
    let sum = 0;
    for (let j = order - 1; j >= 0; j--) sum = (sum + Math.imul(c[j]!, samples[i - 1 - j]!)) | 0;
    samples[i] = (samples[i]! + (sum >> shift)) | 0;
  }
}
