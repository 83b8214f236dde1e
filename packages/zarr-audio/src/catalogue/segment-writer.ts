import { errorCode } from '@zarr-audio/codec';
import type { WritableStorage } from '../storage/storage';
import type { CatalogueEntry } from './entry';
import { encodeLines } from './line';
import { FULL_SEGMENT_BYTES, listSegments, segmentKey } from './segments';

/**
 * Writes lines into a segment of its own, which it makes with the first of them. Nobody else appends to it, so no two writers meet in
 * one; where the storage can't append, each call makes another segment.
 *
 * One call after the other: the caller sees to that.
 */
export class SegmentWriter {
  readonly #storage: WritableStorage;
  /** That lines are appended to. */
  #number: number | undefined;
  #byteLength = 0;

  constructor(storage: WritableStorage) {
    this.#storage = storage;
  }

  /** @throws what the storage throws; lines before may have been written then, and the next call begins another segment. */
  async append(entries: readonly CatalogueEntry[]): Promise<void> {
    const bytes = encodeLines(entries);
    if (bytes.byteLength === 0) return;
    const number = this.#byteLength < FULL_SEGMENT_BYTES ? this.#number : undefined;
    // What failed may have left half a line.
    this.#number = undefined;
    if (number !== undefined && this.#storage.append) {
      await this.#storage.append(segmentKey(number), bytes);
      this.#number = number;
    } else {
      this.#number = await createSegment(this.#storage, bytes);
      this.#byteLength = 0;
    }
    this.#byteLength += bytes.byteLength;
  }
}

/**
 * A new segment, at the first number that is free: readers go on until there is none.
 *
 * @returns Its number.
 */
export async function createSegment(storage: WritableStorage, bytes: Uint8Array): Promise<number> {
  const taken = new Set(await listSegments(storage));
  for (let number = 0; ; number++) {
    if (taken.has(number)) continue;
    try {
      const file = await storage.create(segmentKey(number));
      try {
        await file.write(bytes);
        await file.close();
      } catch (error) {
        // A number that is free ends the catalogue for readers that can't list: the segment stays. What is in it goes, if it can, for a disk
        // that is full must not have less space afterwards.
        await file.close().catch(() => file.abort());
        await storage.set(segmentKey(number), new Uint8Array(0)).catch(() => undefined);
        throw error;
      }
      return number;
    } catch (error) {
      // Another writer was quicker.
      if (errorCode(error) !== 'STORE_EXISTS') throw error;
    }
  }
}
