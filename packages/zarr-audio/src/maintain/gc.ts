import { StoreError } from '../errors';
import type { ReadOptions, StorageKey, WritableStorage } from '../storage/storage';
import { findLeftovers, type LeftoverKind } from './leftovers';

const DEFAULT_MIN_AGE_MS = 24 * 3_600_000;

export interface GarbageOptions extends ReadOptions {
  /**
   * What was written to within so many milliseconds is spared, for somebody may be writing it, or reading by it: 24 hours if left out. With 0
   * nothing is: then nobody else may be writing to the store.
   */
  readonly minAgeMs?: number | undefined;
  /** Only tell what would be removed. */
  readonly dryRun?: boolean | undefined;
}

/** Something that is no part of the store (any more). */
export interface Garbage {
  readonly key: StorageKey;
  /**
   * `unfinished`: written aside and never moved to its place, or half removed. `replaced`: an index or seek points that a rebuild has put
   * others in the place of. `incomplete`: a folder where a recording would be, that holds no audio. `unknown`: none of ours.
   */
  readonly kind: LeftoverKind | 'unknown';
  /** `removable` is what would be `removed`. `spared`: it is too young, or nothing tells its age. What is unknown is always `kept`. */
  readonly status: 'removed' | 'removable' | 'spared' | 'kept';
  /** Of its files; null where that can't be said. */
  readonly bytes: number | null;
  /** When something in it, or about it, was changed last, in milliseconds since 1970; null where that can't be said. */
  readonly modifiedMs: number | null;
}

/**
 * Removes what crashes, aborted copies and rebuilt indices left in a store, and gives it out as it is done. Others may import, rebuild and
 * read meanwhile; stopped at any moment, it leaves what the next run takes away. Recordings are not touched.
 *
 * @throws {RangeError} for an age that is none
 * @throws {StoreError} `STORE_NOT_WRITABLE`, `STORE_NOT_LISTABLE`; what the storage throws
 */
export async function* collectGarbage(storage: WritableStorage, options: GarbageOptions = {}): AsyncGenerator<Garbage> {
  const { minAgeMs = DEFAULT_MIN_AGE_MS, dryRun = false, signal } = options;
  if (!(minAgeMs >= 0)) throw new RangeError(`an age of ${minAgeMs} ms can't be`);
  requireMaintainable(storage);
  for await (const finding of findLeftovers(storage, options)) {
    signal?.throwIfAborted();
    const { key, kind } = finding;
    const size = await sizeOf(storage, key, options);
    if (kind === 'unknown') {
      yield { key, kind, status: 'kept', ...size };
      continue;
    }
    const modifiedMs = size.modifiedMs === null ? null : Math.max(size.modifiedMs, finding.usedMs);
    const found = { key, kind, ...size, modifiedMs };
    const isOld = minAgeMs === 0 || (modifiedMs !== null && Date.now() - modifiedMs >= minAgeMs);
    if (!isOld) {
      yield { ...found, status: 'spared' };
      continue;
    }
    if (!dryRun) await storage.remove(key);
    yield { ...found, status: dryRun ? 'removable' : 'removed' };
  }
}

type Maintainable = WritableStorage & { list: NonNullable<WritableStorage['list']> };

function requireMaintainable(storage: WritableStorage): asserts storage is Maintainable {
  const { description } = storage;
  if (typeof storage.remove !== 'function') {
    const message = `${description} can only be read: collect its garbage where the store lies`;
    throw new StoreError('STORE_NOT_WRITABLE', message, { store: description });
  }
  if (storage.list) return;
  const message = `${description} can't be listed: nothing tells what lies in it`;
  throw new StoreError('STORE_NOT_LISTABLE', message, { store: description });
}

/** Of a file, or of all that is in a folder. What goes meanwhile is not counted. */
async function sizeOf(storage: Maintainable, key: StorageKey, options: ReadOptions) {
  let bytes = 0;
  let modifiedMs = Number.NEGATIVE_INFINITY;
  if (!storage.status) return { bytes: null, modifiedMs: null };
  const keys = [key];
  // The list grows while it is walked.
  for (const each of keys) {
    options.signal?.throwIfAborted();
    const found = await storage.status(each);
    if (!found) continue;
    bytes += found.bytes;
    modifiedMs = Math.max(modifiedMs, found.modifiedMs);
    if (found.isFolder) keys.push(...(await storage.list(each, options)).map((name) => `${each}/${name}` as const));
  }
  return { bytes, modifiedMs: modifiedMs === Number.NEGATIVE_INFINITY ? null : modifiedMs };
}
