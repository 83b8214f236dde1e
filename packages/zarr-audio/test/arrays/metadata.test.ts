import type { JsonObject, JsonValue } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { openBlob, openRows, parseArrayMetadata } from '../../src/arrays';
import { blobDocument, rowsDocument } from '../../src/arrays/metadata-documents';
import { memoryStorage } from '../../src/storage';

/** A document with the value at a path like `codecs.0.name` changed; `undefined` takes it out. */
function changed(document: JsonObject, path: string, value: JsonValue | undefined): JsonObject {
  const copy = structuredClone(document);
  const names = path.split('.');
  const last = names.pop()!;
  let target = copy;
  for (const name of names) target = target[name] as JsonObject;
  if (value === undefined) delete target[last];
  else target[last] = value;
  return copy;
}

const blob = () => blobDocument(1000, { chunkBytes: 64, shardBytes: 256 }, { a: 1 });
const rows = () => rowsDocument(30, 5, 10, {});
const openBlobOf = (document: JsonValue) => openBlob(memoryStorage(), '/b', parseArrayMetadata(document, '/b'));
const openRowsOf = (document: JsonValue) => openRows(memoryStorage(), '/r', parseArrayMetadata(document, '/r'));

const sharding = 'codecs.0.configuration';
const blosc = { name: 'blosc', configuration: {} };
const zstd = { name: 'zstd', configuration: {} };
const bytes = { name: 'bytes', configuration: { endian: 'little' } };

