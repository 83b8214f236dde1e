import { describe, expect, it } from 'vitest';
import { crc32c, writeBytesArray } from '../../src/arrays';
import { memoryStorage } from '../../src/storage';
import { codeOf, failureOf, openBlobAt, sampleBytes, sha256, writeBlob, writeMetadata } from './stores';

const LAYOUT = { chunkBytes: 64, shardBytes: 256 };
const STORED = 68;
const INDEX = 4 * 16 + 4;
const bytes = sampleBytes(600);

async function freshFiles(blob = bytes): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  await writeBlob(memoryStorage(files), '/blob', blob, LAYOUT);
  return files;
}

const readAll = async (files: Map<string, Uint8Array>) => {
  const blob = await openBlobAt(memoryStorage(files), '/blob');
  return blob.read(0, blob.byteLength);
};

/** The index of a shard, changed and with a right checksum. */
function changeIndex(shard: Uint8Array, change: (index: BigUint64Array) => void): Uint8Array {
  const at = shard.byteLength - INDEX;
  const index = new BigUint64Array(shard.slice(at, at + INDEX - 4).buffer);
  change(index);
  const changed = shard.slice();
  changed.set(new Uint8Array(index.buffer), at);
  new DataView(changed.buffer).setUint32(at + INDEX - 4, crc32c(changed.subarray(at, at + INDEX - 4)), true);
  return changed;
}

describe('a damaged blob', () => {
  it('with any byte changed gives an error, never other bytes', async () => {
    const files = await freshFiles();
    for (const key of ['/blob/c/0', '/blob/c/1', '/blob/c/2']) {
      const sound = files.get(key)!;
      for (let at = 0; at < sound.byteLength; at++) {
        const flipped = sound.slice();
        flipped[at]! ^= 1 << (at % 8);
        files.set(key, flipped);
        const code = await codeOf(readAll(files));
        expect(['CHUNK_CRC_MISMATCH', 'SHARD_INDEX_DAMAGED'], `${key} byte ${at}`).toContain(code);
      }
      files.set(key, sound);
    }
    expect(await readAll(files)).toEqual(bytes);
  });

  it('with any byte of its metadata changed gives an error or the same bytes', async () => {
    const files = await freshFiles();
    const sound = files.get('/blob/zarr.json')!;
    let refused = 0;
    for (let at = 0; at < sound.byteLength; at++) {
      const flipped = sound.slice();
      flipped[at]! ^= 1 << (at % 8);
      files.set('/blob/zarr.json', flipped);
      const outcome = await readAll(files).catch(() => undefined);
      // The one thing that nothing here proves is the length: another one shows less, or some of the last chunk's zeros.
      const common = Math.min(outcome?.byteLength ?? 0, bytes.byteLength);
      if (outcome) expect(outcome.slice(0, common)).toEqual(bytes.slice(0, common));
      else refused++;
    }
    expect(refused).toBeGreaterThan(sound.byteLength / 2);
  });

  it('without a file is CHUNK_MISSING, not zeros', async () => {
    for (const key of ['/blob/c/0', '/blob/c/1', '/blob/c/2']) {
      const files = await freshFiles();
      files.delete(key);
      const error = await failureOf(readAll(files));
      expect(error.code).toBe('CHUNK_MISSING');
      expect(error.details).toMatchObject({ array: '/blob', key, chunk: [Number(key.at(-1)) * 4] });
    }
  });

  it('with a file that is cut off anywhere is CHUNK_TRUNCATED or a wrong index', async () => {
    const files = await freshFiles();
    const sound = files.get('/blob/c/0')!;
    for (let length = 0; length < sound.byteLength; length++) {
      files.set('/blob/c/0', sound.slice(0, length));
      expect(await codeOf(readAll(files)), `${length} bytes`).toBe('CHUNK_TRUNCATED');
    }
  });

  it('with a file that goes on after its index is read, if the index still stands where it must', async () => {
    const files = await freshFiles();
    files.set('/blob/c/0', new Uint8Array([...files.get('/blob/c/0')!, 1, 2, 3]));
    expect(await readAll(files)).toEqual(bytes);
  });

  it('names chunk, file and place', async () => {
    const files = await freshFiles();
    files.get('/blob/c/1')![STORED + 3]! ^= 1;
    const error = await failureOf(readAll(files));
    expect(error.code).toBe('CHUNK_CRC_MISMATCH');
    expect(error.details).toEqual({
      array: '/blob',
      chunk: [5],
      key: '/blob/c/1',
      byteOffset: STORED,
      expected: expect.any(Number),
      actual: expect.any(Number),
    });
    expect(error.message).toContain('/blob/c/1');
  });

  it.each([
    [
      'a chunk that the index calls absent',
      'CHUNK_MISSING',
      (index: BigUint64Array) => index.fill(2n ** 64n - 1n, 2, 4),
    ],
    ['a chunk of another length', 'SHARD_INDEX_DAMAGED', (index: BigUint64Array) => (index[3] = 67n)],
    ['a chunk of a length beyond all memory', 'SHARD_INDEX_DAMAGED', (index: BigUint64Array) => (index[3] = 2n ** 63n)],
    ['a chunk beyond the file', 'CHUNK_TRUNCATED', (index: BigUint64Array) => (index[2] = 100_000n)],
    ['a chunk beyond any file', 'SHARD_INDEX_DAMAGED', (index: BigUint64Array) => (index[2] = 2n ** 60n)],
    ['an offset without a length', 'SHARD_INDEX_DAMAGED', (index: BigUint64Array) => (index[3] = 2n ** 64n - 1n)],
    ['a length without an offset', 'SHARD_INDEX_DAMAGED', (index: BigUint64Array) => (index[2] = 2n ** 64n - 1n)],
    ['another chunk in the place of one', 'CHUNK_CRC_MISMATCH', (index: BigUint64Array) => (index[2] = 69n)],
  ])('with an index that has its checksum and %s: %s', async (_, code, change) => {
    const files = await freshFiles();
    files.set('/blob/c/0', changeIndex(files.get('/blob/c/0')!, change));
    expect(await codeOf(readAll(files))).toBe(code);
  });

  it('in large shards, where data are fetched before the index is known, fails in the same way', async () => {
    const layout = { chunkBytes: 32_768, shardBytes: 2 ** 19 };
    const large = sampleBytes(2 ** 19 + 5);
    const make = async () => {
      const files = new Map<string, Uint8Array>();
      await writeBlob(memoryStorage(files), '/blob', large, layout);
      return files;
    };
    const codeAfter = async (change: (files: Map<string, Uint8Array>) => void) => {
      const files = await make();
      change(files);
      return codeOf(readAll(files));
    };
    expect(await codeAfter((files) => files.delete('/blob/c/0'))).toBe('CHUNK_MISSING');
    expect(await codeAfter((files) => files.set('/blob/c/0', files.get('/blob/c/0')!.slice(0, 100_000)))).toBe(
      'CHUNK_TRUNCATED',
    );
    expect(await codeAfter((files) => (files.get('/blob/c/0')![99_999]! ^= 1))).toBe('CHUNK_CRC_MISMATCH');
    expect(await codeAfter((files) => (files.get('/blob/c/0')!.subarray(-50)[0]! ^= 1))).toBe('SHARD_INDEX_DAMAGED');
  });
});

