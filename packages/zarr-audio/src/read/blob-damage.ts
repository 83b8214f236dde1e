import { errorCode } from '@zarr-audio/codec';
import type { BlobReader } from '../arrays/index';
import type { ReadOptions } from '../storage';

/** What is wrong with stored bytes for good. A server that does not answer, or a file without rights, is none of it. */
const DAMAGE_CODES: ReadonlySet<string | undefined> = new Set([
  'CHUNK_MISSING',
  'CHUNK_TRUNCATED',
  'CHUNK_CRC_MISMATCH',
  'CHUNK_DAMAGED',
  'SHARD_INDEX_DAMAGED',
]);

/** Whether an array is damaged, and reading it again would not help. */
export function isChunkDamage(error: unknown): error is Error {
  return DAMAGE_CODES.has(errorCode(error));
}

/**
 * Whether a decoder refused the packet itself: by convention codes for that end so, with the codec's name before it
 * (`OPUS_DECODE_FAILED`, `OGG_BAD_SPAN`). A decoder that broke down has another.
 */
export function isRefusedPacket(error: unknown): error is Error {
  return /_(DECODE_FAILED|BAD_SPAN)$/.test(errorCode(error) ?? '');
}

/** Bytes `[start, end)` of a blob that can't be had. */
export interface DamagedBytes {
  readonly start: number;
  readonly end: number;
  readonly error: Error;
}

/**
 * Bytes `[start, end)` of a blob as far as they are sound, and zeros where they are not.
 *
 * @throws what is no damage: the storage's errors, the signal's reason.
 */
export async function readAround(
  blob: BlobReader,
  start: number,
  end: number,
  options: ReadOptions,
): Promise<{ bytes: Uint8Array; damaged: readonly DamagedBytes[] }> {
  try {
    return { bytes: await blob.read(start, end, options), damaged: [] };
  } catch (error) {
    if (!isChunkDamage(error)) throw error;
  }
  const bytes = new Uint8Array(end - start);
  const damaged: DamagedBytes[] = [];
  const { chunkBytes } = blob;
  for (let at = start; at < end; ) {
    const to = Math.min(end, (Math.floor(at / chunkBytes) + 1) * chunkBytes);
    try {
      bytes.set(await blob.read(at, to, options), at - start);
    } catch (error) {
      if (!isChunkDamage(error)) throw error;
      damaged.push({ start: at, end: to, error });
    }
    at = to;
  }
  return { bytes, damaged };
}
