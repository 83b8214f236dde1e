import { StoreError } from '../errors';
import type { ReadableStorage, ReadOptions, StorageKey } from '../storage/storage';
import { PRIVATE_GROUP } from '../store-layout';

export const SEGMENTS_FOLDER: StorageKey = `/${PRIVATE_GROUP}/catalogue`;
export const segmentKey = (number: number): StorageKey => `${SEGMENTS_FOLDER}/${number}.jsonl`;

/** A writer goes on with another segment above this, so that readers can hold one: 64 MiB, 150,000 recordings. */
export const FULL_SEGMENT_BYTES = 2 ** 26;
/** A longer one is none of ours, and not read. */
const MAX_SEGMENT_BYTES = 2 * FULL_SEGMENT_BYTES;
/** More than writers make between two runs of `gc`. A server that answers everything with something comes to an end here. */
const MAX_SEGMENTS = 100_000;
/** Segments asked for together where nothing tells how many there are: more with each round, up to this. */
const FIRST_ROUND = 4;
const LAST_ROUND = 32;

export interface Segment {
  readonly number: number;
  readonly bytes: Uint8Array;
  /** It is none of ours: there are no `bytes`. */
  readonly isTooLong: boolean;
}

/** Numbers of the segments that are there, in order, of a storage that can list. */
export async function listSegments(storage: ReadableStorage, options?: ReadOptions): Promise<number[]> {
  const names = (await storage.list?.(SEGMENTS_FOLDER, options)) ?? [];
  const numbers = names.map((name) => /^(0|[1-9]\d{0,8})\.jsonl$/.exec(name)?.[1]);
  return numbers
    .filter((number) => number !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * All segments, in their order.
 *
 * @throws {StoreError} `CATALOGUE_TOO_LARGE`
 */
export async function* readSegments(storage: ReadableStorage, options?: ReadOptions): AsyncGenerator<Segment> {
  if (!storage.list) {
    yield* askForSegments(storage, options);
    return;
  }
  for (const number of await listSegments(storage, options)) {
    const segment = await readSegment(storage, number, options);
    if (segment) yield segment;
  }
}

/** In rounds, until there is none. */
async function* askForSegments(storage: ReadableStorage, options?: ReadOptions): AsyncGenerator<Segment> {
  let round = FIRST_ROUND;
  for (let first = 0; first < MAX_SEGMENTS; ) {
    const numbers = Array.from({ length: round }, (_, i) => first + i);
    const segments = await Promise.all(numbers.map((number) => readSegment(storage, number, options)));
    const end = segments.indexOf(undefined);
    const found = (end < 0 ? segments : segments.slice(0, end)).filter((segment) => segment !== undefined);
    yield* found;
    if (end >= 0) {
      // `gc` moves lines from the first segments to a new one at the end: what it emptied just now may be there by now.
      const mayHaveMoved = found.some(({ bytes }) => bytes.byteLength === 0);
      const last = mayHaveMoved ? await readSegment(storage, first + end, options) : undefined;
      if (!last) return;
      yield last;
    }
    first += end < 0 ? round : end + 1;
    round = Math.min(2 * round, LAST_ROUND);
  }
  const message = `${storage.description} has over ${MAX_SEGMENTS} segments of a catalogue, or answers every request`;
  throw new StoreError('CATALOGUE_TOO_LARGE', message, { expected: MAX_SEGMENTS });
}

async function readSegment(
  storage: ReadableStorage,
  number: number,
  options?: ReadOptions,
): Promise<Segment | undefined> {
  const bytes = await storage.get(segmentKey(number), options);
  if (!bytes) return undefined;
  const isTooLong = bytes.byteLength > MAX_SEGMENT_BYTES;
  return { number, bytes: isTooLong ? new Uint8Array(0) : bytes, isTooLong };
}