describe('shards of other writers', () => {
  /** Chunks in any order, with gaps. */
  function shuffledShard(blob: Uint8Array, order: readonly number[], chunks: number, stored: number): Uint8Array {
    const size = stored - 4;
    const gap = 5;
    const shard = new Uint8Array(gap + order.length * (stored + gap) + 16 * chunks + 4);
    const index = new BigUint64Array(2 * chunks).fill(2n ** 64n - 1n);
    for (const [i, chunk] of order.entries()) {
      const at = gap + i * (stored + gap);
      const data = new Uint8Array(size);
      data.set(blob.subarray(chunk * size, (chunk + 1) * size));
      shard.set(data, at);
      new DataView(shard.buffer).setUint32(at + size, crc32c(data), true);
      index.set([BigInt(at), BigInt(stored)], 2 * chunk);
    }
    const end = shard.byteLength - 16 * chunks - 4;
    shard.set(new Uint8Array(index.buffer), end);
    new DataView(shard.buffer).setUint32(shard.byteLength - 4, crc32c(shard.subarray(end, shard.byteLength - 4)), true);
    return shard;
  }

  it.each([
    ['small', 64, [2, 0, 1]],
    ['large', 65_536, [2, 0, 1]],
  ])('%s ones, with chunks in another order and gaps between, are read', async (_, chunkBytes, order) => {
    const files = new Map<string, Uint8Array>();
    const storage = memoryStorage(files);
    const blob = sampleBytes(3 * chunkBytes - 7);
    await writeBlob(storage, '/blob', blob, { chunkBytes, shardBytes: 4 * chunkBytes });
    files.set('/blob/c/0', shuffledShard(blob, order, 4, chunkBytes + 4));
    const reader = await openBlobAt(storage, '/blob');
    expect(sha256(await reader.read(0, blob.byteLength))).toBe(sha256(blob));
    expect(await reader.read(chunkBytes - 1, chunkBytes + 1)).toEqual(blob.slice(chunkBytes - 1, chunkBytes + 1));
  });
});

describe('a damaged plain array of bytes', () => {
  async function plain() {
    const files = new Map<string, Uint8Array>();
    const storage = memoryStorage(files);
    const { metadata } = await writeBytesArray(storage, '/blob', bytes);
    await writeMetadata(storage, '/blob', metadata);
    return files;
  }

  it('gives an error for any byte that was changed', async () => {
    const files = await plain();
    const sound = files.get('/blob/c/0')!;
    for (let at = 0; at < sound.byteLength; at++) {
      const flipped = sound.slice();
      flipped[at]! ^= 0x80;
      files.set('/blob/c/0', flipped);
      expect(await codeOf(readAll(files))).toBe('CHUNK_CRC_MISMATCH');
    }
  });

  it('gives a code for a file that is missing, too short or too long', async () => {
    const files = await plain();
    const sound = files.get('/blob/c/0')!;
    files.set('/blob/c/0', sound.slice(0, -1));
    expect(await codeOf(readAll(files))).toBe('CHUNK_TRUNCATED');
    files.set('/blob/c/0', new Uint8Array([...sound, 0]));
    expect(await codeOf(readAll(files))).toBe('CHUNK_DAMAGED');
    files.delete('/blob/c/0');
    expect(await codeOf(readAll(files))).toBe('CHUNK_MISSING');
  });
});
