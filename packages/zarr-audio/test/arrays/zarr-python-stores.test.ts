import { describe, expect, it } from 'vitest';
import {
  allRows,
  codeOf,
  EXPECTED,
  failureOf,
  fixtureStorage,
  openBlobAt,
  openRowsAt,
  sha256,
  uint64Bytes,
} from './stores';

const sound = EXPECTED.filter(({ damaged }) => damaged === undefined);
const blobOf = (recording: string) => `/${recording}/audio_data_blob_array` as const;
const indexOf = (recording: string) => `/${recording}/opus_index` as const;

describe('stores that zarr-python wrote', () => {
  it('are three that are sound and three that are damaged', () => {
    expect(sound.map(({ store }) => store)).toEqual(['plain.zarr', 'index-at-start.zarr', 'blosc-index.zarr']);
    expect(EXPECTED).toHaveLength(6);
  });

  it.each(sound)('$store: the blob is read to the bytes that were written', async (expected) => {
    const blob = await openBlobAt(fixtureStorage(expected.store), blobOf(expected.recording));
    expect(blob.byteLength).toBe(expected.blob_bytes);
    const whole = await blob.read(0, blob.byteLength);
    expect(sha256(whole)).toBe(expected.blob_sha256);
    for (const [start, end] of [
      [0, 1],
      [4095, 4097],
      [16000, 17000],
      [blob.byteLength - 1, blob.byteLength],
    ] as const) {
      const fresh = await openBlobAt(fixtureStorage(expected.store), blobOf(expected.recording), { cacheBytes: 0 });
      expect(await fresh.read(start, end)).toEqual(whole.slice(start, end));
    }
  });

  it.each(sound)('$store: the index is read to the rows that were written', async (expected) => {
    const index = await openRowsAt(fixtureStorage(expected.store), indexOf(expected.recording));
    expect([index.rows, index.width, index.chunkRows]).toEqual([expected.packets, 5, 100]);
    expect(sha256(uint64Bytes(await allRows(index)))).toBe(expected.index_sha256);
  });

  it('bad-inner-chunk.zarr: a chunk does not have its checksum, the others are read', async () => {
    const { store, recording, damaged } = EXPECTED.find((each) => each.store === 'bad-inner-chunk.zarr')!;
    const blob = await openBlobAt(fixtureStorage(store), blobOf(recording));
    const error = await failureOf(blob.read(0, blob.byteLength));
    expect(error.code).toBe('CHUNK_CRC_MISMATCH');
    expect(error.details).toMatchObject({ array: blobOf(recording), key: `/${damaged}` });
    const { chunk, byteOffset, expected, actual } = error.details as Record<string, unknown>;
    expect(chunk).toEqual([expect.any(Number)]);
    expect(byteOffset).toBe((chunk as number[])[0]! * 4100);
    expect(expected).not.toBe(actual);
    const [bad] = chunk as [number];
    const sound = await openBlobAt(fixtureStorage('plain.zarr'), blobOf(recording));
    const start = bad === 0 ? 4096 : 0;
    expect(await blob.read(start, start + 4096)).toEqual(await sound.read(start, start + 4096));
  });

  it('bad-shard-index.zarr: the index of a shard does not have its checksum', async () => {
    const { store, recording, damaged } = EXPECTED.find((each) => each.store === 'bad-shard-index.zarr')!;
    const blob = await openBlobAt(fixtureStorage(store), blobOf(recording));
    const error = await failureOf(blob.read(0, 10));
    expect(error.code).toBe('SHARD_INDEX_DAMAGED');
    expect(error.details).toMatchObject({ shard: 0, key: `/${damaged}` });
    await expect(blob.read(16384, 16400)).resolves.toHaveLength(16);
  });

  it('bad-index-chunk.zarr: a chunk of rows does not have its checksum', async () => {
    const { store, recording } = EXPECTED.find((each) => each.store === 'bad-index-chunk.zarr')!;
    const index = await openRowsAt(fixtureStorage(store), indexOf(recording));
    expect(await codeOf(index.chunk(0))).toBe('CHUNK_CRC_MISMATCH');
    await expect(index.chunk(1)).resolves.toHaveLength(5);
  });
});
