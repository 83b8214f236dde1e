import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as zarr from 'zarrita';
import { createBlobWriter, writeBytesArray } from '../../src/arrays';
import { memoryStorage } from '../../src/storage';
import { countingStorage, openBlobAt, sampleBytes, sha256, writeBlob, writeMetadata } from './stores';

const MIB = 2 ** 20;
const SMALL = { chunkBytes: 256, shardBytes: 1024 };

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts);
}

describe('a blob', () => {
  it.each([1, 65_535, 65_536, 65_537, 16 * MIB - 1, 16 * MIB, 16 * MIB + 1, 40 * MIB])(
    'of %i bytes comes back',
    async (byteLength) => {
      const storage = memoryStorage();
      const bytes = sampleBytes(byteLength);
      await writeBlob(storage, '/blob', bytes, {}, [100_000, 1, 64, 70_000]);
      const blob = await openBlobAt(storage, '/blob');
      expect(blob.byteLength).toBe(byteLength);
      expect(sha256(await blob.read(0, byteLength))).toBe(sha256(bytes));
      expect(sha256(await collect(blob.stream()))).toBe(sha256(bytes));
    },
  );

  it('can be neither empty nor of sizes that are none', async () => {
    const storage = memoryStorage();
    await expect(createBlobWriter(storage, '/blob').finish()).rejects.toThrow(RangeError);
    expect(() => createBlobWriter(storage, '/blob', { chunkBytes: 0 })).toThrow(RangeError);
    expect(() => createBlobWriter(storage, '/blob', { chunkBytes: 1.5 })).toThrow(RangeError);
    expect(() => createBlobWriter(storage, '/blob', { chunkBytes: 100, shardBytes: 250 })).toThrow(RangeError);
    await expect(writeBytesArray(storage, '/blob', new Uint8Array(0))).rejects.toThrow(RangeError);
  });

  it('gives any range of itself, however it was written and whatever was read before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5000 }),
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.tuple(fc.nat(5000), fc.nat(5000)), { maxLength: 6 }),
        fc.integer({ min: 0, max: 2000 }),
        async (byteLength, pieces, ranges, cacheBytes) => {
          const storage = memoryStorage();
          const bytes = sampleBytes(byteLength);
          await writeBlob(storage, '/blob', bytes, SMALL, pieces);
          const blob = await openBlobAt(storage, '/blob', { cacheBytes });
          for (const [a, b] of ranges) {
            const start = Math.min(a, b) % (byteLength + 1);
            const end = Math.max(start, Math.max(a, b) % (byteLength + 1));
            expect(await blob.read(start, end)).toEqual(bytes.slice(start, end));
            expect(new Uint8Array(await collect(blob.stream(start, end)))).toEqual(bytes.slice(start, end));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('lies on disk as format.md says: chunks in order without gaps, each written, then the index', async () => {
    const files = new Map<string, Uint8Array>();
    // Zeros too: a chunk that is absent would be damage.
    await writeBlob(memoryStorage(files), '/blob', new Uint8Array(1024 + 300), SMALL);
    expect([...files.keys()].sort()).toEqual(['/blob/c/0', '/blob/c/1', '/blob/zarr.json']);
    expect(files.get('/blob/c/0')).toHaveLength(4 * 260 + 4 * 16 + 4);
    expect(files.get('/blob/c/1')).toHaveLength(2 * 260 + 4 * 16 + 4);
    const index = new BigUint64Array(files.get('/blob/c/1')!.slice(520, 520 + 64).buffer);
    const none = 2n ** 64n - 1n;
    expect([...index]).toEqual([0n, 260n, 260n, 260n, none, none, none, none]);
  });

  it('is filled up with zeros, whatever its buffer held before', async () => {
    const files = new Map<string, Uint8Array>();
    await writeBlob(memoryStorage(files), '/blob', sampleBytes(3 * 1024 + 300), SMALL);
    expect(files.get('/blob/c/3')!.slice(260 + 44, 260 + 256)).toEqual(new Uint8Array(212));
  });

  it('is the same on a storage that takes its time', async () => {
    const slow = memoryStorage();
    const create = slow.create.bind(slow);
    slow.create = async (key) => {
      const file = await create(key);
      const write = async (bytes: Uint8Array) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        await file.write(bytes);
      };
      return { ...file, write };
    };
    const bytes = sampleBytes(9_000_000);
    await writeBlob(slow, '/blob', bytes, {}, [100_000]);
    const blob = await openBlobAt(slow, '/blob');
    expect(sha256(await blob.read(0, bytes.byteLength))).toBe(sha256(bytes));
  });

  it('shorter than a chunk is one chunk of its own length', async () => {
    const files = new Map<string, Uint8Array>();
    const metadata = await writeBlob(memoryStorage(files), '/blob', sampleBytes(100));
    expect(files.get('/blob/c/0')).toHaveLength(100 + 4 + 16 + 4);
    expect(metadata).toMatchObject({ shape: [100], chunk_grid: { configuration: { chunk_shape: [100] } } });
  });

  it('has the attributes that finish was given', async () => {
    const writer = createBlobWriter(memoryStorage(), '/blob');
    await writer.write(sampleBytes(10));
    expect(writer.byteLength).toBe(10);
    expect((await writer.finish({ origin: 'here' })).metadata.attributes).toEqual({ origin: 'here' });
  });

  it('is refused where an array lies already, and can be given up', async () => {
    const files = new Map<string, Uint8Array>();
    const storage = memoryStorage(files);
    await writeBlob(storage, '/blob', sampleBytes(2000), SMALL);
    const before = new Map(files);
    const second = createBlobWriter(storage, '/blob', SMALL);
    await expect(second.write(sampleBytes(5000)).then(() => second.finish())).rejects.toMatchObject({
      code: 'STORE_EXISTS',
    });
    await second.abort();
    expect(files).toEqual(before);
    const third = createBlobWriter(storage, '/third', SMALL);
    await third.write(sampleBytes(1500));
    await third.abort();
    expect([...files.keys()].filter((key) => key.startsWith('/third'))).toEqual(['/third/c/0']);
  });

  it('is opened by zarrita alone', async () => {
    for (const byteLength of [1, 255, 256, 1024, 1025, 3000]) {
      const files = new Map<string, Uint8Array>();
      const bytes = sampleBytes(byteLength);
      await writeBlob(memoryStorage(files), '/blob', bytes, SMALL);
      const store = { get: async (key: string) => files.get(key), getRange: memoryStorage(files).getRange };
      const array = await zarr.open.v3(zarr.root(store).resolve('blob'), { kind: 'array' });
      const { data } = await zarr.get(array);
      expect(data).toEqual(bytes);
    }
  });

  it('is read by zarrita through the storage itself', async () => {
    const storage = memoryStorage();
    const bytes = sampleBytes(3000);
    await writeBlob(storage, '/blob', bytes, SMALL);
    const array = await zarr.open.v3(zarr.root(storage).resolve('blob'), { kind: 'array' });
    expect((await zarr.get(array, [zarr.slice(500, 2500)])).data).toEqual(bytes.slice(500, 2500));
  });
});

describe('a plain array of bytes', () => {
  it.each([1, 1000, MIB, MIB + 1, 3 * MIB])('of %i bytes comes back, to zarrita too', async (byteLength) => {
    const storage = memoryStorage();
    const bytes = sampleBytes(byteLength);
    const { metadata } = await writeBytesArray(storage, '/source_metadata', bytes, { pieces: [] });
    await writeMetadata(storage, '/source_metadata', metadata);
    const blob = await openBlobAt(storage, '/source_metadata');
    expect(sha256(await blob.read(0, byteLength))).toBe(sha256(bytes));
    const array = await zarr.open.v3(zarr.root(storage).resolve('source_metadata'), { kind: 'array' });
    expect(sha256((await zarr.get(array)).data as Uint8Array)).toBe(sha256(bytes));
    expect(array.attrs).toEqual({ pieces: [] });
  });

  it('without checksums, with other keys, is read as well', async () => {
    const storage = memoryStorage();
    await writeMetadata(storage, '/blob', {
      zarr_format: 3,
      node_type: 'array',
      shape: [25],
      data_type: 'uint8',
      chunk_grid: { name: 'regular', configuration: { chunk_shape: [10] } },
      chunk_key_encoding: { name: 'v2' },
      fill_value: 0,
      codecs: ['bytes'],
    });
    const bytes = sampleBytes(30);
    for (let i = 0; i < 3; i++) await storage.set(`/blob/${i}`, bytes.subarray(10 * i, 10 * i + 10));
    expect(await (await openBlobAt(storage, '/blob')).read(3, 25)).toEqual(bytes.slice(3, 25));
  });
});

describe('reading a blob', () => {
  const layout = { chunkBytes: 65_536, shardBytes: 2 ** 20 };
  const bytes = sampleBytes(1_500_000);
  async function counting(options = {}) {
    const storage = countingStorage();
    await writeBlob(storage, '/blob', bytes, layout);
    const blob = await openBlobAt(storage, '/blob', options);
    storage.requests.length = 0;
    return { blob, requests: storage.requests };
  }
  const indexBytes = 16 * 16 + 4;

  it('asks for index and data at the same time, once, and for the data alone from then on', async () => {
    const { blob, requests } = await counting();
    await blob.read(70_000, 200_000);
    expect(requests).toEqual([`range /blob/c/0 ${16 * 65_540}+${indexBytes}`, `range /blob/c/0 65540+${3 * 65_540}`]);
    await blob.read(600_000, 600_100);
    expect(requests.slice(2)).toEqual([`range /blob/c/0 ${9 * 65_540}+65540`]);
  });

  it('knows where the index of the last shard is', async () => {
    const { blob, requests } = await counting();
    await blob.read(1_499_000, 1_500_000);
    expect(requests).toEqual([`range /blob/c/1 ${7 * 65_540}+${indexBytes}`, `range /blob/c/1 ${6 * 65_540}+65540`]);
  });

  it('fetches nothing twice while it goes on', async () => {
    const { blob, requests } = await counting();
    for (let at = 0; at < 1_000_000; at += 10_000) await blob.read(at, at + 10_000);
    expect(requests).toHaveLength(1 + 16);
    await blob.read(990_000, 1_000_000);
    expect(requests).toHaveLength(1 + 16);
  });

  it('keeps the last chunk of a long read for the one that goes on from there, and no more', async () => {
    const { blob, requests } = await counting({ cacheBytes: 3 * 65_536 });
    await blob.read(0, 600_000);
    requests.length = 0;
    await blob.read(600_000, 610_000);
    expect(requests).toEqual([]);
    await blob.read(500_000, 500_001);
    expect(requests).toHaveLength(1);
  });

  it('keeps nothing where no room is given', async () => {
    const { blob, requests } = await counting({ cacheBytes: 0 });
    await blob.read(0, 10);
    await blob.read(0, 10);
    expect(requests).toHaveLength(3);
  });

  it('reads a small blob and its index in one request, and never again', async () => {
    const storage = countingStorage();
    await writeBlob(storage, '/blob', sampleBytes(30_000));
    const blob = await openBlobAt(storage, '/blob');
    storage.requests.length = 0;
    await blob.read(100, 200);
    await blob.read(20_000, 30_000);
    expect(storage.requests).toEqual(['range /blob/c/0 0+30024']);
  });

  it('loads an index once for readers that come at the same time', async () => {
    const { blob, requests } = await counting();
    await Promise.all([blob.read(0, 10), blob.read(100_000, 100_010), blob.read(300_000, 300_010)]);
    expect(requests.filter((request) => request.endsWith(`+${indexBytes}`))).toHaveLength(1);
  });

  it('gives a copy: changing it changes nothing', async () => {
    const { blob } = await counting();
    (await blob.read(0, 100)).fill(0);
    expect(await blob.read(0, 100)).toEqual(bytes.slice(0, 100));
  });

  it('stops for a signal, with its reason', async () => {
    const { blob } = await counting();
    const reason = new Error('enough');
    await expect(blob.read(0, 10, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const reading = blob.read(0, 1_500_000, { signal: controller.signal });
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    await expect(blob.read(0, 10)).resolves.toHaveLength(10);
  });

  it('may be left in the middle of a stream: what is under way is given up', async () => {
    const storage = countingStorage();
    const long = sampleBytes(10_000_000);
    await writeBlob(storage, '/blob', long);
    const blob = await openBlobAt(storage, '/blob');
    const getRange = storage.getRange.bind(storage);
    storage.getRange = (key, range, options) => {
      storage.signals.push(options?.signal);
      return getRange(key, range, options);
    };
    for await (const piece of blob.stream()) {
      expect(sha256(piece)).toBe(sha256(long.subarray(0, piece.byteLength)));
      break;
    }
    // The index, the first piece, and the next.
    expect(storage.signals).toHaveLength(3);
    expect(storage.signals.at(-1)?.aborted).toBe(true);
  });

  it.each([
    [-1, 10],
    [0, 1_500_001],
    [20, 10],
    [0.5, 10],
    [0, Number.NaN],
  ])('refuses [%d, %d)', async (start, end) => {
    const { blob } = await counting();
    await expect(blob.read(start, end)).rejects.toThrow(RangeError);
    await expect(collect(blob.stream(start, end))).rejects.toThrow(RangeError);
  });
});
