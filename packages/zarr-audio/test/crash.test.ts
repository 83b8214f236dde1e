import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bytesSource, errorCode } from '@zarr-audio/codec';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { describe, expect, it } from 'vitest';
import {
  type ImportOptions,
  memoryStorage,
  openOrCreateStore,
  openStore,
  type ReadableStorage,
  type StoreWarning,
  type WritableStorage,
} from '../src/index';
import { fileStorage } from '../src/node';
import { outputOf, startChild } from './support/child';
import { fixtures } from './support/corpus';
import { fullStorage } from './support/full-storage';
import { stoppingStorage } from './support/stopping-storage';
import { contents } from './support/store-contents';
import { codecs, temporaryFolder } from './support/stores';

/** Four recordings in a file; one that is encoded. */
const CHAIN = 'ogg_opus/chain.opus';
const WAV = 'wildlife/audiomoth_gps.wav';
/** Enough for the order of things. */
const TWO_LINKS = 'ogg_opus/variable-samplerate.opus';
/** Of each file. */
const KILLS = 6;

async function importInto(storage: WritableStorage, path: string, options: ImportOptions = {}) {
  const store = await openOrCreateStore(storage, { codecs });
  const source = bytesSource(basename(path), new Uint8Array(readFileSync(fixtures + path)));
  return { store, results: await store.import(source, { inputs: [wavInput()], resample, ...options }) };
}

async function expectedContents(path: string, options?: ImportOptions): Promise<Record<string, string>> {
  return contents((await importInto(memoryStorage(), path, options)).store);
}

