import { describe, expect, it } from 'vitest';
import { type CatalogueQuery, memoryStorage, openStore, type ReadableStorage } from '../../src/index';
import { type Copy, idOf, storeOf } from '../support/catalogue-store';
import { codecs } from '../support/stores';

/** Each is 279 samples long, by opusdec: 5.8125 ms. */
const COPIES: Copy[] = [
  { file: 'a.wav', start: '2021-02-01T21:00:00Z', user: { site: 'north', plot: { number: 4 }, wet: true } },
  { file: 'b.wav', start: '2021-02-01T23:00:00+01:00', user: { site: 'south', 'a.b': 'x' } },
  { file: 'c.wav', start: '2021-02-01T22:00:00', field: { serialNumber: { value: '24F3', from: 'audiomoth' } } },
  { file: 'd.wav', field: { gain: { value: { setting: 'medium' }, from: 'audiomoth' }, refused: [1] } },
  { file: 'e.wav', user: { note: 'x'.repeat(200), site: 'north' } },
];
const names = 'abcde';

async function matching(query: CatalogueQuery, wrap = (storage: ReadableStorage) => storage): Promise<string> {
  const files = await storeOf(COPIES);
  const store = await openStore(wrap(memoryStorage(files)), { codecs });
  const { entries, broken } = await store.query(query);
  expect(broken).toEqual([]);
  return entries.map(({ id }) => names[Number.parseInt(id, 16)]).join('');
}

describe('recordings by attributes', () => {
  it.each<[string, CatalogueQuery['where'], string]>([
    ['none', {}, 'abcde'],
    ['a key of the line', { file: 'b.wav' }, 'b'],
    ['a number', { sampleRate: 48_000 }, 'abcde'],
    ['a number as text', { channels: '1.0' }, 'abcde'],
    ['no number', { channels: '' }, ''],
    ['what the user said', { 'user.site': 'north' }, 'ae'],
    ['a path', { 'user.plot.number': '4' }, 'a'],
    ['a truth value', { 'user.wet': 'true' }, 'a'],
    ['a key with a dot', { 'user.a.b': 'x' }, 'b'],
    ['what the recorder said', { 'field.serialNumber': '24F3' }, 'c'],
    ['what it said in detail', { 'field.gain.setting': 'medium' }, 'd'],
    ['two at once', { 'user.site': 'north', file: 'e.wav' }, 'e'],
    ['what a line has no room for', { 'user.note': 'x'.repeat(200) }, 'e'],
    ['another such', { 'user.note': 'x'.repeat(201) }, ''],
    ['what belongs to every object', { 'user.constructor': 'x', 'user.__proto__': 'x' }, ''],
    ['a start time', { start: '2021-02-01T22:00:00' }, 'c'],
  ])('%s', async (_, where, expected) => {
    expect(await matching({ where })).toBe(expected);
  });

  it('of other keys is a mistake', async () => {
    await expect(matching({ where: { flavour: 'sweet' } })).rejects.toThrow(TypeError);
    await expect(matching({ where: { attributes: 'x' } })).rejects.toThrow(TypeError);
  });
});

describe('recordings by time', () => {
  it.each<[string, CatalogueQuery, string]>([
    ['from a moment on: a clock without a zone is taken for UTC', { from: '2021-02-01T21:30:00Z' }, 'bc'],
    ['to a moment', { to: '2021-02-01T21:30:00Z' }, 'a'],
    ['a moment in another zone', { from: '2021-02-01T22:00:00.005+01:00', to: '2021-02-01T22:00:01+01:00' }, 'a'],
    ['what clocks showed', { from: '2021-02-01T22:30:00' }, 'b'],
    ['what clocks showed, to', { to: '2021-02-01T22:30' }, 'ac'],
    ['a day', { from: '2021-02-01', to: '2021-02-02' }, 'abc'],
    ['the end is not within', { to: '2021-02-01T21:00:00Z' }, ''],
    ['a nanosecond of the start is', { to: '2021-02-01T21:00:00.000000001Z' }, 'a'],
    ['the end of a recording is not within it', { from: '2021-02-01T21:00:00.0058125Z', to: '2021-02-01T21:01Z' }, ''],
    ['the last nanosecond is', { from: '2021-02-01T21:00:00.005812499Z', to: '2021-02-01T21:01Z' }, 'a'],
    ['time and attributes', { from: '2021-02-01', where: { 'user.site': 'south' } }, 'b'],
  ])('%s', async (_, query, expected) => {
    expect(await matching(query)).toBe(expected);
  });

  it.each(['yesterday', '2021-02-30', '2021-02-01T24:00', '2021-02-01T21:00+25:00', '2021-2-1', ''])(
    '%s is none',
    async (from) => {
      await expect(matching({ from })).rejects.toThrow(TypeError);
      await expect(matching({ to: from })).rejects.toThrow(TypeError);
    },
  );

  it('that ends before it begins is a mistake', async () => {
    await expect(matching({ from: '2021-02-02', to: '2021-02-01' })).rejects.toThrow(RangeError);
  });
});

it('is answered without opening a recording', async () => {
  const files = await storeOf(COPIES);
  const { openOrCreateStore } = await import('../../src/index');
  await (await openOrCreateStore(memoryStorage(files), { codecs })).catalogue.entries();
  const keys: string[] = [];
  const { list: _, ...storage } = memoryStorage(files);
  const watched: ReadableStorage = {
    ...storage,
    get: (key, options) => {
      keys.push(key);
      return storage.get(key, options);
    },
  };
  const store = await openStore(watched, { codecs });
  const { entries } = await store.query({ from: '2021-02-01', where: { 'user.site': 'north' } });
  expect(entries.map(({ id }) => id)).toEqual([idOf(0)]);
  // e.wav has no time, so what its line has no room for is not asked.
  expect(keys.filter((key) => !key.includes('catalogue'))).toEqual(['/zarr.json']);
});
