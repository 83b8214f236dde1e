import { errorCode, type JsonObject } from '@zarr-audio/codec';
import Blosc from 'numcodecs/blosc';
import Zstd from 'numcodecs/zstd';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../src/arrays';
import { memoryStorage } from '../../src/storage';
import { allRows, codeOf, failureOf, openRowsAt, packetRows, uint64Bytes, writeMetadata, writeRows } from './stores';

const KEY = '/index/c/0/0';
const rows = packetRows(30);

async function freshFiles() {
  const files = new Map<string, Uint8Array>();
  await writeRows(memoryStorage(files), '/index', rows, 5, { chunkRows: 20 });
  return files;
}

const readAll = async (files: Map<string, Uint8Array>) => allRows(await openRowsAt(memoryStorage(files), '/index'));

function withChecksum(encoded: Uint8Array): Uint8Array {
  const stored = new Uint8Array(encoded.byteLength + 4);
  stored.set(encoded);
  new DataView(stored.buffer).setUint32(encoded.byteLength, crc32c(encoded), true);
  return stored;
}

/** A table of one chunk of 4 rows of 5 with some codecs, its file being `encoded` and a right checksum. */
async function tableOf(encoded: Uint8Array, codecs: JsonObject[]) {
  const storage = memoryStorage();
  await writeMetadata(storage, '/index', {
    zarr_format: 3,
    node_type: 'array',
    shape: [4, 5],
    data_type: 'uint64',
    chunk_grid: { name: 'regular', configuration: { chunk_shape: [4, 5] } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '.' } },
    fill_value: 0,
    codecs: [{ name: 'bytes', configuration: { endian: 'little' } }, ...codecs, { name: 'crc32c' }],
  });
  await storage.set('/index/c.0.0', withChecksum(encoded));
  return openRowsAt(storage, '/index');
}

const BLOSC: JsonObject = {
  name: 'blosc',
  configuration: { cname: 'lz4', clevel: 5, shuffle: 'shuffle', typesize: 8, blocksize: 0 },
};
const ZSTD: JsonObject = { name: 'zstd', configuration: { level: 3, checksum: false } };
const four = packetRows(4);
const raw = uint64Bytes(four);

describe('a damaged table of rows', () => {
  it('with any byte changed gives an error', async () => {
    const files = await freshFiles();
    for (const key of [KEY, '/index/c/1/0']) {
      const sound = files.get(key)!;
      for (let at = 0; at < sound.byteLength; at++) {
        const flipped = sound.slice();
        flipped[at]! ^= 1 << (at % 8);
        files.set(key, flipped);
        expect(await codeOf(readAll(files)), `${key} byte ${at}`).toBe('CHUNK_CRC_MISMATCH');
      }
      files.set(key, sound);
    }
    expect(await readAll(files)).toEqual(rows);
  });

  it('with any byte of its metadata changed gives an error or the same values', async () => {
    const files = await freshFiles();
    const sound = files.get('/index/zarr.json')!;
    let refused = 0;
    for (let at = 0; at < sound.byteLength; at++) {
      const flipped = sound.slice();
      flipped[at]! ^= 1 << (at % 8);
      files.set('/index/zarr.json', flipped);
      const outcome = await readAll(files).catch(() => undefined);
      // Nothing proves the number of rows: fewer are shown, or rows of fill values.
      const common = Math.min(outcome?.length ?? 0, rows.length);
      if (outcome) expect(outcome.slice(0, common), `byte ${at}`).toEqual(rows.slice(0, common));
      else refused++;
    }
    expect(refused).toBeGreaterThan(sound.byteLength / 2);
  });

  it('with a file cut off anywhere gives a code', async () => {
    const files = await freshFiles();
    const sound = files.get(KEY)!;
    for (let length = 0; length < sound.byteLength; length++) {
      files.set(KEY, sound.slice(0, length));
      expect(await codeOf(readAll(files))).toBe(length < 4 ? 'CHUNK_TRUNCATED' : 'CHUNK_CRC_MISMATCH');
    }
  });

  it('without a file is CHUNK_MISSING, not fill values', async () => {
    const files = await freshFiles();
    files.delete('/index/c/1/0');
    const error = await failureOf(readAll(files));
    expect(error.code).toBe('CHUNK_MISSING');
    expect(error.details).toEqual({ array: '/index', chunk: [1, 0], key: '/index/c/1/0', byteOffset: 0 });
  });

  it('with a file longer than any chunk is CHUNK_DAMAGED, and it is not read whole', async () => {
    const files = await freshFiles();
    files.set(KEY, new Uint8Array(100_000));
    expect(await codeOf(readAll(files))).toBe('CHUNK_DAMAGED');
  });
});

