import type { JsonObject, JsonValue } from '@zarr-audio/codec';
import { MetadataField } from './metadata-fields';

/** One entry of `codecs`. */
export interface CodecMetadata {
  readonly name: string;
  readonly field: MetadataField;
  readonly configuration: MetadataField;
}

/** A Zarr v3 array, as far as this package reads them: uint8 or uint64, one or two dimensions, a regular grid. */
export interface ArrayMetadata {
  /** The array's key. */
  readonly array: string;
  readonly shape: readonly number[];
  readonly dataType: 'uint8' | 'uint64';
  readonly chunkShape: readonly number[];
  /** The key of a chunk, below the array's. */
  readonly chunkKey: (coords: readonly number[]) => string;
  readonly codecs: readonly CodecMetadata[];
  readonly attributes: JsonObject;
  /** All of it, for fields that only one kind of array needs. */
  readonly root: MetadataField;
  /** The document itself. */
  readonly document: JsonObject;
}

const KNOWN_FIELDS = new Set([
  'zarr_format',
  'node_type',
  'shape',
  'data_type',
  'chunk_grid',
  'chunk_key_encoding',
  'fill_value',
  'codecs',
  'attributes',
  'dimension_names',
  'storage_transformers',
]);

/**
 * The `zarr.json` of an array, checked.
 *
 * @param document  Parsed JSON.
 * @param array  The array's key, for messages.
 * @throws {StoreError} `ARRAY_BAD_METADATA`, with `array` and `field`, also for what is valid but not read here.
 * @see https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html, "Array metadata"
 */
export function parseArrayMetadata(document: JsonValue | undefined, array: string): ArrayMetadata {
  const root = new MetadataField(array, '', document);
  checkUnderstood(root);
  root.get('zarr_format').oneOf(3);
  root.get('node_type').oneOf('array');
  const dimensions = root.get('shape').items();
  if (dimensions.length < 1 || dimensions.length > 2) throw root.get('shape').bad('must have 1 or 2 dimensions');
  const dataType = root.get('data_type').oneOf('uint8', 'uint64');
  root.get('fill_value').integer(0, dataType === 'uint8' ? 255 : 2 ** 64);
  const attributes = root.get('attributes');
  return {
    array,
    shape: dimensions.map((field) => field.integer(0, Number.MAX_SAFE_INTEGER)),
    dataType,
    chunkShape: parseGrid(root.get('chunk_grid'), dimensions.length),
    chunkKey: parseKeyEncoding(root.get('chunk_key_encoding')),
    codecs: parseCodecs(root.get('codecs')),
    attributes: attributes.value === undefined ? {} : attributes.object(),
    root,
    document: root.object(),
  };
}

/** Entries of a list of codecs. A bare name stands for a codec without configuration. */
export function parseCodecs(field: MetadataField): CodecMetadata[] {
  const items = field.items();
  if (items.length > 16) throw field.bad('must have at most 16 entries');
  return items.map((item) => {
    if (typeof item.value === 'string') {
      return { name: item.value, field: item, configuration: new MetadataField(item.value, 'configuration', {}) };
    }
    const name = item.get('name').string();
    const configuration = item.get('configuration');
    if (configuration.value !== undefined) configuration.object();
    return { name, field: item, configuration };
  });
}

/** A field that we don't know changes what the data mean, unless it says that it doesn't. */
function checkUnderstood(root: MetadataField): void {
  for (const name of Object.keys(root.object())) {
    if (KNOWN_FIELDS.has(name)) continue;
    const field = root.get(name);
    const { value } = field;
    const optional =
      typeof value === 'object' && value !== null && !Array.isArray(value) && value.must_understand === false;
    if (!optional) throw field.bad('is not known here');
  }
  const transformers = root.get('storage_transformers');
  if (transformers.value !== undefined && transformers.items().length > 0) throw transformers.bad('must be empty');
}

function parseGrid(grid: MetadataField, rank: number): number[] {
  grid.get('name').oneOf('regular');
  const chunkShape = grid.get('configuration').get('chunk_shape');
  const sizes = chunkShape.items().map((field) => field.integer(1, Number.MAX_SAFE_INTEGER));
  if (sizes.length !== rank) throw chunkShape.bad('must have as many dimensions as shape');
  return sizes;
}

function parseKeyEncoding(encoding: MetadataField): ArrayMetadata['chunkKey'] {
  const name = encoding.get('name').oneOf('default', 'v2');
  const configuration = encoding.get('configuration');
  const given = configuration.value === undefined ? undefined : configuration.get('separator');
  const separator = given?.value === undefined ? (name === 'default' ? '/' : '.') : given.oneOf('/', '.');
  if (name === 'v2') return (coords) => coords.join(separator);
  return (coords) => ['c', ...coords].join(separator);
}
