import { bytesSource, createRegistry } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { memoryStorage, openOrCreateStore } from 'zarr-audio';
import { flac } from '../src/flac';
import { sourceOf } from './support/feed';
import { nativeFile, writeFrame } from './support/frame-writer';
import { collect, decodeRaw, fixture, md5 } from './support/ingested';

const open = () => openOrCreateStore(memoryStorage(), { codecs: createRegistry([flac()]) });

async function imported(bytes: Uint8Array) {
  const store = await open();
  const [result] = await store.import(bytesSource('input.flac', bytes));
  expect(result).toMatchObject({ status: 'imported' });
  const [id] = await store.ids();
  return { store, id: id!, recording: await store.open(id!) };
}

describe('through the whole store', () => {
  it.each([
    'flac/love.flac',
    'flac/bear_32bit.flac',
    'flac/subset/38_-_3_channels_3.0_.flac',
    'flac/subset/62_-_predictor_overflow_check_20-bit.flac',
    'flac/faulty/01_-_wrong_max_blocksize.flac',
    'flac/faulty/11_-_incorrect_metadata_block_length.flac',
    'flac/uncommon/11_-_file_starting_with_unparsable_data.flac',
    'flac/bear_flac.ogg',
  ])('%s: import, read any range, verify, reindex, export', async (name) => {
    const bytes = fixture(name);
    const { streams } = await collect(flac().ingest(sourceOf(bytes)));
    const raw = await decodeRaw(streams[0]!);
    const { store, id, recording } = await imported(bytes);
    const { channels, bitsPerSample } = streams[0]!.description;
    const width = Math.ceil(bitsPerSample / 8);
    const total = recording.totalSamples;
    const ranges = [
      [0, total],
      [total - 1, total],
      [0, 1],
      [4095, 4097],
      [total >> 1, (total >> 1) + 1000],
    ] as const;
    const reads = async () => {
      for (const [start, end] of ranges) {
        const { data, maxDiff } = await recording.read({ start, end });
        expect(maxDiff).toBe(0);
        const part = Buffer.alloc(data.length * width);
        for (const [i, sample] of data.entries()) part.writeIntLE(sample, i * width, width);
        expect(part.equals(raw.subarray(start * channels * width, end * channels * width))).toBe(true);
      }
    };
    await reads();
    const pieces: Uint8Array[] = [];
    for await (const piece of recording.export()) pieces.push(piece);
    expect(md5(Buffer.concat(pieces))).toBe(md5(streams[0]!.blob));
    const reports = [];
    for await (const report of store.verify(id)) reports.push(report);
    expect(reports).toMatchObject([{ damage: [] }]);
    await store.reindex(id);
    await reads();
  });

  it('a hole is read as zeros, and said', async () => {
    const frame = (number: number) =>
      writeFrame({ number, blockSize: 32, bits: [16], subframes: [{ kind: 'constant', samples: [7n] }] });
    const file = nativeFile([frame(0), frame(3)], { channels: 1, bitsPerSample: 16, blockSize: 32 });
    const { recording } = await imported(file);
    const { data, gaps } = await recording.read({ start: 30, end: 98 });
    expect([...data]).toEqual([7, 7, ...Array(64).fill(0), 7, 7]);
    expect(gaps).toEqual([{ end: 96, samples: 64 }]);
  });
});
