import type { JsonValue } from '@zarr-audio/codec';

type Path = readonly string[];

export interface JsonMutation {
  /** `attributes.gaps`; places in lists are numbers. */
  readonly path: string;
  /** What stands there now; undefined: nothing. */
  readonly to: JsonValue | undefined;
  readonly document: JsonValue;
}

/** What could stand in the place of anything: wrong types, extremes, and words that mean something elsewhere. */
const VALUES: readonly JsonValue[] = [
  ...[null, true, 0, 1, 2, 5, 100, 1e6, -1, 1.5, 2 ** 31 - 1, 2 ** 32, 2 ** 50, 2 ** 53 - 1, 2 ** 53, 1e300],
  ...['', 'x', 'opus_index', 'opus_seek_points', 'zstd', 'crc32c', 'uint8', 'uint64', 'v2', '.', 'start'],
  ...[[], [0], [1, 0], [[0, 0]], [[100, 100]], [[2 ** 50, 2 ** 50]], {}, { name: 'bytes' }],
];

/** The document with one value changed or taken out: every value, in every way. */
export function* jsonMutations(document: JsonValue): Generator<JsonMutation> {
  for (const { path, value } of valuesWithin(document, [])) {
    for (const to of replacements(value)) {
      yield { path: path.join('.'), to, document: replaced(document, path, to) };
    }
  }
}

function* valuesWithin(value: JsonValue, path: Path): Generator<{ path: Path; value: JsonValue }> {
  if (path.length > 0) yield { path, value };
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* valuesWithin(inner as JsonValue, [...path, key]);
}

function replacements(value: JsonValue): (JsonValue | undefined)[] {
  const near: JsonValue[] = [];
  if (typeof value === 'number') near.push(value + 1, value - 1, value * 2, value * 10, Math.floor(value / 10));
  if (Array.isArray(value)) near.push([...value, ...value], value.slice(1), [...value].reverse());
  return [undefined, ...near, ...VALUES];
}

function replaced(document: JsonValue, path: Path, to: JsonValue | undefined): JsonValue {
  const copy = structuredClone(document);
  let holder = copy as Record<string, JsonValue>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string, JsonValue>;
  const last = path.at(-1)!;
  if (to !== undefined) holder[last] = to;
  else if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete holder[last];
  return copy;
}
