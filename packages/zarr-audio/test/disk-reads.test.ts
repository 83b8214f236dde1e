import { bytesSource } from '@zarr-audio/codec';
import { OggPacketMuxer } from '@zarr-audio/ogg-mux';
import { beforeAll, describe, expect, it } from 'vitest';
import { memoryStorage, openOrCreateStore, openStore, type ReadableStorage, type Recording } from '../src/index';
import { fixtures } from './support/corpus';
import { longStream } from './support/long-stream.mjs';
import { codecs } from './support/stores';

const SECOND = 48_000;
const LAYOUT = { chunkBytes: 8192, shardBytes: 64 * 8192, chunkRows: 1000 };
/** 5 minutes, seven shards. */
const PACKETS = 15_000;

const files = new Map<string, Uint8Array>();
let id: string;
beforeAll(async () => {
  const store = await openOrCreateStore(memoryStorage(files), { codecs });
  const parts = { OggPacketMuxer, codec: codecs.get('opus'), bytesSource };
  const source = await longStream(parts, `${fixtures}ogg_opus/ogg.opus`, PACKETS);
  const [result] = await store.import(source, { layout: LAYOUT });
  if (result?.status !== 'imported') throw new Error(result?.status);
  id = result.id;
});

/** The recording, and what was read of its files since the last call. */
async function counted(): Promise<{ recording: Recording; take: () => string[] }> {
  const storage = memoryStorage(files);
  let reads: string[] = [];
  const counting: ReadableStorage = {
    description: 'counted',
    get: storage.get,
    async getRange(key, range, options) {
      const bytes = await storage.getRange(key, range, options);
      const place = 'offset' in range ? `${range.offset}+${bytes?.byteLength}` : `-${range.suffixLength}`;
      const [, , array, , chunk] = key.split('/');
      reads.push(array === 'audio_data_blob_array' ? `blob ${chunk} ${place}` : `${array} ${chunk}`);
      return bytes;
    },
  };
  const recording = await (await openStore(counting, { codecs })).open(id);
  const take = () => {
    const taken = reads.sort();
    reads = [];
    return taken;
  };
  return { recording, take };
}

/** What a read of these samples needs, by the rows: chunks of each array, of the blob by number. */
async function needs(start: number, end: number) {
  const { recording } = await counted();
  const { preSkip } = recording.description;
  const { chunkRows } = recording.index;
  const first = Math.floor((start + preSkip) / 960);
  const last = Math.floor((end - 1 + preSkip) / 960);
  const points: number[][] = [];
  const { seekPoints, index } = recording;
  for (let chunk = 0; chunk * chunkRows < seekPoints!.rows; chunk++) {
    const [packets, froms] = await seekPoints!.chunk(chunk);
    for (const [i, packet] of packets!.entries()) points.push([packet, froms![i]!]);
  }
  const reset = points.findLast(([, from]) => from! <= first)![0]!;
  const chunksOf = (from: number, to: number, size: number) =>
    Array.from({ length: Math.floor(to / size) - Math.floor(from / size) + 1 }, (_, i) => Math.floor(from / size) + i);
  const row = async (packet: number) => {
    const [at, length] = await index.chunk(Math.floor(packet / chunkRows));
    return [at![packet % chunkRows]!, length![packet % chunkRows]!] as const;
  };
  const [firstByte] = await row(reset);
  const [lastAt, lastLength] = await row(last);
  return {
    index: chunksOf(reset, last, chunkRows),
    blob: chunksOf(firstByte, lastAt + lastLength - 1, LAYOUT.chunkBytes),
  };
}

const blobBytes = (reads: readonly string[]) =>
  reads
    .filter((read) => read.startsWith('blob'))
    .map((read) => Number(read.split('+')[1]))
    .filter((bytes) => bytes % (LAYOUT.chunkBytes + 4) === 0)
    .reduce((sum, bytes) => sum + bytes / (LAYOUT.chunkBytes + 4), 0);

describe('a read touches what it needs and nothing else', () => {
  it.each([
    ['in the middle', 100 * SECOND],
    ['at the start', 0],
    ['at the border of two chunks of the index', 60 * SECOND],
    ['across the border of two chunks of the index', 60 * SECOND - 20_000],
  ])('%s', async (_, start) => {
    const { recording, take } = await counted();
    take();
    await recording.read({ start, end: start + SECOND });
    const reads = take();
    const needed = await needs(start, start + SECOND);
    expect(reads.filter((read) => read.startsWith('opus_index'))).toEqual(
      needed.index.map((chunk) => `opus_index ${chunk}`),
    );
    expect(reads.filter((read) => read.startsWith('opus_seek_points'))).toHaveLength(1);
    expect(blobBytes(reads)).toBe(needed.blob.length);
    // A shard's index once, and its chunks at once.
    const shards = new Set(needed.blob.map((chunk) => Math.floor(chunk / 64)));
    expect(reads.filter((read) => read.startsWith('blob'))).toHaveLength(2 * shards.size);
  });

  it('across the border of two shards', async () => {
    const { recording, take } = await counted();
    let start = 0;
    let needed = await needs(0, SECOND);
    while (Math.floor(needed.blob[0]! / 64) === Math.floor(needed.blob.at(-1)! / 64)) {
      start += SECOND / 2;
      needed = await needs(start, start + SECOND);
    }
    take();
    await recording.read({ start, end: start + SECOND });
    const reads = take();
    expect(blobBytes(reads)).toBe(needed.blob.length);
    expect(reads.filter((read) => read.startsWith('blob'))).toHaveLength(4);
  });

  it('that goes on where the last one ended: what is new', async () => {
    const { recording, take } = await counted();
    await recording.read({ start: 100 * SECOND, end: 101 * SECOND });
    take();
    const seen = new Set((await needs(100 * SECOND, 101 * SECOND)).blob);
    for (let second = 101; second < 108; second++) {
      await recording.read({ start: second * SECOND, end: (second + 1) * SECOND });
      const fresh = (await needs(second * SECOND, (second + 1) * SECOND)).blob.filter((chunk) => !seen.has(chunk));
      for (const chunk of fresh) seen.add(chunk);
      const reads = take();
      expect(reads.filter((read) => !read.startsWith('blob'))).toEqual([]);
      expect(blobBytes(reads)).toBe(fresh.length);
    }
  });

  it('a second time: nothing', async () => {
    const { recording, take } = await counted();
    await recording.read({ start: 50 * SECOND, end: 51 * SECOND });
    take();
    await recording.read({ start: 50 * SECOND, end: 51 * SECOND });
    expect(take()).toEqual([]);
  });
});
