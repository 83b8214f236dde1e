import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { crc32c } from '../../src/arrays/index';
import {
  memoryStorage,
  openOrCreateStore,
  openStore,
  type ReadableStorage,
  StoreError,
  type StoreWarning,
} from '../../src/index';
import { idOf, segment, storeOf } from '../support/catalogue-store';
import { fullStorage } from '../support/full-storage';
import { codecs } from '../support/stores';

const encoder = new TextEncoder();
let files: Map<string, Uint8Array>;
let lines: string[];
beforeAll(async () => {
  files = await storeOf([{ file: 'a' }, { file: 'b', user: { site: 'north' } }, { file: 'c' }]);
  await (await openOrCreateStore(memoryStorage(files), { codecs })).catalogue.entries();
  lines = Buffer.from(files.get(segment(0))!)
    .toString()
    .split('\n')
    .slice(0, -1);
});

/** The store with other segments. */
const withSegments = (...segments: Uint8Array[]) =>
  new Map([...files, ...segments.map((bytes, number) => [segment(number), bytes] as const)]);

/** A line with a checksum that is right, whatever it says. */
function sealed(json: string): string {
  const text = json.slice(0, -1);
  return `${text},"crc32c":"${crc32c(encoder.encode(text)).toString(16).padStart(8, '0')}"}`;
}

/** A line of the first recording that says something else. */
function changed(key: string, value: unknown): string {
  const { crc32c: _, ...line } = JSON.parse(lines[0]!);
  return sealed(JSON.stringify({ ...line, [key]: value }));
}

/** What a reader says that can list, and one that can't. */
async function told(store: Map<string, Uint8Array>) {
  const warnings: StoreWarning[] = [];
  const { list: _, ...remote } = memoryStorage(store);
  const entriesOf = async (storage: ReadableStorage) =>
    (await openStore(storage, { codecs, onWarning: (warning) => warnings.push(warning) })).catalogue.entries();
  const here = await entriesOf(memoryStorage(store));
  expect(warnings).toEqual([]);
  return { here, there: await entriesOf(remote), warnings };
}

const HOSTILE: [string, () => string][] = [
  ['nothing', () => ''],
  ['null', () => sealed('null')],
  ['a list', () => sealed('[1]')],
  ['a line without checksum', () => '{"id":"0000000000000000"}'],
  ['a checksum and nothing else', () => sealed('{}')],
  ['a list in a thousand lists', () => changed('attributes', JSON.parse('['.repeat(1000) + ']'.repeat(1000)))],
  ['objects, 2,000 deep', () => sealed(`${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}`)],
  ['an id that leads out of the store', () => changed('id', '../../../../etc/x')],
  ['an id in capitals', () => changed('id', '000000000000000A')],
  ['an id that is a number', () => changed('id', 0)],
  ['an id with a newline behind it', () => changed('id', `${idOf(7)}\n`)],
  ['a hash that is none', () => changed('sha256', 'x'.repeat(64))],
  ['a file that is an object', () => changed('file', { toString: 'x' })],
  ['a name of 2,000 characters', () => changed('file', 'x'.repeat(2000))],
  ['a line of 20,000 bytes', () => changed('comment', 'x'.repeat(20_000))],
  ['a start that is a number', () => changed('start', 1)],
  ['a long start', () => changed('start', '2'.repeat(100))],
  ['samples before the start', () => changed('samples', -1)],
  ['half a sample', () => changed('samples', 0.5)],
  ['samples beyond 2^53', () => changed('samples', 2 ** 53)],
  ['a rate of 0', () => changed('sampleRate', 0)],
  ['no channel', () => changed('channels', 0)],
  ['a size that is a text', () => changed('bytes', '1')],
  ['a list of attributes', () => changed('attributes', [])],
  ['no attributes', () => changed('attributes', null)],
  ['an attribute that is an object', () => changed('attributes', { 'user.site': {} })],
  ['an attribute that is a prototype', () => sealed(JSON.stringify(fullLine()).replace('{}', '{"__proto__":{"x":1}}'))],
  [
    '33 attributes',
    () => changed('attributes', Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`a${i}`, i]))),
  ],
];

function fullLine() {
  const { crc32c: _, ...line } = JSON.parse(lines[0]!);
  return { ...line, attributes: {} };
}

