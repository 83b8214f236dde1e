/**
 * A domain failure: bad input, a damaged store, a missing tool. `code` is stable and documented in
 * `docs/errors.md`; `details` says where and what, as data.
 *
 * Tell failures apart by `code`, never by class: two versions of a package may be loaded.
 */
export class CodedError extends Error {
  override readonly name: string = 'CodedError';
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}

/** The stable code of a failure of ours, or undefined for any other value. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
