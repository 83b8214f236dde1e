import type { JsonObject } from '@zarr-audio/codec';
import { memoryStorage, openOrCreateStore } from '../../src/index';
import { codecs, importFixture } from './stores';

const TINY = 'ogg_opus/tiny.ogg';
export const CATALOGUE = '/.zarr-audio/catalogue';
export const segment = (number: number): string => `${CATALOGUE}/${number}.jsonl`;
export const idOf = (number: number): string => number.toString(16).padStart(16, '0');

/** What makes a copy another recording than its original. */
export interface Copy {
  readonly file?: string;
  readonly start?: string;
  readonly user?: JsonObject;
  readonly field?: JsonObject;
}

const original = new Map<string, Uint8Array>();

/** A small recording, by key within its folder. */
async function originalFiles(): Promise<Map<string, Uint8Array>> {
  if (original.size > 0) return original;
  const files = new Map<string, Uint8Array>();
  const [recording] = await importFixture(await openOrCreateStore(memoryStorage(files), { codecs }), TINY);
  const folder = `/${recording!.id}/`;
  for (const [key, bytes] of files) if (key.startsWith(folder)) original.set(key.slice(folder.length), bytes);
  return original;
}

/** Puts a recording into a store as its writer does, but for its line of the catalogue. */
export async function addCopy(files: Map<string, Uint8Array>, id: string, { file, start, user, field }: Copy = {}) {
  for (const [name, bytes] of await originalFiles()) {
    if (name !== 'zarr.json') {
      files.set(`/${id}/${name}`, bytes);
      continue;
    }
    const document = JSON.parse(new TextDecoder().decode(bytes));
    const { attributes } = document;
    Object.assign(attributes.source, file === undefined ? {} : { file });
    Object.assign(attributes, start === undefined ? {} : { first_sample_time_stamp: start }, user && { user });
    Object.assign(attributes, field && { field });
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
