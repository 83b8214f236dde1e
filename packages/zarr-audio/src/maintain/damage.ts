import { errorCode, type JsonObject, type JsonValue, type Repair } from '@zarr-audio/codec';
import { isObject } from '../json-file';
import { BLOB_ARRAY } from '../store-layout';
import type { BlobScan } from './blob-scan';

/** A thing that is wrong with a recording. Plain data. */
export interface Damage {
  /** As docs/errors.md lists them. */
  readonly code: string;
  /** The file, array or attribute, and the place in it. */
  readonly where: string;
  /** Samples per channel that are lost by it; 0 where none are. */
  readonly samples: number;
}

/**
 * What a scan found that was not so when the blob was written. `byteOffset` is in the blob.
 *
 * @param hashes  SHA-256 that the blob may have: where it has one of them it is whole, whatever its codec says of it.
 */
export function blobRepairs(
  { damaged, summary, sha256 }: BlobScan,
  attributes: JsonObject,
  hashes: readonly (string | undefined)[],
): Repair[] {
  const chunks = damaged.map(({ start, error }) => ({ code: errorCode(error)!, byteOffset: start, samples: 0 }));
  if (chunks.length === 0 && hashes.includes(sha256)) return [];
  return [...chunks, ...newRepairs(summary.repairs, knownRepairs(attributes.repairs))];
}

export const inBlob = ({ code, byteOffset, samples }: Repair): Damage => ({
  code,
  where: `${BLOB_ARRAY}, byte ${byteOffset}`,
  samples,
});

/** What an import noted already, told again of the blob that it made: places differ, what and how much does not. */
function newRepairs(found: readonly Repair[], known: readonly Repair[]): Repair[] {
  const key = ({ code, samples }: Repair) => `${code} ${samples}`;
  const left = new Map<string, number>();
  for (const repair of known) left.set(key(repair), (left.get(key(repair)) ?? 0) + 1);
  return found.filter((repair) => {
    const count = left.get(key(repair)) ?? 0;
    left.set(key(repair), count - 1);
    return count <= 0;
  });
}

/** As the attributes have them; none where they can't be read. */
export function knownRepairs(value: JsonValue | undefined): Repair[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry) => {
    if (!isObject(entry)) return [];
    const { code, byteOffset, samples } = entry;
    const isRepair = typeof code === 'string' && typeof byteOffset === 'number' && typeof samples === 'number';
    return isRepair ? [{ code, byteOffset, samples }] : [];
  });
}
