import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '@zarr-audio/codec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOrCreateStore, type WritableAudioStore } from '../src/index';
import { fileStorage } from '../src/node';
import { codecs, importFixture } from './support/stores';

const GRID = { seekPoints: 'grid' } as const;
/** Names that are none, or of what lies elsewhere. */
const NAMES = ['..', '.', '', '../x', '../../outside', '/etc', 'a/b', 'a\\b', 'a\0b', '__proto__', 'x'.repeat(300)];

let around: string;
let folder: string;
let store: WritableAudioStore;
let id: string;
let document: string;

beforeAll(async () => {
  around = mkdtempSync(join(tmpdir(), 'zarr-audio-names-'));
  folder = join(around, 'store.zarr');
  mkdirSync(join(around, 'outside'));
  store = await openOrCreateStore(await fileStorage(folder, { create: true }), { codecs });
  id = (await importFixture(store, 'ogg_opus/variable-samplerate.opus', GRID))[0]!.id;
  document = readFileSync(join(folder, id, 'zarr.json'), 'utf8');
});

afterAll(() => rmSync(around, { recursive: true, force: true }));

/** Changes the document of a recording, which names its arrays. */
function write(change: (attributes: Record<string, Record<string, string>>, arrays: Record<string, unknown>) => void) {
  const changed = JSON.parse(document);
  change(changed.attributes, changed.consolidated_metadata.metadata);
  writeFileSync(join(folder, id, 'zarr.json'), JSON.stringify(changed));
}

async function damageOf(recording: string): Promise<string[]> {
  for await (const { id: each, damage } of store.verify())
    if (each === recording) return damage.map(({ code }) => code);
  return ['it was not verified'];
}

/** An own member even of names that are special. */
const add = (arrays: Record<string, unknown>, name: string) =>
  Object.defineProperty(arrays, name, { value: arrays.opus_index, enumerable: true });

describe.each(NAMES)('an array that is called %j', (name) => {
  it('is not looked for: reads are refused, verify tells of it, gc leaves it, and reindex puts it right', async () => {
    for (const table of ['index', 'seek_points']) {
      write((attributes, arrays) => {
        attributes.index_arrays![table] = name;
        add(arrays, name);
      });
      expect(await store.open(id).then(() => 'opened', errorCode)).toBe('RECORDING_BAD_ATTRIBUTES');
      expect(await damageOf(id)).toContain('RECORDING_BAD_ATTRIBUTES');
      for await (const { status } of store.collectGarbage({ minAgeMs: 0, dryRun: true }))
        expect(status).toBe('removable');
      await store.reindex(id, GRID);
      expect(await damageOf(id)).not.toContain('STORE_BAD_KEY');
    }
    expect(readdirSync(join(around, 'outside'))).toEqual([]);
    expect(readdirSync(around).sort()).toEqual(['outside', 'store.zarr']);
  });

  it('among those that are needed does not keep these from being read', async () => {
    write((_, arrays) => add(arrays, name));
    expect((await (await store.open(id)).read({ start: 0, end: 10 })).frames).toBe(10);
    expect(await damageOf(id)).toEqual(['RECORDING_BAD_ATTRIBUTES']);
  });
});

describe('a recording that is a link to another disk', () => {
  it('is read and verified, and nothing is written or removed through it', async () => {
    const elsewhere = join(around, 'outside', 'store.zarr');
    const other = await openOrCreateStore(await fileStorage(elsewhere, { create: true }), { codecs });
    const [, second] = await importFixture(other, 'ogg_opus/variable-samplerate.opus', GRID);
    await other.reindex(second!.id, GRID);
    const linking = join(around, 'linking.zarr');
    const linked = await openOrCreateStore(await fileStorage(linking, { create: true }), { codecs });
    await importFixture(linked, 'ogg_opus/tiny.ogg', GRID);
    symlinkSync(join(elsewhere, second!.id), join(linking, second!.id));
    mkdirSync(join(linking, '.zarr-audio/tmp/01234567-89ab-cdef-0123-456789abcdef'), { recursive: true });
    symlinkSync('/a/disk/that/is/away', join(linking, 'fedcba9876543210'));
    writeFileSync(join(linking, '0123456789abcdef'), 'a file');
    const before = readdirSync(elsewhere, { recursive: true });

    for await (const { id: each, ok } of linked.verify())
      expect(ok).toBe(!['fedcba9876543210', '0123456789abcdef'].includes(each));
    await expect(linked.reindex(second!.id, GRID)).rejects.toMatchObject({ code: 'STORE_BAD_KEY' });
    const found: string[] = [];
    for await (const { kind, status } of linked.collectGarbage({ minAgeMs: 0 })) found.push(`${status} ${kind}`);
    expect(found).toEqual(['removed unfinished', 'kept unknown', 'kept unknown']);
    expect(readdirSync(linking)).toEqual(expect.arrayContaining(['fedcba9876543210', '0123456789abcdef', second!.id]));
    expect(readdirSync(elsewhere, { recursive: true })).toEqual(before);
  });
});
