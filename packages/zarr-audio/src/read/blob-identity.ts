import type { JsonObject } from '@zarr-audio/codec';
import { IndexError } from '@zarr-audio/packet-index';

/** Attributes of the arrays that have rows of a blob. */
export interface RowAttributes {
  readonly index: JsonObject | undefined;
  readonly seekPoints: JsonObject | undefined;
}

/**
 * Whether rows are of this blob: their attribute `blob_sha256` has to be that of the other rows, and the source's SHA-256
 * where the blob is the source. (The blob itself is not hashed for that: it would have to be read as a whole.)
 *
 * @param sourceSha256  Where the blob is the source, byte for byte.
 * @returns Of each array the error; none where they agree.
 */
export function foreignRows(
  { index, seekPoints }: RowAttributes,
  sourceSha256: string | undefined,
): { index?: IndexError; seekPoints?: IndexError } {
  const [ofIndex, ofSeekPoints] = [index?.blob_sha256, seekPoints?.blob_sha256];
  if (sourceSha256 !== undefined) {
    return {
      ...(index && ofIndex !== sourceSha256 && { index: otherBlob('index', ofIndex, sourceSha256) }),
      ...(seekPoints &&
        ofSeekPoints !== sourceSha256 && { seekPoints: otherBlob('seek points', ofSeekPoints, sourceSha256) }),
    };
  }
  if (!index || !seekPoints || ofIndex === ofSeekPoints) return {};
  // One of them is right, and nothing tells which.
  return {
    index: otherBlob('index', ofIndex, ofSeekPoints),
    seekPoints: otherBlob('seek points', ofSeekPoints, ofIndex),
  };
}

function otherBlob(what: string, actual: unknown, expected: unknown): IndexError {
  return new IndexError(
    'INDEX_OTHER_BLOB',
    `the ${what} belong to a blob with SHA-256 ${actual}, not ${expected}: rebuild them with reindex`,
    { actual, expected },
  );
}