describe('metadata of an array', () => {
  it('is taken as we write it', () => {
    expect(openBlobOf(blob()).byteLength).toBe(1000);
    const { attributes, shape, chunkKey } = parseArrayMetadata(blob(), '/b');
    expect([attributes, shape, chunkKey([3])]).toEqual([{ a: 1 }, [1000], 'c/3']);
    const table = openRowsOf(rows());
    expect([table.rows, table.width, table.chunkRows, table.attributes]).toEqual([30, 5, 10, {}]);
  });

  it.each<[string, JsonValue]>([
    ['not an object', 'text'],
    ['null', null],
    ['a list', []],
  ])('is refused if it is %s', (_, document) => {
    expect(() => parseArrayMetadata(document, '/b')).toThrow(expect.objectContaining({ code: 'ARRAY_BAD_METADATA' }));
    expect(() => parseArrayMetadata(undefined, '/b')).toThrow(expect.objectContaining({ code: 'ARRAY_BAD_METADATA' }));
  });

  it.each<[string, string, JsonValue | undefined]>([
    ['zarr_format', 'zarr_format', 2],
    ['node_type', 'node_type', 'group'],
    ['shape', 'shape', undefined],
    ['shape', 'shape', []],
    ['shape', 'shape', [1, 1, 1]],
    ['chunk_grid.configuration.chunk_shape', 'shape', [10, 10]],
    ['shape[0]', 'shape', [-1]],
    ['shape[0]', 'shape', [1.5]],
    ['shape[0]', 'shape', [2 ** 53]],
    ['shape[0]', 'shape', ['1']],
    ['data_type', 'data_type', 'int16'],
    ['data_type', 'data_type', 'uint64'],
    ['fill_value', 'fill_value', 256],
    ['fill_value', 'fill_value', null],
    ['attributes', 'attributes', []],
    ['storage_transformers', 'storage_transformers', [{}]],
    ['surprise', 'surprise', true],
    ['surprise', 'surprise', { must_understand: true }],
    ['chunk_grid.name', 'chunk_grid.name', 'rectilinear'],
    ['chunk_grid.configuration', 'chunk_grid.configuration', undefined],
    ['chunk_grid.configuration.chunk_shape', 'chunk_grid.configuration.chunk_shape', [256, 1]],
    ['chunk_grid.configuration.chunk_shape[0]', 'chunk_grid.configuration.chunk_shape', [0]],
    ['chunk_key_encoding', 'chunk_key_encoding', undefined],
    ['chunk_key_encoding.name', 'chunk_key_encoding.name', 'fanout'],
    ['chunk_key_encoding.configuration.separator', 'chunk_key_encoding.configuration.separator', '../'],
    ['codecs', 'codecs', []],
    ['codecs', 'codecs', Array.from({ length: 17 }, () => 'bytes')],
    ['codecs', 'codecs', ['bytes', 'zstd']],
    ['codecs[0]', 'codecs', [5]],
    ['codecs[0].name', 'codecs', [{}]],
    ['codecs[0].configuration', 'codecs', [{ name: 'bytes', configuration: 'x' }]],
    [`codecs[0].configuration.chunk_shape[0]`, `${sharding}.chunk_shape`, [100]],
    [`codecs[0].configuration.chunk_shape[0]`, `${sharding}.chunk_shape`, [512]],
    [`codecs[0].configuration.chunk_shape`, `${sharding}.chunk_shape`, [1, 64]],
    [`codecs[0].configuration.codecs`, `${sharding}.codecs`, [bytes, zstd]],
    [`codecs[0].configuration.codecs`, `${sharding}.codecs`, undefined],
    [`codecs[0].configuration.index_codecs`, `${sharding}.index_codecs`, [bytes, zstd]],
    [
      `codecs[0].configuration.index_codecs[0].configuration.endian`,
      `${sharding}.index_codecs`,
      [{ name: 'bytes', configuration: { endian: 'big' } }],
    ],
    [`codecs[0].configuration.index_location`, `${sharding}.index_location`, 'middle'],
  ])('of a blob: %s is refused', (field, path, value) => {
    const error = expect.objectContaining({ code: 'ARRAY_BAD_METADATA', details: { array: '/b', field } });
    expect(() => openBlobOf(changed(blob(), path, value))).toThrow(error);
  });

  it('of a table is none of a blob, and the other way round', () => {
    const field = 'data_type';
    const refused = expect.objectContaining({
      code: 'ARRAY_BAD_METADATA',
      details: expect.objectContaining({ field }),
    });
    expect(() => openBlobOf(rows())).toThrow(refused);
    expect(() => openRowsOf(blob())).toThrow(refused);
    const square = changed(changed(blob(), 'shape', [10, 10]), 'chunk_grid.configuration.chunk_shape', [256, 1]);
    expect(() => openBlobOf(square)).toThrow(/shape must have one dimension/);
  });

  it('of a blob is refused before anything of a size beyond reason is allocated', () => {
    const shards = changed(blob(), 'chunk_grid.configuration.chunk_shape', [2 ** 40]);
    expect(() => openBlobOf(shards)).toThrow(/makes more than 1048576 chunks a shard/);
    const chunks = changed(shards, `${sharding}.chunk_shape`, [2 ** 40]);
    expect(() => openBlobOf(chunks)).toThrow(/must be an integer in \[1, 268435456\]/);
    const plain = changed(changed(blob(), 'codecs', ['bytes']), 'chunk_grid.configuration.chunk_shape', [2 ** 40]);
    expect(() => openBlobOf(plain)).toThrow(/must be an integer in \[1, 268435456\]/);
  });

  it('may hold what need not be understood, bare names, and no more than it must', () => {
    const changes: [string, JsonValue | undefined][] = [
      ['surprise', { must_understand: false }],
      ['attributes', undefined],
      ['storage_transformers', []],
      ['dimension_names', ['byte']],
      ['chunk_key_encoding.configuration', undefined],
      [`${sharding}.index_location`, undefined],
      [`${sharding}.codecs`, ['bytes', 'crc32c']],
    ];
    for (const [path, value] of changes) {
      expect(openBlobOf(changed(blob(), path, value)).byteLength).toBe(1000);
    }
  });

  it.each([
    ['default', '/', 'c/1/2'],
    ['default', '.', 'c.1.2'],
    ['default', undefined, 'c/1/2'],
    ['v2', '/', '1/2'],
    ['v2', undefined, '1.2'],
  ])('with keys %s, %s: a chunk is at %s', (name, separator, key) => {
    const encoding = { name, ...(separator && { configuration: { separator } }) };
    expect(parseArrayMetadata(changed(rows(), 'chunk_key_encoding', encoding), '/r').chunkKey([1, 2])).toBe(key);
  });

  it.each<[string, string, JsonValue]>([
    ['data_type', 'data_type', 'uint8'],
    ['shape', 'shape', [30]],
    ['chunk_grid', 'chunk_grid.configuration.chunk_shape', [10, 4]],
    ['chunk_grid', 'shape', [30, 0]],
    ['chunk_grid', 'chunk_grid.configuration.chunk_shape', [2 ** 40, 5]],
    ['codecs', 'codecs', [blosc]],
    ['codecs[0].configuration.endian', 'codecs', [{ name: 'bytes', configuration: { endian: 'big' } }]],
    ['codecs[1]', 'codecs', [bytes, { name: 'gzip', configuration: {} }]],
    ['codecs[2]', 'codecs', [bytes, { name: 'crc32c' }, blosc]],
    ['codecs[2]', 'codecs', [bytes, blosc, zstd]],
    ['codecs[0].configuration.order', 'codecs', [{ name: 'transpose', configuration: { order: [1, 1] } }, bytes]],
    ['codecs[0].configuration.order', 'codecs', [{ name: 'transpose', configuration: { order: 'F' } }, bytes]],
    ['codecs[0].configuration.order[1]', 'codecs', [{ name: 'transpose', configuration: { order: [0, 2] } }, bytes]],
  ])('of a table: %s is refused', (field, path, value) => {
    const change = path === 'data_type' ? changed(rows(), 'fill_value', 0) : rows();
    const document =
      path === 'shape' && field === 'shape' ? changed(change, 'chunk_grid.configuration.chunk_shape', [10]) : change;
    const error = expect.objectContaining({ code: 'ARRAY_BAD_METADATA', details: { array: '/r', field } });
    expect(() => openRowsOf(changed(document, path, value))).toThrow(error);
  });

  it('shows what it has found, shortened', () => {
    const long = changed(blob(), 'data_type', 'x'.repeat(10_000));
    expect(() => openBlobOf(long)).toThrow(/^.{1,300}$/);
  });
});
