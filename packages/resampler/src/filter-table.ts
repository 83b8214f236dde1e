import { TAPS_PER_TURN } from './kernel-module';

/** Passed without loss up to this share of the lower Nyquist rate; what lies above that rate is gone. */
export const PASSBAND = 0.92;
/** Ripple of the passband and rest of the stopband, in dB under full scale. */
const ATTENUATION_DB = 125;
/** Rows between which a filter with too many phases is interpolated: 2048 leave an error of -130 dB. */
const INTERPOLATED_ROWS = 2048;
/** Most coefficients that are laid out with a row for every phase. */
const MAX_COEFFICIENTS = 1 << 19;

export interface FilterTable {
  /** `rows` rows of `taps` coefficients; with `between`, row `r` is for the phase `r / (rows - 1)`. */
  readonly coefficients: Float32Array<ArrayBuffer>;
  readonly taps: number;
  readonly rows: number;
  /** The phases don't each have a row: coefficients lie between two. */
  readonly between: boolean;
}

/** Taps of the filter, before any is computed. */
export function filterTaps(from: number, to: number): number {
  // Kaiser: taps = (A - 8) / (2.285 * width of the transition in radians a sample); a multiple of a turn.
  const width = Math.PI * (1 - PASSBAND) * Math.min(1, to / from);
  const taps = (ATTENUATION_DB - 8) / (2.285 * width);
  return Math.ceil(taps / TAPS_PER_TURN) * TAPS_PER_TURN;
}

/**
 * A sinc under a Kaiser window, cut into phases.
 *
 * Tap `k` of the row for phase `p` weighs the input sample `k - (taps / 2 - 1)` after the one at or before the output,
 * which lies `p` in [0, 1) input samples later. Every row has the sum 1, so a constant stays what it is.
 *
 * @param phases  `to / gcd(from, to)`: how many places between two input samples the output falls on.
 * @see J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974
 */
export function filterTable(from: number, to: number, phases: number): FilterTable {
  const taps = filterTaps(from, to);
  const between = phases * taps > MAX_COEFFICIENTS;
  // The longer a filter, the smoother: it needs fewer rows for the same error.
  const steps = between ? Math.max(64, Math.ceil(INTERPOLATED_ROWS / Math.max(1, from / to))) : phases;
  const rows = between ? steps + 1 : steps;
  const coefficients = new Float32Array(rows * taps);
  const half = taps / 2;
  const beta = 0.1102 * (ATTENUATION_DB - 8.7);
  const cutoff = (1 + PASSBAND) * 0.5 * Math.min(1, to / from);
  const row = new Float64Array(taps);
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let k = 0; k < taps; k++) {
      const time = k - (half - 1) - r / steps;
      const inside = 1 - (time / half) ** 2;
      const value = inside < 0 ? 0 : sinc(cutoff * time) * besselI0(beta * Math.sqrt(inside));
      row[k] = value;
      sum += value;
    }
    for (let k = 0; k < taps; k++) coefficients[r * taps + k] = row[k]! / sum;
  }
  return { coefficients, taps, rows, between };
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  const quarter = (x * x) / 4;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= quarter / (k * k);
    sum += term;
  }
  return sum;
}
