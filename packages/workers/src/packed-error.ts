import { CodedError, errorCode } from '@zarr-audio/codec';

/**
 * An error as plain data. Structured clone alone would keep the name and the message of those that the language knows, and of a
 * `CodedError` nothing but the message.
 */
export interface PackedError {
  readonly kind: 'coded' | 'type' | 'range' | 'other';
  readonly name: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  /** Of the other thread: where it was thrown. */
  readonly stack?: string | undefined;
  readonly cause?: PackedError | undefined;
}

/** Deep enough for any chain of causes that is none of a cycle. */
const MAX_CAUSES = 8;

export function packError(thrown: unknown, depth = 0): PackedError {
  if (!(thrown instanceof Error)) return { kind: 'other', name: 'Error', message: String(thrown), details: {} };
  const { name, message, stack, cause } = thrown;
  const code = errorCode(thrown);
  const kind =
    thrown instanceof TypeError
      ? 'type'
      : thrown instanceof RangeError
        ? 'range'
        : code !== undefined
          ? 'coded'
          : 'other';
  return {
    kind,
    name,
    message,
    code,
    details: detailsOf(thrown),
    stack,
    cause: cause === undefined || depth === MAX_CAUSES ? undefined : packError(cause, depth + 1),
  };
}

/** A `CodedError` where there is a code; a TypeError or a RangeError with its fields; else an Error of the same name. */
export function unpackError({ kind, name, message, code, details, stack, cause: packed }: PackedError): Error {
  const cause = packed && unpackError(packed);
  const options = cause && { cause };
  let error: Error;
  if (kind === 'coded') error = new CodedError(code ?? '', message, details, cause);
  else if (kind === 'type') error = Object.assign(new TypeError(message, options), details);
  else if (kind === 'range') error = Object.assign(new RangeError(message, options), details);
  else error = Object.assign(new Error(message, options), { name });
  if (stack !== undefined) error.stack = stack;
  return error;
}

export function isPackedError(value: unknown): value is PackedError {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, name, message, details } = value as Partial<Record<keyof PackedError, unknown>>;
  return (
    (kind === 'coded' || kind === 'type' || kind === 'range' || kind === 'other') &&
    typeof name === 'string' &&
    typeof message === 'string' &&
    typeof details === 'object' &&
    details !== null
  );
}

/** `details`, or the fields of an error that has its own, without those that can't be cloned. */
function detailsOf(error: Error): Record<string, unknown> {
  const { name, cause, details, ...fields } = { ...error } as Record<string, unknown>;
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(typeof details === 'object' && details !== null ? details : fields)) {
    try {
      kept[key] = structuredClone(value);
    } catch {
      // A function, or an object with one: nothing that can be told on another thread.
    }
  }
  return kept;
}
