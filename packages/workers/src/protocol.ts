import { isPackedError, type PackedError } from './packed-error';
import type { TaskFlag } from './task-flag';

/**
 * What pool and worker say to each other. A worker begins with `hello`, is given its `init`, says `ready`, and
 * from then on answers each `run` with a `done` or a `failed` of the same id.
 */
export const PROTOCOL = 1;

export type ToWorker =
  | { readonly type: 'init'; readonly init: unknown; readonly flag?: TaskFlag | undefined }
  | {
      readonly type: 'run';
      readonly id: number;
      readonly codec: string;
      readonly task: string;
      readonly input: unknown;
    };

export type FromWorker =
  | { readonly type: 'hello'; readonly protocol: number }
  | { readonly type: 'ready' }
  /** It has no codecs: `init` was wrong, or something can't be loaded. */
  | { readonly type: 'unable'; readonly error: PackedError }
  | { readonly type: 'done'; readonly id: number; readonly output: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: PackedError };

/** @returns undefined for what is no such message: from another version, or from a file that is no worker of ours */
export function asToWorker(message: unknown): ToWorker | undefined {
  if (!isRecord(message)) return undefined;
  const { type, id, codec, task } = message;
  const isRun = type === 'run' && typeof id === 'number' && typeof codec === 'string' && typeof task === 'string';
  return isRun || type === 'init' ? (message as ToWorker) : undefined;
}

/** @returns as `asToWorker` */
export function asFromWorker(message: unknown): FromWorker | undefined {
  if (!isRecord(message)) return undefined;
  const { type, id, error, protocol } = message;
  const isValid =
    type === 'ready' ||
    (type === 'hello' && typeof protocol === 'number') ||
    (type === 'unable' && isPackedError(error)) ||
    (type === 'done' && typeof id === 'number') ||
    (type === 'failed' && typeof id === 'number' && isPackedError(error));
  return isValid ? (message as FromWorker) : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
