import { type ParseArgsConfig, parseArgs } from 'node:util';
import { errorCode, type JsonObject, type JsonValue } from '@zarr-audio/codec';

/** The command was called wrongly: exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type OptionTypes = NonNullable<ParseArgsConfig['options']>;

/** Options and positional arguments; an unknown option or a missing argument is wrong usage. */
export function parseCommand<T extends OptionTypes>(
  args: readonly string[],
  options: T,
  positionals: readonly string[],
) {
  const parsed = parse(args, options);
  if (parsed.positionals.length < positionals.length) {
    throw new UsageError(`missing: ${positionals.slice(parsed.positionals.length).join(', ')}`);
  }
  return parsed;
}

function parse<T extends OptionTypes>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options: { ...options, json: { type: 'boolean' } }, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** No more arguments than those. */
export function noMore(positionals: readonly string[], count: number): void {
  if (positionals.length > count) throw new UsageError(`'${positionals[count]}' is one argument too many`);
}

/** A whole number, or undefined where the option was not given. */
export function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new UsageError(`--${name} must be a whole number, not '${text}'`);
  return value;
}

/** One of several words. */
export function oneOf<T extends string>(name: string, text: string | undefined, words: readonly T[]): T | undefined {
  if (text === undefined) return undefined;
  const word = words.find((candidate) => candidate === text);
  if (word === undefined) throw new UsageError(`--${name} must be one of ${words.join(', ')}, not '${text}'`);
  return word;
}

/** A JSON object. */
export function jsonObject(name: string, text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`--${name} must be JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`--${name} must be a JSON object`);
  }
  return value;
}

/** A failure that was foreseen; any other is a defect of ours. */
export const isCoded = (error: unknown): error is Error & { code: string } => errorCode(error) !== undefined;

/** An error as `--json` shows it. */
export function describeError(error: unknown): { code: string; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  return { code: errorCode(error) ?? 'UNEXPECTED', message };
}

/** What `--bitrate` can't be, or is not for: only the file tells. */
const USAGE_CODES: readonly (string | undefined)[] = ['OPTIONS_UNUSED', 'OPUS_BAD_OPTION'];

/** The exit status that a failure of a file means. */
export function failureStatus(error: unknown): 1 | 2 {
  return USAGE_CODES.includes(errorCode(error)) ? 2 : 1;
}
