import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UNMEASURED } from '@zarr-audio/codec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBytesArray } from '../../src/arrays';
import type { WritableStorage } from '../../src/storage';
import { fileStorage } from '../../src/storage/file';
import { runPython } from '../oracles/python';
import { packetRows, sampleBytes, sha256, uint64Bytes, writeBlob, writeMetadata, writeRows } from './stores';

interface Reading {
  readonly version: string;
  readonly arrays: Record<string, Record<string, unknown>>;
}

let folder: string;
let storage: WritableStorage;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zarr-audio-oracle-'));
  storage = await fileStorage(folder, { create: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function readWithPython(...arrays: string[]): Promise<Reading> {
  return JSON.parse(await runPython('read_arrays.py', folder, ...arrays));
}

describe('zarr-python 3', () => {
  it('reads blobs of all lengths to the bytes that were written', async () => {
    const lengths = [1, 65_535, 65_536, 65_537, 2 ** 24 - 1, 2 ** 24, 2 ** 24 + 1];
    for (const byteLength of lengths) await writeBlob(storage, `/blob-${byteLength}`, sampleBytes(byteLength));
    const { version, arrays } = await readWithPython(...lengths.map((byteLength) => `blob-${byteLength}`));
    expect(version).toMatch(/^3\./);
    for (const byteLength of lengths) {
      expect(arrays[`blob-${byteLength}`]).toEqual({
        shape: [byteLength],
        type: 'uint8',
        fill: 0,
        attributes: {},
        sha256: sha256(sampleBytes(byteLength)),
      });
    }
  });

  it('reads tables of rows to the values that were written', async () => {
    const tables: Record<string, [number, number, object]> = {
      short: [1, 5, {}],
      long: [25_000, 5, { sorted: { column: 3, attribute: 'chunk_first_sample' } }],
      narrow: [30, 3, { chunkRows: 4 }],
      tiny: [3, 1, { chunkRows: 1 }],
    };
    for (const [name, [count, width, options]] of Object.entries(tables)) {
      await writeRows(storage, `/${name}`, packetRows(count).subarray(0, count * width), width, options);
    }
    const { arrays } = await readWithPython(...Object.keys(tables));
    for (const [name, [count, width]] of Object.entries(tables)) {
      const rows = packetRows(count).subarray(0, count * width);
      expect(arrays[name]).toMatchObject({
        shape: [count, width],
        type: 'uint64',
        fill: UNMEASURED,
        sha256: sha256(uint64Bytes(rows)),
      });
    }
    const chunks = await Promise.all([0, 1, 2].map((chunk) => storage.get(`/long/c/${chunk}/0`)));
    const stored = chunks.reduce((sum, bytes) => sum + bytes!.byteLength, 0);
    const attributes = { chunk_first_sample: [0, 9_600_000, 19_200_000], stored_bytes: stored };
    expect(arrays.long!.attributes).toEqual(attributes);
  });

  it('reads plain bytes with their attributes', async () => {
    const attributes = { pieces: [['ffprobe', 0, 2 ** 20 + 1]] };
    const bytes = sampleBytes(2 ** 20 + 1);
    await writeMetadata(storage, '/source', (await writeBytesArray(storage, '/source', bytes, attributes)).metadata);
    const { arrays } = await readWithPython('source');
    expect(arrays.source).toMatchObject({ shape: [2 ** 20 + 1], attributes, sha256: sha256(bytes) });
  });

  it('refuses what we refuse', async () => {
    await writeBlob(storage, '/damaged', sampleBytes(100_000));
    const shard = (await storage.get('/damaged/c/0'))!;
    shard[70_000]! ^= 1;
    await storage.set('/damaged/c/0', shard);
    await expect(readWithPython('damaged')).rejects.toThrow(/checksum/);
  });
});
