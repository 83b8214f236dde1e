import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CacheBudget, LruCache } from '../../src/arrays/lru-cache';

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

describe('CacheBudget', () => {
  it('lets several caches hold exactly what was used last of all of them, and fits', () => {
    const step = fc.record({
      cache: fc.nat(2),
      key: fc.nat(3),
      size: fc.integer({ min: 1, max: 12 }),
      isGet: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const budget = new CacheBudget(10);
        const caches = [0, 1, 2].map(() => new LruCache<number, number>(1000, (size) => size, budget));
        let model: { cache: number; key: number; size: number }[] = [];
        const total = () => model.reduce((sum, { size }) => sum + size, 0);
        for (const { cache, key, size, isGet } of steps) {
          const known = model.find((one) => one.cache === cache && one.key === key);
          model = model.filter((one) => one !== known);
          if (isGet) {
            expect(caches[cache]!.get(key)).toBe(known?.size);
            if (known) model.push(known);
          } else {
            caches[cache]!.set(key, size);
            model.push({ cache, key, size });
            while (total() > 10) model.shift();
          }
          expect(budget.size).toBe(total());
          const held = caches.map((each, i) => [0, 1, 2, 3].filter((one) => each.has(one)).map((one) => `${i}.${one}`));
          expect(held.flat()).toEqual(model.map((one) => `${one.cache}.${one.key}`).sort());
        }
      }),
    );
  });
});
