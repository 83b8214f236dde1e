import { CodedError } from '@zarr-audio/codec';
import type { RowChunks } from '@zarr-audio/packet-index';
import { StoreError } from '../errors';
import { isChunkDamage } from './blob-damage';
import type { StoredRows } from './recoverable-index';

const ADVICE = "the seek points are lost: rebuild them with reindex, or read with seek: 'fast'";

/**
 * Seek points as they are stored. Nothing but decoding the whole stream can give them again: where they are lost, whoever
 * needs them gets the error, with what can be done.
 */
export function seekPointRows(stored: StoredRows): RowChunks {
  if (stored instanceof CodedError) {
    // Any search comes to the first chunk.
    return { rows: 1, chunkRows: 1, chunk: () => Promise.reject(withAdvice(stored)) };
  }
  return {
    ...stored,
    async chunk(chunk, options) {
      try {
        return await stored.chunk(chunk, options);
      } catch (error) {
        throw isChunkDamage(error) ? withAdvice(error) : error;
      }
    },
  };
}

function withAdvice(error: Error & { code?: string }): StoreError {
  const details = error instanceof CodedError ? error.details : {};
  return new StoreError(error.code!, `${error.message}; ${ADVICE}`, details, error);
}
