/**
 * Fixed predictors: turns the residuals in `samples[order..blockSize)` into samples, in place.
 *
 * The numbers are taken modulo 2^32, which is exact for samples of up to 32 bits: a sum of whole multiples is right
 * modulo 2^32 whatever its parts overflow.
 *
 * @see RFC 9639 §9.2.5
 */
export function restoreFixed(samples: Int32Array, order: number, blockSize: number): void {
  if (order === 1) restoreFirst(samples, blockSize);
  else if (order === 2) restoreSecond(samples, blockSize);
  else if (order === 3) restoreThird(samples, blockSize);
  else if (order === 4) restoreFourth(samples, blockSize);
}

/** The same predictors as coefficients, the newest sample's first. */
export const FIXED_COEFFICIENTS: readonly (readonly number[])[] = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

// Sums of the residual, of its sums, ...: each order is one addition more.

function restoreFirst(samples: Int32Array, blockSize: number): void {
  let last = samples[0]!;
  for (let i = 1; i < blockSize; i++) {
    last = (last + samples[i]!) | 0;
    samples[i] = last;
  }
}

function restoreSecond(samples: Int32Array, blockSize: number): void {
  let last = samples[1]!;
  let step = (last - samples[0]!) | 0;
  for (let i = 2; i < blockSize; i++) {
    step = (step + samples[i]!) | 0;
    last = (last + step) | 0;
    samples[i] = last;
  }
}

function restoreThird(samples: Int32Array, blockSize: number): void {
  let last = samples[2]!;
  let step = (last - samples[1]!) | 0;
  let bend = (step - ((samples[1]! - samples[0]!) | 0)) | 0;
  for (let i = 3; i < blockSize; i++) {
    bend = (bend + samples[i]!) | 0;
    step = (step + bend) | 0;
    last = (last + step) | 0;
    samples[i] = last;
  }
}

function restoreFourth(samples: Int32Array, blockSize: number): void {
  const first = (samples[1]! - samples[0]!) | 0;
  const second = (samples[2]! - samples[1]!) | 0;
  let last = samples[3]!;
  let step = (last - samples[2]!) | 0;
  let bend = (step - second) | 0;
  let twist = (bend - ((second - first) | 0)) | 0;
  for (let i = 4; i < blockSize; i++) {
    twist = (twist + samples[i]!) | 0;
    bend = (bend + twist) | 0;
    step = (step + bend) | 0;
    last = (last + step) | 0;
    samples[i] = last;
  }
}
