import type { JsonObject, JsonValue } from '@zarr-audio/codec';
import { isObject } from '../json-file';

export type FlatValue = string | number | boolean;
export type FlatAttributes = Readonly<Record<string, FlatValue>>;

/** Deeper is no attribute that one asks for. */
const MAX_DEPTH = 8;
/** A line is to be about 300 bytes long: what is beyond these is left to the recording. */
const MAX_ATTRIBUTES = 32;
const MAX_KEY_CHARS = 64;
const MAX_VALUE_CHARS = 128;
const MAX_CHARS = 1024;

/**
 * Texts, numbers and truth values by their path: `{ site: { name: 'A' } }` gives `user.site.name`. An object with `value` and `from` is an
 * attribute that says where it comes from (docs/format.md, `field`): its value counts. Lists are left out.
 */
export function* flatAttributes(path: string, json: JsonObject, depth = 0): Generator<[string, FlatValue]> {
  for (const [key, value] of Object.entries(json)) {
    const at = `${path}.${key}`;
    const plain: JsonValue = isSourced(value) ? value.value! : value;
    if (isFlatValue(plain)) yield [at, plain];
    else if (isObject(plain) && depth < MAX_DEPTH) yield* flatAttributes(at, plain, depth + 1);
  }
}

/** Those that a line has room for. */
export function shortAttributes(all: ReadonlyMap<string, FlatValue>): {
  readonly attributes: [string, FlatValue][];
  readonly isPartial: boolean;
} {
  const attributes: [string, FlatValue][] = [];
  let left = MAX_CHARS;
  for (const [key, value] of all) {
    const chars = key.length + String(value).length;
    if (!isShort(key, value) || chars > left || attributes.length === MAX_ATTRIBUTES) continue;
    attributes.push([key, value]);
    left -= chars;
  }
  return { attributes, isPartial: attributes.length < all.size };
}

/** Is it what a line can say? */
export function isFlatAttributes(value: JsonValue | undefined): value is Record<string, FlatValue> {
  if (!isObject(value)) return false;
  const all = Object.entries(value);
  return all.length <= MAX_ATTRIBUTES && all.every(([key, each]) => isFlatValue(each) && isShort(key, each));
}

function isShort(key: string, value: FlatValue): boolean {
  return key.length <= MAX_KEY_CHARS && String(value).length <= MAX_VALUE_CHARS;
}

function isSourced(value: JsonValue): value is JsonObject {
  return isObject(value) && typeof value.from === 'string' && value.value !== undefined;
}

function isFlatValue(value: JsonValue): value is FlatValue {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}