describe('a chunk that has its checksum', () => {
  it('is read with each compressor that zarr-python may have used', async () => {
    const columns = [0, 1, 2, 3, 4].map((column) => Float64Array.from({ length: 4 }, (_, i) => four[i * 5 + column]!));
    const blosc = await Blosc.fromConfig({ id: 'blosc', cname: 'lz4', shuffle: 1 }).encode(raw);
    const zstd = await Zstd.fromConfig({ id: 'zstd', level: 3 }).encode(raw);
    expect(await (await tableOf(blosc, [BLOSC])).chunk(0)).toEqual(columns);
    expect(await (await tableOf(zstd, [ZSTD])).chunk(0)).toEqual(columns);
    expect(await (await tableOf(raw, [])).chunk(0)).toEqual(columns);
  });

  it.each([
    ['decodes to more than it may', 4, 2 ** 31],
    ['decodes to less', 4, 80],
    ['has blocks of nothing', 8, 0],
    ['has blocks larger than itself', 8, 2 ** 30],
    ['is longer than its file', 12, 2 ** 20],
  ])("is refused before it is decoded if Blosc's header claims that it %s", async (_, at, value) => {
    const blosc = await Blosc.fromConfig({ id: 'blosc', cname: 'lz4', shuffle: 1 }).encode(raw);
    new DataView(blosc.buffer, blosc.byteOffset).setUint32(at, value, true);
    expect(await codeOf((await tableOf(blosc, [BLOSC])).chunk(0))).toBe('CHUNK_DAMAGED');
  });

  it('is refused if it is shorter than a header', async () => {
    expect(await codeOf((await tableOf(new Uint8Array(15), [BLOSC])).chunk(0))).toBe('CHUNK_DAMAGED');
    expect(await codeOf((await tableOf(new Uint8Array(5), [ZSTD])).chunk(0))).toBe('CHUNK_DAMAGED');
    expect(await codeOf((await tableOf(new Uint8Array(159), [])).chunk(0))).toBe('CHUNK_DAMAGED');
  });

  it('is refused if zstd claims another size, or none', async () => {
    const encode = (byteLength: number) => Zstd.fromConfig({ id: 'zstd', level: 3 }).encode(new Uint8Array(byteLength));
    for (const byteLength of [0, 100, 159, 161, 255, 256, 300, 65_791, 65_792, 100_000]) {
      expect(await codeOf((await tableOf(await encode(byteLength), [ZSTD])).chunk(0)), `${byteLength}`).toBe(
        'CHUNK_DAMAGED',
      );
    }
    // Neither a size nor a single segment; then a window descriptor and an empty last block.
    const sizeless = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0x01, 0x00, 0x00);
    expect(await codeOf((await tableOf(sizeless, [ZSTD])).chunk(0))).toBe('CHUNK_DAMAGED');
    const notZstd = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    expect(await codeOf((await tableOf(notZstd, [ZSTD])).chunk(0))).toBe('CHUNK_DAMAGED');
    const headerOnly = (await encode(100_000)).slice(0, 7);
    expect(await codeOf((await tableOf(headerOnly, [ZSTD])).chunk(0))).toBe('CHUNK_DAMAGED');
  });

  it('is refused, or decodes to something of the right size, whatever stands behind its header', async () => {
    const rest = uint64Bytes(packetRows(4));
    const sound = await Blosc.fromConfig({ id: 'blosc', cname: 'zstd', shuffle: 1 }).encode(rest);
    for (let at = 16; at < sound.byteLength; at++) {
      const changed = sound.slice();
      changed[at]! ^= 0xff;
      const table = await tableOf(changed, [BLOSC]);
      const outcome = await table.chunk(0).catch(errorCode);
      if (typeof outcome === 'object') expect(outcome.map((column) => column.length)).toEqual([4, 4, 4, 4, 4]);
      else expect(outcome).toBe('CHUNK_DAMAGED');
    }
  });

  it('is refused if a value is no safe integer', async () => {
    const large = raw.slice();
    new DataView(large.buffer).setBigUint64(8 * 7, 2n ** 53n, true);
    const error = await failureOf((await tableOf(large, [])).chunk(0));
    expect(error.code).toBe('CHUNK_DAMAGED');
    expect(error.message).toContain('row 1, column 2');
    new DataView(large.buffer).setBigUint64(8 * 7, 2n ** 53n - 1n, true);
    expect((await (await tableOf(large, [])).chunk(0))[2]![1]).toBe(Number.MAX_SAFE_INTEGER);
  });
});
