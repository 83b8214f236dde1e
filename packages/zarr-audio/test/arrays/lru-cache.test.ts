import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LruCache } from '../../src/arrays/lru-cache';

describe('LruCache', () => {
  it('holds exactly what was used last and fits', () => {
    const step = fc.record({ key: fc.nat(6), size: fc.integer({ min: 1, max: 12 }), isGet: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const cache = new LruCache<number, number>(10, (size) => size);
        // The plain way: a list, the last used at its end.
        let model: [number, number][] = [];
        for (const { key, size, isGet } of steps) {
          const known = model.find(([each]) => each === key);
          model = model.filter(([each]) => each !== key);
          if (isGet) {
            expect(cache.get(key)).toBe(known?.[1]);
            if (known) model.push(known);
          } else {
            cache.set(key, size);
            if (size <= 10) model.push([key, size]);
            while (model.reduce((sum, [, each]) => sum + each, 0) > 10) model.shift();
          }
          for (let each = 0; each <= 6; each++) expect(cache.has(each)).toBe(model.some(([one]) => one === each));
        }
      }),
    );
  });

  it('refuses a size that is none', () => {
    expect(() => new LruCache(-1)).toThrow(RangeError);
    expect(() => new LruCache(Number.NaN)).toThrow(RangeError);
  });
});
