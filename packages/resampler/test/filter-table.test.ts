import { describe, expect, it } from 'vitest';
import { filterTable, filterTaps, PASSBAND } from '../src/filter-table';

/** Gain of one phase of the filter at a frequency in cycles per input sample, in dB. */
function gainDb(row: Float32Array, frequency: number): number {
  let re = 0;
  let im = 0;
  for (let k = 0; k < row.length; k++) {
    re += row[k]! * Math.cos(2 * Math.PI * frequency * k);
    im += row[k]! * Math.sin(2 * Math.PI * frequency * k);
  }
  return 10 * Math.log10(re * re + im * im);
}

describe('filterTable', () => {
  it('has a row for every phase that sums to 1, and mirrored rows for mirrored phases', () => {
    const { coefficients, taps, rows, between } = filterTable(44_100, 48_000, 160);
    expect({ rows, between, taps }).toEqual({ rows: 160, between: false, taps: filterTaps(44_100, 48_000) });
    for (let r = 0; r < rows; r++) {
      const sum = coefficients.subarray(r * taps, (r + 1) * taps).reduce((a, b) => a + b, 0);
      expect(Math.abs(sum - 1)).toBeLessThan(1e-6);
    }
    for (let k = 0; k < taps; k++) expect(coefficients[40 * taps + k]).toBe(coefficients[120 * taps + taps - 1 - k]);
  });

  it('passes 0.92 of the output band and stops what lies above it, when the rate goes down', () => {
    const { coefficients, taps } = filterTable(192_000, 48_000, 1);
    const row = coefficients.subarray(0, taps);
    for (const share of [0.01, 0.3, 0.7, PASSBAND]) {
      expect(Math.abs(gainDb(row, (share * 24_000) / 192_000))).toBeLessThan(1e-4);
    }
    for (const share of [1, 1.1, 1.7, 2.9, 3.9]) {
      expect(gainDb(row, (share * 24_000) / 192_000)).toBeLessThan(-115);
    }
  });

  it('lays out fewer rows than there are phases where these are many', () => {
    const up = filterTable(44_101, 48_000, 48_000);
    expect({ rows: up.rows, between: up.between }).toEqual({ rows: 2049, between: true });
    const down = filterTable(383_999, 48_000, 48_000);
    expect({ rows: down.rows, between: down.between }).toEqual({ rows: 258, between: true });
  });
});
