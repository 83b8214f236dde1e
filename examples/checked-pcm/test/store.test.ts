import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bytesSource, createRegistry, errorCode } from '@zarr-audio/codec';
import { encodeWav, wavInput } from '@zarr-audio/wav';
import { threadPool } from '@zarr-audio/workers/node';
import { checkedPcm } from 'checked-pcm';
import { httpStorage, memoryStorage, openOrCreateStore, openRecording, type WritableAudioStore } from 'zarr-audio';
import { fileStorage } from 'zarr-audio/node';
import { serveFolder } from './file-server.js';
import { ARRAY_FORMAT, arraySound } from './sound.js';

const codecs = createRegistry([checkedPcm()]);
const { channels } = ARRAY_FORMAT;
const FRAMES = 60_000;
const samples = arraySound(FRAMES);
/** As bytes, for which -0 and 0 are not the same. */
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => Buffer.from(buffer, byteOffset, byteLength);
const expected = (start: number, end: number) => bytesOf(samples.subarray(start * channels, end * channels));
const RANGES = [
  { start: 0, end: 1 },
  { start: 681, end: 683 },
  { start: 30_000, end: 39_062 },
  { start: FRAMES - 5, end: FRAMES },
  { start: 100, end: 100 },
];

let folder: string;
let store: WritableAudioStore;
let id: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checked-pcm-'));
  store = await openOrCreateStore(await fileStorage(folder, { create: true }), { codecs });
  // A WAV file is what no codec knows: an input takes it apart, and the codec encodes it.
  const wav = bytesSource('array.wav', encodeWav(samples, ARRAY_FORMAT));
  const [result] = await store.import(wav, { inputs: [wavInput()], codec: 'cpcm' });
  assert.equal(result?.status, 'imported');
  id = result.id;
});

after(() => rm(folder, { recursive: true }));

async function exported(from: string): Promise<Buffer> {
  const recording = await store.open(from);
  const pieces = [];
  for await (const piece of recording.export()) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('in a store', () => {
  it('24 channels of float32 come back bit for bit, whatever range is asked for', async () => {
    const recording = await store.open(id);
    assert.equal(recording.totalSamples, FRAMES);
    assert.equal(recording.info.codec, 'cpcm');
    for (const { start, end } of RANGES) {
      const block = await recording.read({ start, end });
      assert.ok(block.data instanceof Float32Array);
      assert.deepEqual(bytesOf(block.data), expected(start, end));
      assert.equal(block.maxDiff, 0);
    }
  });

  it('many ranges are decoded on threads', async () => {
    const tasks = threadPool(import.meta.resolve('./worker.js'), { size: 2 });
    const threaded = await openOrCreateStore(await fileStorage(folder), { codecs, tasks });
    const recording = await threaded.open(id);
    let next = 0;
    for await (const block of recording.readMany(RANGES)) {
      const { start, end } = RANGES[next++]!;
      assert.deepEqual(bytesOf(block.data), expected(start, end));
    }
    assert.equal(next, RANGES.length);
    await tasks.close();
  });

  it('is read over HTTP, by range requests', async () => {
    const server = await serveFolder(folder);
    try {
      const recording = await openRecording(httpStorage(server.url), id, { codecs });
      const { data } = await recording.read({ start: 30_000, end: 39_062 });
      assert.deepEqual(bytesOf(data), expected(30_000, 39_062));
      assert.ok(server.ranges() > 0);
    } finally {
      server.close();
    }
  });

  it('what is exported is a file that is kept as it is when it is imported', async () => {
    const file = await exported(id);
    const [again] = await store.import(bytesSource('array.cpcm', file));
    assert.equal(again?.status, 'imported');
    const recording = await store.open(again.id);
    assert.equal(recording.info.verbatim, true);
    assert.deepEqual(await exported(again.id), file);
    const { data } = await recording.read();
    assert.deepEqual(bytesOf(data), expected(0, FRAMES));
  });

  it('is verified, and its index rebuilt from the blob alone', async () => {
    for await (const { ok, damage } of store.verify()) assert.ok(ok, JSON.stringify(damage));
    const { packets, totalSamples, seekPoints } = await store.reindex(id);
    const info = (await store.open(id)).info;
    assert.deepEqual(
      { packets, totalSamples, seekPoints },
      { packets: info.packets, totalSamples: FRAMES, seekPoints: null },
    );
    const { data } = await (await store.open(id)).read({ start: 5000, end: 6000 });
    assert.deepEqual(bytesOf(data), expected(5000, 6000));
    for await (const { ok, damage } of store.verify(id)) assert.ok(ok, JSON.stringify(damage));
  });

  it('bytes that change on the disk are never read as samples', async () => {
    const memory = await openOrCreateStore(memoryStorage(), { codecs });
    const file = await exported(id);
    // Before the import: the store has nothing to compare with, the checksum of the block has.
    file[file.length >> 1]! ^= 1;
    const [damaged] = await memory.import(bytesSource('damaged.cpcm', file));
    assert.equal(damaged?.status, 'imported');
    const recording = await memory.open(damaged.id);
    assert.deepEqual(
      recording.attributes.summary.repairs.map(({ code }) => code),
      ['CPCM_DAMAGED', 'CPCM_GAP'],
    );
    const { data, gaps } = await recording.read();
    const [gap] = gaps;
    assert.equal(gaps.length, 1);
    const whole = bytesOf(samples.slice());
    whole.fill(0, (gap!.end - gap!.samples) * channels * 4, gap!.end * channels * 4);
    assert.deepEqual(bytesOf(data), whole);

    // After the import: the checksum of Zarr, and verify says what is lost.
    const blob = join(folder, id, 'audio_data_blob_array');
    const [shard] = (await readdir(blob, { recursive: true })).filter((name) => name.endsWith('0'));
    const path = join(blob, shard!);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(path, bytes);
    for await (const { ok } of store.verify(id)) assert.equal(ok, false);
    await assert.rejects((await store.open(id)).read(), (error) => errorCode(error) === 'CHUNK_CRC_MISMATCH');
  });
});
