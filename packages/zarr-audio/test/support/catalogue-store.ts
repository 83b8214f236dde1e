import type { JsonObject } from '@zarr-audio/codec';
import { memoryStorage, openOrCreateStore } from '../../src/index';
import { codecs, importFixture } from './stores';

const TINY = 'ogg_opus/tiny.ogg';
export const CATALOGUE = '/.zarr-audio/catalogue';
export const segment = (number: number): string => `${CATALOGUE}/${number}.jsonl`;
export const idOf = (number: number): string => number.toString(16).padStart(16, '0');

/** What makes a copy another recording than its original. */
export interface Copy {
  /** Of the corpus: the original; a tiny one, if left out. */
  readonly path?: string;
  readonly file?: string;
  readonly start?: string;
  readonly user?: JsonObject;
  readonly field?: JsonObject;
  readonly attributes?: JsonObject;
}

const originals = new Map<string, Map<string, Uint8Array>>();

/** A recording, by key within its folder. */
async function originalFiles(path: string): Promise<Map<string, Uint8Array>> {
  const known = originals.get(path);
  if (known) return known;
  const files = new Map<string, Uint8Array>();
  const [recording] = await importFixture(await openOrCreateStore(memoryStorage(files), { codecs }), path);
  const folder = `/${recording!.id}/`;
  const inFolder = [...files].filter(([key]) => key.startsWith(folder));
  const original = new Map(inFolder.map(([key, bytes]) => [key.slice(folder.length), bytes]));
  originals.set(path, original);
  return original;
}

/** Puts a recording into a store as its writer does, but for its line of the catalogue. */
export async function addCopy(files: Map<string, Uint8Array>, id: string, copy: Copy = {}): Promise<void> {
  const { path = TINY, file, start, user, field, attributes: others } = copy;
  for (const [name, bytes] of await originalFiles(path)) {
    if (name !== 'zarr.json') {
      files.set(`/${id}/${name}`, bytes);
      continue;
    }
    const document = JSON.parse(new TextDecoder().decode(bytes));
    const { attributes } = document;
    if (file !== undefined) attributes.source.file = file;
    if (start !== undefined) attributes.first_sample_time_stamp = start;
    Object.assign(attributes, user && { user }, field && { field }, others);
    files.set(`/${id}/${name}`, new TextEncoder().encode(JSON.stringify(document)));
  }
}

/** A store without a catalogue: recordings `idOf(0)`, `idOf(1)`, ... */
export async function storeOf(copies: readonly Copy[]): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const group = { zarr_format: 3, node_type: 'group' };
  const json = (value: JsonObject) => new TextEncoder().encode(JSON.stringify(value));
  files.set('/zarr.json', json({ ...group, attributes: { magic_id: 'zarr-audio', version: 1 } }));
  files.set('/.zarr-audio/zarr.json', json({ ...group, attributes: {} }));
  for (const [number, copy] of copies.entries()) await addCopy(files, idOf(number), copy);
  return files;
}

/** Lines of all segments, parsed: those that are whole. */
export function linesOf(files: ReadonlyMap<string, Uint8Array>): JsonObject[] {
  const segments = [...files].filter(([key]) => key.startsWith(CATALOGUE));
  return segments.flatMap(([, bytes]) =>
    Buffer.from(bytes)
      .toString()
      .split('\n')
      .slice(0, -1)
      .map((line): JsonObject => JSON.parse(line)),
  );
}
