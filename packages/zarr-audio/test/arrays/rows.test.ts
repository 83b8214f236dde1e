import { UNMEASURED } from '@zarr-audio/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as zarr from 'zarrita';
import { createRowsWriter } from '../../src/arrays';
import { memoryStorage, type ReadableStorage } from '../../src/storage';
import { allRows, countingStorage, openRowsAt, packetRows, sha256, uint64Bytes, writeRows } from './stores';

const LARGEST = Number.MAX_SAFE_INTEGER;

async function zarritaRows(storage: ReadableStorage, path: string): Promise<Float64Array> {
  const array = await zarr.open.v3(zarr.root(storage).resolve(path), { kind: 'array' });
  const { data, shape, stride } = await zarr.get(array as zarr.Array<'uint64'>);
  const [rows, width] = shape as [number, number];
  return Float64Array.from({ length: rows * width }, (_, i) => {
    return Number(data[Math.floor(i / width) * stride[0]! + (i % width) * stride[1]!]);
  });
}

describe('a table of rows', () => {
  it.each([1, 3, 4, 5, 8, 1000])('of %i rows comes back, to zarrita alone too', async (count) => {
    const storage = memoryStorage();
    const rows = packetRows(count);
    await writeRows(storage, '/index', rows, 5, { chunkRows: 4 });
    const reader = await openRowsAt(storage, '/index');
    expect([reader.rows, reader.width, reader.chunkRows]).toEqual([count, 5, 4]);
    expect(await allRows(reader)).toEqual(rows);
    expect(await zarritaRows(storage, 'index')).toEqual(rows);
  });

  it('with the default of 10,000 rows a chunk takes under 3 bytes a packet', async () => {
    const files = new Map<string, Uint8Array>();
    const storage = memoryStorage(files);
    const rows = packetRows(25_000);
    await writeRows(storage, '/index', rows, 5);
    const reader = await openRowsAt(storage, '/index');
    expect(sha256(uint64Bytes(await allRows(reader)))).toBe(sha256(uint64Bytes(rows)));
    const stored = [0, 1, 2].map((i) => files.get(`/index/c/${i}/0`)!);
    expect(stored.reduce((sum, file) => sum + file.byteLength, 0) / 25_000).toBeLessThan(3);
    // Blosc's header: shuffled (bit 0), elements of 8 bytes, a whole chunk, though the last one is half empty.
    for (const file of stored) {
      const view = new DataView(file.buffer, file.byteOffset);
      expect([file[2]! & 1, file[3], view.getUint32(4, true)]).toEqual([1, 8, 400_000]);
    }
    expect(sha256(uint64Bytes(await zarritaRows(storage, 'index')))).toBe(sha256(uint64Bytes(rows)));
  });

  it('holds any safe integers, in any number of columns and pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 7 }),
        fc.array(
          fc.array(fc.oneof(fc.maxSafeNat(), fc.constant(LARGEST), fc.nat(300)), { minLength: 1, maxLength: 60 }),
          {
            minLength: 1,
            maxLength: 4,
          },
        ),
        async (width, chunkRows, pieces) => {
          const storage = memoryStorage();
          const writer = createRowsWriter(storage, '/t', width, { chunkRows });
          const whole = pieces.map((piece) => piece.slice(0, piece.length - (piece.length % width)));
          const rows = Float64Array.from(whole.flat());
          fc.pre(rows.length > 0);
          for (const piece of whole) await writer.append(Float64Array.from(piece));
          const { metadata } = await writer.finish();
          await storage.set('/t/zarr.json', new TextEncoder().encode(JSON.stringify(metadata)));
          expect(await allRows(await openRowsAt(storage, '/t'))).toEqual(rows);
          expect(await zarritaRows(storage, 't')).toEqual(rows);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('has the fill value in the rows that do not exist', async () => {
    const storage = memoryStorage();
    await writeRows(storage, '/index', Float64Array.of(1, 2, 3), 3, { chunkRows: 2 });
    const array = await zarr.open.v3(zarr.root(storage).resolve('index'), { kind: 'array' });
    const { data } = await (array as zarr.Array<'uint64'>).getChunk([0, 0]);
    const fill = BigInt(UNMEASURED);
    expect([...data]).toEqual([1n, fill, 2n, fill, 3n, fill]);
    expect(array.fillValue).toBe(fill);
  });

  it('lists the first value of the sorted column of every chunk, and what finish was given', async () => {
    const storage = memoryStorage();
    const sorted = { column: 3, attribute: 'chunk_first_sample' };
    const writer = createRowsWriter(storage, '/index', 5, { chunkRows: 4, sorted });
    const rows = packetRows(9);
    await writer.append(rows.subarray(0, 15));
    expect(writer.rows).toBe(3);
    await writer.append(rows.subarray(15));
    const { rows: count, metadata } = await writer.finish({ decoder: 'any' });
    expect([count, writer.rows]).toEqual([9, 9]);
    const stored = await Promise.all([0, 1, 2].map(async (i) => (await storage.get(`/index/c/${i}/0`))!.byteLength));
    const storedBytes = stored.reduce((sum, byteLength) => sum + byteLength, 0);
    const attributes = { stored_bytes: storedBytes, chunk_first_sample: [0, 3840, 7680], decoder: 'any' };
    expect(metadata.attributes).toEqual(attributes);
  });

  it('can be neither empty nor hold what is no row', async () => {
    const writer = createRowsWriter(memoryStorage(), '/index', 3);
    await expect(writer.finish()).rejects.toThrow(RangeError);
    await expect(writer.append(Float64Array.of(1, 2))).rejects.toThrow(RangeError);
    for (const bad of [-1, 0.5, 2 ** 53, Number.NaN]) {
      await expect(writer.append(Float64Array.of(1, 2, bad))).rejects.toThrow(RangeError);
    }
    expect(() => createRowsWriter(memoryStorage(), '/index', 3, { chunkRows: 0 })).toThrow(RangeError);
  });

  it('is refused where one lies already', async () => {
    const storage = memoryStorage();
    await writeRows(storage, '/index', packetRows(3), 5);
    const second = createRowsWriter(storage, '/index', 5, { chunkRows: 1 });
    await expect(second.append(packetRows(9)).then(() => second.finish())).rejects.toMatchObject({
      code: 'STORE_EXISTS',
    });
    await second.abort();
  });
});

describe('reading rows', () => {
  async function counting(options = {}) {
    const storage = countingStorage();
    await writeRows(storage, '/index', packetRows(10), 5, { chunkRows: 4 });
    const reader = await openRowsAt(storage, '/index', options);
    storage.requests.length = 0;
    return { reader, storage };
  }

  it('keeps chunks, and fetches one once for all who ask at the same time', async () => {
    const { reader, storage } = await counting();
    const [first, second] = await Promise.all([reader.chunkRowsOf(1), reader.chunkRowsOf(1)]);
    expect(first).toBe(second);
    expect(await reader.chunkRowsOf(1)).toBe(first);
    expect(storage.requests).toHaveLength(1);
    expect((await reader.chunk(2))[1]).toHaveLength(2);
  });

  it('forgets what was used longest ago', async () => {
    // Four bytes a value; the last chunk, which is filled up, has eight.
    const { reader, storage } = await counting({ cacheBytes: 3 * 4 * 5 * 4 });
    for (const chunk of [0, 1, 0, 2, 0, 1]) await reader.chunk(chunk);
    expect(storage.requests.map((request) => request.split(' ')[1])).toEqual([
      '/index/c/0/0',
      '/index/c/1/0',
      '/index/c/2/0',
      '/index/c/1/0',
    ]);
  });

  it('does not let the abort of one caller hurt another', async () => {
    const { reader, storage } = await counting();
    const release = gate(storage);
    const controller = new AbortController();
    const reason = new Error('enough');
    const leaving = reader.chunk(0, { signal: controller.signal });
    const staying = reader.chunk(0);
    controller.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    release();
    await expect(staying).resolves.toHaveLength(5);
    expect(storage.requests).toHaveLength(1);
  });

  it('gives a load up when nobody waits any more, and starts anew for the next', async () => {
    const { reader, storage } = await counting();
    const release = gate(storage);
    const controller = new AbortController();
    const leaving = reader.chunk(0, { signal: controller.signal });
    await Promise.resolve();
    controller.abort();
    await expect(leaving).rejects.toBe(controller.signal.reason);
    release();
    await expect(reader.chunk(0)).resolves.toHaveLength(5);
    expect(storage.signals.map((signal) => signal?.aborted)).toEqual([true, false]);
  });

  it('does not keep a failure', async () => {
    const files = new Map<string, Uint8Array>();
    const storage = memoryStorage(files);
    await writeRows(storage, '/index', packetRows(3), 5);
    const chunk = files.get('/index/c/0/0')!;
    files.delete('/index/c/0/0');
    const reader = await openRowsAt(storage, '/index');
    await expect(reader.chunk(0)).rejects.toMatchObject({ code: 'CHUNK_MISSING' });
    files.set('/index/c/0/0', chunk);
    await expect(reader.chunk(0)).resolves.toHaveLength(5);
  });

  it('unpacks what is asked for: the same as zarrita gives of it all', async () => {
    // Values of four, of five and of seven bytes; the last chunk is filled up.
    for (const offset of [0, 2 ** 33, 2 ** 52]) {
      const rows = packetRows(10).map((value) => value + offset);
      const storage = memoryStorage();
      await writeRows(storage, '/index', rows, 5, { chunkRows: 4 });
      const reader = await openRowsAt(storage, '/index');
      for (const chunk of [0, 1, 2]) {
        const held = await reader.chunkRowsOf(chunk);
        const columns = await reader.chunk(chunk);
        const value = (column: number, row: number) => rows[(4 * chunk + row) * 5 + column];
        for (let column = 0; column < 5; column++) {
          expect([...columns[column]!]).toEqual(Array.from({ length: held.count }, (_, row) => value(column, row)));
          expect(held.at(column, held.count - 1)).toBe(value(column, held.count - 1));
        }
        const part = await held.columns(1, 2);
        expect(part.map((column) => [...column])).toEqual(columns.map((column) => [column[1]]));
      }
    }
  });

  it.each([-1, 3, 0.5, Number.NaN])('refuses chunk %d', async (chunk) => {
    const { reader } = await counting();
    await expect(reader.chunk(chunk)).rejects.toThrow(RangeError);
  });

  it('is refused before it begins by a signal that is aborted', async () => {
    const { reader } = await counting();
    await expect(reader.chunk(0, { signal: AbortSignal.abort('no') })).rejects.toBe('no');
  });
});

/** Holds back the answers of a storage until the function that comes back is called. */
function gate(storage: ReturnType<typeof countingStorage>): () => void {
  let release: (() => void) | undefined;
  const open = new Promise<void>((resolve) => {
    release = resolve;
  });
  const getRange = storage.getRange.bind(storage);
  storage.getRange = async (key, range, options) => {
    const answer = getRange(key, range, options);
    storage.signals.push(options?.signal);
    await open;
    return answer;
  };
  return () => release?.();
}
