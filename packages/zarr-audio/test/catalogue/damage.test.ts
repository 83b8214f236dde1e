import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../src/arrays/index';
import { memoryStorage, openOrCreateStore, openStore, type StoreWarning, type WritableStorage } from '../../src/index';
import { CATALOGUE, idOf, linesOf, segment, storeOf } from '../support/catalogue-store';
import { codecs, importFixture } from '../support/stores';

const NAMES = ['a.wav', 'b.wav', 'c.wav'];

/** Three recordings, with a line each in one segment. */
async function catalogued(): Promise<Map<string, Uint8Array>> {
  const files = await storeOf(NAMES.map((file) => ({ file })));
  await (await openOrCreateStore(memoryStorage(files), { codecs })).catalogue.entries();
  expect(linesOf(files)).toHaveLength(3);
  return files;
}

/** As a server that can't list. */
async function remoteStore(files: Map<string, Uint8Array>, warnings: StoreWarning[] = []) {
  const { list: _, ...storage } = memoryStorage(files);
  return openStore(storage, { codecs, onWarning: (warning) => warnings.push(warning) });
}

const filesOf = async (store: Awaited<ReturnType<typeof openStore>>) =>
  (await store.catalogue.entries()).map(({ file }) => file);

describe('a damaged catalogue', () => {
  it('costs nothing where recordings can be listed: whatever is in it, the entries are those of the recordings', async () => {
    const sound = await catalogued();
    const bytes = sound.get(segment(0))!;
    const change = fc.record({ at: fc.nat(bytes.byteLength - 1), to: fc.nat(255) });
    const damage = fc.record({ changes: fc.array(change, { maxLength: 8 }), length: fc.nat(bytes.byteLength) });
    await fc.assert(
      fc.asyncProperty(damage, async ({ changes, length }) => {
        const changed = bytes.slice();
        for (const { at, to } of changes) changed[at] = to;
        const files = new Map(sound).set(segment(0), changed.subarray(0, length));
        expect(await filesOf(await openStore(memoryStorage(files), { codecs }))).toEqual(NAMES);
      }),
      { numRuns: 60 },
    );
  });

  it('is told of where they can not, and gives what is whole', async () => {
    const files = await catalogued();
    const bytes = files.get(segment(0))!.slice();
    bytes[bytes.indexOf(10) + 5]! ^= 1;
    const warnings: StoreWarning[] = [];
    const store = await remoteStore(files.set(segment(0), bytes), warnings);
    expect(await filesOf(store)).toEqual(['a.wav', 'c.wav']);
    expect(warnings).toMatchObject([{ code: 'CATALOGUE_DAMAGED', lines: 1 }]);
  });

  it.each([
    ['of wrong types', `{"id":"${idOf(0)}","sha256":7,"file":null,"attributes":[]`],
    ['with an id that leads elsewhere', `{"id":"../../etc","sha256":"${'0'.repeat(64)}","file":"x"`],
    ['that would change all objects', `{"id":"${idOf(0)}","__proto__":{"polluted":true}`],
    ['that is deep', `{"id":${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['that is longer than any', `{"id":"${'0'.repeat(20_000)}"`],
  ])('takes no line %s, though its checksum is right', async (_, text) => {
    const files = await catalogued();
    const checksum = crc32c(Buffer.from(text)).toString(16).padStart(8, '0');
    const line = Buffer.from(`${text},"crc32c":"${checksum}"}\n`);
    files.set(segment(0), new Uint8Array(Buffer.concat([line, files.get(segment(0))!])));
    const warnings: StoreWarning[] = [];
    expect(await filesOf(await remoteStore(files, warnings))).toEqual(NAMES);
    expect(warnings).toMatchObject([{ code: 'CATALOGUE_DAMAGED', lines: 1 }]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('is none where a server answers with a page of its own, or for ever', async () => {
    const files = await catalogued();
    const answering = async (answer: Uint8Array) => {
      const { list: _, ...storage } = memoryStorage(files);
      const get: WritableStorage['get'] = async (key, options) =>
        key.startsWith(CATALOGUE) ? answer : storage.get(key, options);
      return (await openStore({ ...storage, get }, { codecs, onWarning: () => undefined })).catalogue.entries();
    };
    const page = new TextEncoder().encode('<!doctype html>\n<title>Welcome</title>\n');
    await expect(answering(page)).rejects.toMatchObject({ code: 'CATALOGUE_DAMAGED' });
    await expect(answering(new Uint8Array(0))).rejects.toMatchObject({ code: 'CATALOGUE_TOO_LARGE' });
  });
});

describe('a catalogue that can not be written', () => {
  it('does not keep an import from its end; the next writer makes up for it', async () => {
    const files = new Map<string, Uint8Array>();
    const storage = memoryStorage(files);
    const refusing: WritableStorage = {
      ...storage,
      create: async (key) => {
        if (key.startsWith(CATALOGUE)) throw new Error('no space');
        return storage.create(key);
      },
    };
    const warnings: StoreWarning[] = [];
    const store = await openOrCreateStore(refusing, { codecs, onWarning: (warning) => warnings.push(warning) });
    const [recording] = await importFixture(store, 'ogg_opus/tiny.ogg');
    expect(warnings).toMatchObject([{ code: 'CATALOGUE_NOT_WRITTEN', recordings: [recording!.id] }]);
    expect(linesOf(files)).toEqual([]);
    expect(await store.ids()).toEqual([recording!.id]);
    await (await openOrCreateStore(storage, { codecs })).catalogue.entries();
    expect(linesOf(files).map(({ id }) => id)).toEqual([recording!.id]);
  });
});

it('several writers at once each have a segment of their own, and readers see all', async () => {
  const files = await storeOf([]);
  const paths = ['ogg_opus/tiny.ogg', 'ogg_opus/silence.opus', 'ogg_opus/speech_8.opus', 'ogg_opus/chain.opus'];
  const imports = paths.map(async (path) =>
    importFixture(await openOrCreateStore(memoryStorage(files), { codecs }), path),
  );
  const imported = (await Promise.all(imports)).flat().map(({ id }) => id);
  expect([...files.keys()].filter((key) => key.startsWith(CATALOGUE)).length).toBe(paths.length);
  expect(await (await remoteStore(files)).ids()).toEqual(imported.sort());
});
