import { expect } from 'vitest';
import { OpusError } from '../src';

/** What `run` throws, which has to be an OpusError. */
export function opusError(run: () => unknown): OpusError {
  try {
    run();
  } catch (error) {
    if (error instanceof OpusError) return error;
    throw error;
  }
  return expect.fail('nothing was thrown');
}

/** The result, or undefined if an OpusError was thrown; anything else that is thrown comes through. */
export function unlessRefused<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof OpusError) return undefined;
    throw error;
  }
}
