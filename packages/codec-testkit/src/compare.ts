import { errorCode } from '@zarr-audio/codec';
import { LawError } from './errors';

/** @throws {LawError} unless it holds. */
export function require(holds: boolean, message: string, details?: Readonly<Record<string, unknown>>): asserts holds {
  if (!holds) throw new LawError(message, details);
}

/** @throws {LawError} with the first difference, unless both are the same, through and through. */
export function requireEqual(actual: unknown, expected: unknown, what: string): void {
  const difference = firstDifference(actual, expected, '');
  if (difference) throw new LawError(`${what}: ${difference}`);
}

/** Where two values differ first, in words; undefined if nowhere. */
export function firstDifference(actual: unknown, expected: unknown, path: string): string | undefined {
  if (Object.is(actual, expected)) return undefined;
  if (ArrayBuffer.isView(actual) && ArrayBuffer.isView(expected)) {
    return differenceOfArrays(actual as Uint8Array, expected as Uint8Array, path);
  }
  if (isObject(actual) && isObject(expected) && Array.isArray(actual) === Array.isArray(expected)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      const difference = firstDifference(actual[key], expected[key], path === '' ? key : `${path}.${key}`);
      if (difference) return difference;
    }
    return undefined;
  }
  return `${path === '' ? '' : `${path} `}is ${quoted(actual)}, and should be ${quoted(expected)}`;
}

function differenceOfArrays(actual: Uint8Array, expected: Uint8Array, path: string): string | undefined {
  const where = path === '' ? '' : `${path} `;
  if (actual.constructor !== expected.constructor) {
    return `${where}is a ${actual.constructor.name}, and should be a ${expected.constructor.name}`;
  }
  const length = Math.min(actual.length, expected.length);
  for (let i = 0; i < length; i++) {
    if (actual[i] !== expected[i]) return `${where}[${i}] is ${actual[i]}, and should be ${expected[i]}`;
  }
  if (actual.length === expected.length) return undefined;
  return `${where}has ${actual.length} elements, and should have ${expected.length}`;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function quoted(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  return (JSON.stringify(value) ?? String(value)).slice(0, 200);
}

/**
 * The code of what a codec threw.
 *
 * @throws {LawError} if it has none, or is of the kit itself.
 */
export function requireCode(error: unknown, what: string): string {
  if (error instanceof LawError) throw error;
  const code = errorCode(error);
  // Node gives codes to its own errors: ERR_..., EPIPE.
  if (code !== undefined && /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(code) && !code.startsWith('ERR_')) return code;
  throw new LawError(`${what} throws an error without a code: ${error}`, {}, error);
}
