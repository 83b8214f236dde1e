import type { CodecRegistry, PcmBlock, TaskRunner } from '@zarr-audio/codec';
import { expect } from 'vitest';
import {
  type ImportOptions,
  memoryStorage,
  openOrCreateStore,
  openStore,
  type ReadableStorage,
  type Recording,
} from '../../src/index';
import { bytesOf, codecs, importFixture } from './stores';

export interface OpenOptions {
  readonly tasks?: TaskRunner | undefined;
  /** What they are read with. */
  readonly codecs?: CodecRegistry;
  /** What they are read from. */
  readonly wrap?: (storage: ReadableStorage) => ReadableStorage;
}

/** The recordings of a file, opened to be read from: imported without all that. */
export async function recordingsOf(
  path: string,
  options: ImportOptions = {},
  { tasks, wrap = (storage) => storage, ...open }: OpenOptions = {},
): Promise<Recording[]> {
  const storage = memoryStorage();
  const imported = await importFixture(await openOrCreateStore(storage, { codecs }), path, options);
  const store = await openStore(wrap(storage), { codecs, tasks, ...open });
  return Promise.all(imported.map(({ id }) => store.open(id)));
}

export function expectSameBlock(actual: PcmBlock | undefined, expected: PcmBlock): void {
  expect({ ...actual, data: undefined }).toEqual({ ...expected, data: undefined });
  expect(actual!.data.constructor).toBe(expected.data.constructor);
  expect(bytesOf(actual!.data).equals(bytesOf(expected.data))).toBe(true);
}

export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}