describe('what is no line of a catalogue', () => {
  it.each(HOSTILE)('%s: costs no other, and is told where it may have been one', async (_, make) => {
    const { here, there, warnings } = await told(withSegments(encoder.encode(`${make()}\n${lines[1]}\n`)));
    expect(here.map(({ id }) => id)).toEqual([idOf(0), idOf(1), idOf(2)]);
    expect(there).toEqual([here[1]]);
    expect(warnings).toMatchObject([{ code: 'CATALOGUE_DAMAGED', lines: 1 }]);
  });

  it.each([
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 10])],
    ['NULs', new Uint8Array(1000)],
  ])('%s', async (_, bytes) => {
    const { here, there } = await told(withSegments(bytes, encoder.encode(`${lines[1]}\n`)));
    expect(here).toHaveLength(3);
    expect(there).toEqual([here[1]]);
  });

  it('changes no prototype, and what a prototype has is no attribute', async () => {
    const json = JSON.stringify(fullLine()).replace('"attributes":{}', '"attributes":{"__proto__":"x","user.a":"b"}');
    const { list: _, ...remote } = memoryStorage(withSegments(encoder.encode(`${sealed(json)}\n`)));
    const store = await openStore(remote, { codecs });
    expect((await store.query({ where: { 'user.a': 'b' } })).entries).toHaveLength(1);
    expect((await store.query({ where: { 'user.constructor': 'b', 'user.__proto__': 'x' } })).entries).toEqual([]);
    await expect(store.query({ where: { constructor: 'x' } })).rejects.toThrow(TypeError);
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });

  it('any change of any bytes, and any end, gives what the recordings say; over HTTP a part of that', async () => {
    const sound = files.get(segment(0))!;
    const { here: truth } = await told(files);
    const position = fc.nat(sound.byteLength - 1);
    const edits = fc.array(fc.tuple(position, fc.integer({ min: 1, max: 255 })), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(edits, fc.option(position, { nil: sound.byteLength }), async (changes, end) => {
        const bytes = sound.slice();
        for (const [at, bits] of changes) bytes[at]! ^= bits;
        const { here, there, warnings } = await told(withSegments(bytes.subarray(0, end)));
        expect(here).toEqual(truth);
        expect(truth).toEqual(expect.arrayContaining(there));
        // Half a line at the end may be whole in a moment.
        if (end === sound.byteLength && bytes[end - 1] === 10 && there.length < 3) expect(warnings).toHaveLength(1);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a server that gives what is no catalogue', () => {
  const answering = (answer: (number: number) => Uint8Array): ReadableStorage => {
    const { list: _, ...remote } = memoryStorage(files);
    const number = /catalogue\/(\d+)\.jsonl$/;
    return {
      ...remote,
      get: async (key, options) => (number.test(key) ? answer(Number(number.exec(key)![1])) : remote.get(key, options)),
    };
  };

  it.each([
    ['a page for whatever is asked', () => encoder.encode('<html>\nIt works!\n</html>\n'), 'CATALOGUE_DAMAGED'],
    ['the same line for ever', () => encoder.encode(`${lines[0]}\n`), 'CATALOGUE_TOO_LARGE'],
    ['emptied segments for ever', () => new Uint8Array(0), 'CATALOGUE_TOO_LARGE'],
  ])('%s', async (_, answer, code) => {
    const store = await openStore(answering(answer), { codecs });
    await expect(store.catalogue.entries()).rejects.toMatchObject({ name: 'StoreError', code });
  });
});

describe('a store that nobody may write to', () => {
  it('is listed, and what it can not be told is', async () => {
    const bare = new Map([...files].filter(([key]) => key !== segment(0)));
    const warnings: StoreWarning[] = [];
    const refuse = async () => {
      throw new StoreError('STORE_NOT_WRITABLE', 'read-only');
    };
    const storage = { ...memoryStorage(bare), create: refuse, set: refuse, append: refuse, rename: refuse };
    const store = await openOrCreateStore(storage, { codecs, onWarning: (warning) => warnings.push(warning) });
    expect(await store.catalogue.entries()).toHaveLength(3);
    const recordings = [idOf(0), idOf(1), idOf(2)];
    expect(warnings).toMatchObject([
      { code: 'CATALOGUE_NOT_WRITTEN', recordings, cause: { code: 'STORE_NOT_WRITABLE' } },
    ]);
  });

  it('gives the lines as soon as there is space', async () => {
    const bare = new Map([...files].filter(([key]) => key !== segment(0)));
    const warnings: StoreWarning[] = [];
    const storage = fullStorage(memoryStorage(bare), (change) => change < 3);
    const store = await openOrCreateStore(storage, { codecs, onWarning: (warning) => warnings.push(warning) });
    while (!Buffer.from(bare.get(segment(1)) ?? bare.get(segment(0)) ?? []).includes(lines[2]!)) {
      expect(await store.catalogue.entries()).toHaveLength(3);
      expect(warnings.length).toBeLessThan(5);
    }
    expect(warnings[0]).toMatchObject({ code: 'CATALOGUE_NOT_WRITTEN', cause: { code: 'STORE_FULL' } });
  });
});
