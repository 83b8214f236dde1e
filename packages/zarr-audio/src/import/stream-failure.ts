import { errorCode } from '@zarr-audio/codec';
import { StoreError } from '../errors';
import type { ImportFailure } from './import-steps';

/**
 * A failure that concerns one stream alone: it has a code.
 *
 * @throws the error, if it has none; the signal's reason.
 */
export function streamFailure(error: unknown, signal: AbortSignal | undefined): ImportFailure {
  signal?.throwIfAborted();
  if (!isCoded(error)) throw error;
  return error;
}

const isCoded = (error: unknown): error is ImportFailure => errorCode(error) !== undefined;

export function noSuchStream(file: string, stream: number, streams: number): StoreError {
  const message = `${file} has ${streams} audio stream(s), counted from 0: there is no stream ${stream}`;
  return new StoreError('STREAM_NOT_FOUND', message, { file, stream, streams });
}
