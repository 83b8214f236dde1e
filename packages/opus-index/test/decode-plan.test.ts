import { UNMEASURED } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { decodePlan } from '../src/index';

const row = (packet: number, from: number, maxDiff = 0) => ({ packet, from, maxDiff });

describe('decodePlan', () => {
  const converging = [row(0, 0), row(25, 27), row(50, 52), row(75, 76)];

  it('resets at the row that governs the first packet, and runs on where both rows are exact', () => {
    expect(decodePlan(converging, 30, 90)).toEqual([{ reset: 25, from: 30, to: 91, maxDiff: 0 }]);
    expect(decodePlan(converging, 26, 26)).toEqual([{ reset: 0, from: 26, to: 27, maxDiff: 0 }]);
    expect(decodePlan(converging, 27, 27)).toEqual([{ reset: 25, from: 27, to: 28, maxDiff: 0 }]);
  });

  it('resets at every row for a backend that the rows were not measured for', () => {
    expect(decodePlan(converging, 20, 80, { exact: false })).toEqual([
      { reset: 0, from: 20, to: 27, maxDiff: 0 },
      { reset: 25, from: 27, to: 52, maxDiff: UNMEASURED },
      { reset: 50, from: 52, to: 76, maxDiff: UNMEASURED },
      { reset: 75, from: 76, to: 81, maxDiff: UNMEASURED },
    ]);
  });

  it('enters and leaves a stretch that has not converged by a reset', () => {
    const rows = [row(0, 0), row(25, 75, 9), row(125, 130), row(150, 152)];
    expect(decodePlan(rows, 10, 200)).toEqual([
      { reset: 0, from: 10, to: 75, maxDiff: 0 },
      { reset: 25, from: 75, to: 130, maxDiff: 9 },
      { reset: 125, from: 130, to: 201, maxDiff: 0 },
    ]);
    expect(decodePlan([row(50, 100, UNMEASURED)], 120, 130)[0]!.maxDiff).toBe(UNMEASURED);
  });

  it('resets after a hole, where the sequential decode was reset too', () => {
    expect(decodePlan([row(0, 0), row(40, 40)], 39, 41)).toEqual([
      { reset: 0, from: 39, to: 40, maxDiff: 0 },
      { reset: 40, from: 40, to: 42, maxDiff: 0 },
    ]);
  });

  it('refuses rows that can not be', () => {
    const damaged = expect.objectContaining({ code: 'SEEK_POINTS_DAMAGED' });
    expect(() => decodePlan([], 0, 1)).toThrow(damaged);
    expect(() => decodePlan([row(5, 5)], 4, 9)).toThrow(damaged);
    expect(() => decodePlan([row(0, 0), row(30, 20)], 0, 40)).toThrow(damaged);
    expect(() => decodePlan([row(0, 0), row(10, 20), row(10, 30)], 0, 40)).toThrow(damaged);
    expect(() => decodePlan([row(0, 0), row(10, 20), row(12, 20)], 0, 40)).toThrow(damaged);
    expect(decodePlan(converging, 5, 4)).toEqual([]);
  });
});