/** What there is, or undefined if there is no store yet. */
async function survivors(storage: () => Promise<ReadableStorage>): Promise<Record<string, string> | undefined> {
  try {
    return await contents(await openStore(await storage(), { codecs }));
  } catch (error) {
    if (errorCode(error) === 'STORE_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * Nothing but whole recordings is seen, and importing once more brings what is missing.
 *
 * @returns how many recordings there were before.
 */
async function checkRecovery(
  storage: () => Promise<WritableStorage>,
  path: string,
  expected: Record<string, string>,
  options?: ImportOptions,
) {
  const left = await survivors(storage);
  expect(expected).toMatchObject(left ?? {});
  const { store, results } = await importInto(await storage(), path, options);
  for (const result of results) {
    if (result.status === 'failed') throw result.error;
    expect(result.status).toBe(left && result.id in left ? 'duplicate' : 'imported');
  }
  expect(await contents(store)).toEqual(expected);
  return left && Object.keys(left).length;
}

describe('a process that is killed', () => {
  it.each([CHAIN, WAV])('while it imports %s leaves whole recordings, and the next import completes', async (path) => {
    const expected = await expectedContents(path);
    let { ms: wholeMs } = await importFor(Number.POSITIVE_INFINITY, join(temporaryFolder(), 'store.zarr'), path);
    let kills = 0;
    for (let attempt = 0; kills < KILLS; attempt++) {
      // Some end before they are killed.
      expect(attempt).toBeLessThan(5 * KILLS);
      const folder = join(temporaryFolder(), 'store.zarr');
      // Any moment, but in another part of the time for each.
      const killAfterMs = ((kills + Math.random()) / (KILLS + 1)) * wholeMs;
      const { isKilled, ms } = await importFor(killAfterMs, folder, path);
      await checkRecovery(() => fileStorage(folder, { create: true }), path, expected);
      if (isKilled) kills++;
      // What takes long while the machine is busy takes less when it is not.
      else wholeMs = Math.min(wholeMs, ms);
    }
  });
});

/** Imports in a process of its own, which is killed so many milliseconds after it has begun to work. */
async function importFor(ms: number, folder: string, path: string): Promise<{ isKilled: boolean; ms: number }> {
  const child = startChild('import-file.mjs', folder, fixtures + path);
  await new Promise((resolve) => child.process.stdout!.once('data', resolve));
  const from = performance.now();
  const timer = ms === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => child.process.kill('SIGKILL'), ms);
  const { status } = await child.ended;
  clearTimeout(timer);
  return { isKilled: status === null, ms: performance.now() - from };
}

describe('an import that stops', () => {
  it('before any change of the store leaves whole recordings, and the next import completes', async () => {
    const options = { seekPoints: 'grid' } as const;
    const expected = await expectedContents(TWO_LINKS, options);
    const all = stoppingStorage(memoryStorage(), Number.POSITIVE_INFINITY);
    await importInto(all, TWO_LINKS, options);
    expect(all.steps).toBeGreaterThan(45);
    const left = new Set<number | undefined>();
    for (let steps = 0; steps < all.steps; steps++) {
      const files = new Map<string, Uint8Array>();
      const storage = stoppingStorage(memoryStorage(files), steps);
      const importing = importInto(storage, TWO_LINKS, options);
      await Promise.race([storage.stopped, importing.then(() => expect.fail('it went on'))]);
      left.add(await checkRecovery(async () => memoryStorage(files), TWO_LINKS, expected, options));
    }
    // Both are there before the catalogue says so.
    expect([...left]).toEqual([undefined, 0, 1, 2]);
  });
});

describe('a disk that is full', () => {
  const options = { seekPoints: 'grid' } as const;

  it.each([
    ['from any change on', (change: number, first: number) => change >= first],
    ['at any change, and has space again for the next', (change: number, first: number) => change === first],
  ])('%s', async (_, isFull) => {
    const expected = await expectedContents(TWO_LINKS, options);
    const all = fullStorage(memoryStorage(), () => false);
    await importInto(all, TWO_LINKS, options);
    const outcomes = new Map<string, number>();
    for (let first = 0; first < all.changes; first++) {
      const files = new Map<string, Uint8Array>();
      const outcome = await importFull(fullStorage(memoryStorage(files), (change) => isFull(change, first)));
      outcomes.set(String(outcome), (outcomes.get(String(outcome)) ?? 0) + 1);
      expect([...files.keys()].filter((key) => key.includes('/tmp/'))).toEqual([]);
      // All of the file, or none of it.
      const left = await checkRecovery(async () => memoryStorage(files), TWO_LINKS, expected, options);
      expect(left ?? 0).toBe(outcome === 'STORE_FULL' ? 0 : 2);
    }
    // The last of all changes are the line of the catalogue: the segment, its bytes, its end.
    expect(Object.fromEntries(outcomes)).toEqual({ STORE_FULL: all.changes - 3, CATALOGUE_NOT_WRITTEN: 3 });
  });

  /** @returns The code of the failure, or of the warning. */
  async function importFull(storage: WritableStorage): Promise<string | undefined> {
    const warnings: StoreWarning[] = [];
    const onWarning = (warning: StoreWarning) => void warnings.push(warning);
    const store = await openOrCreateStore(storage, { codecs, onWarning });
    try {
      await store.import(bytesSource('two.opus', new Uint8Array(readFileSync(fixtures + TWO_LINKS))), options);
    } catch (error) {
      return errorCode(error);
    }
    return warnings[0]?.code;
  }
});

describe('processes that import at the same time', () => {
  it('the same file into the same new store: one imports, one finds it there', async () => {
    for (const path of ['ogg_opus/silence.opus', CHAIN]) {
      const expected = await expectedContents(path);
      const folder = join(temporaryFolder(), 'store.zarr');
      const children = [1, 2].map(() => startChild('import-file.mjs', folder, fixtures + path));
      const outputs = await Promise.all(children.map(outputOf));
      const results: { status: string; id: string }[] = outputs.flatMap((output) =>
        JSON.parse(output.slice('begin\n'.length)),
      );
      for (const id of Object.keys(expected)) {
        const statuses = results.filter((result) => result.id === id).map(({ status }) => status);
        expect(statuses.sort()).toEqual(['duplicate', 'imported']);
      }
      expect(results.length).toBe(2 * Object.keys(expected).length);
      expect(await survivors(() => fileStorage(folder))).toEqual(expected);
      expect(readdirSync(join(folder, '.zarr-audio/tmp'))).toEqual([]);
    }
  });
});
