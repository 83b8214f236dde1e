import { errorCode, type JsonObject } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { memoryStorage, openOrCreateStore, openStore, type ReindexOptions, type WritableStorage } from '../src/index';
import {
  change,
  changeArray,
  content,
  flip,
  type Imported,
  imported,
  MONO,
  SMALL,
  WITH_HOLES,
} from './support/reindex-store';
import { stoppingStorage } from './support/stopping-storage';
import { bytesOf, codecs } from './support/stores';

/** Ways in which everything but the blob may be lost. */
const LOSSES: Readonly<Record<string, (files: Map<string, Uint8Array>, id: string) => void>> = {
  'a chunk of the index gone': (files, id) => files.delete(`/${id}/opus_index/c/1/0`),
  'a chunk of the index damaged': (files, id) => flip(files, `/${id}/opus_index/c/1/0`, 20),
  'a chunk of the index cut': (files, id) => files.set(`/${id}/opus_index/c/1/0`, new Uint8Array(3)),
  'a chunk of the seek points gone': (files, id) => files.delete(`/${id}/opus_seek_points/c/0/0`),
  'a chunk of the seek points damaged': (files, id) => flip(files, `/${id}/opus_seek_points/c/0/0`, 20),
  'chunks of the index in each other’s place': (files, id) =>
    files.set(`/${id}/opus_index/c/1/0`, files.get(`/${id}/opus_index/c/2/0`)!),
  'both arrays gone': (files, id) => {
    for (const key of [...files.keys()]) if (/\/opus_(index|seek_points)\//.test(key)) files.delete(key);
    change(files, id, (group) => {
      group.consolidated_metadata!.metadata = {
        audio_data_blob_array: (group.consolidated_metadata!.metadata as JsonObject).audio_data_blob_array!,
      };
    });
  },
  'no consolidated metadata': (files, id) => change(files, id, (group) => delete group.consolidated_metadata),
  'bad metadata of the index': (files, id) => changeArray(files, id, 'opus_index', { data_type: 'int8' }),
  'bad metadata of the seek points': (files, id) => changeArray(files, id, 'opus_seek_points', { shape: [] }),
  'bad metadata of the blob, where it is carried': (files, id) =>
    changeArray(files, id, 'audio_data_blob_array', { shape: 'x' }),
  'another number of rows': (files, id) => changeArray(files, id, 'opus_index', { shape: [1, 5] }),
  'another number of packets': (files, id) =>
    change(files, id, ({ attributes }) => Object.assign(attributes!, { total_packets: 7 })),
  'samples that are not there': (files, id) =>
    change(files, id, ({ attributes }) => Object.assign(attributes!, { total_samples: 1e9 })),
  'a wrong pre-skip, gain and trims': (files, id) =>
    change(files, id, ({ attributes }) =>
      Object.assign(attributes!, { pre_skip: 1, output_gain_q8: 300, trims: [[700, 10]], gaps: [[960, 10]] }),
    ),
  'attributes that are missing': (files, id) =>
    change(files, id, ({ attributes }) => {
      for (const key of ['total_packets', 'gaps', 'trims', 'pre_skip', 'channel_mapping', 'index_arrays']) {
        delete attributes![key];
      }
    }),
  'names of arrays that are not there': (files, id) =>
    change(files, id, ({ attributes }) =>
      Object.assign(attributes!, { index_arrays: { index: 'opus_index_9', seek_points: 'x' } }),
    ),
  'first samples of chunks that are wrong': (files, id) =>
    changeArray(files, id, 'opus_index', { attributes: { chunk_first_sample: [5, 4, 3] } }),
  'an index of another blob': (files, id) =>
    changeArray(files, id, 'opus_index', { attributes: { blob_sha256: 'f'.repeat(64) } }),
};

describe('a rebuild mends', () => {
  it.each(Object.entries(LOSSES))('%s', async (_, lose) => {
    for (const path of [MONO, WITH_HOLES]) {
      const { files, store, recordings } = await imported(path, { layout: SMALL });
      const before = await content(files, recordings[0]!);
      const { data } = await recordings[0]!.read();
      const { id } = recordings[0]!;
      lose(files, id);
      const { damage } = await store.reindex(id, { layout: SMALL });
      expect(damage).toEqual([]);
      const recording = await store.open(id);
      expect(await content(files, recording)).toEqual(before);
      expect(bytesOf((await recording.read()).data).equals(bytesOf(data))).toBe(true);
    }
  });
});

describe('a blob that is damaged', () => {
  const SHARD = '/audio_data_blob_array/c/1';

  it('is refused, and nothing is changed', async () => {
    for (const damage of [(bytes: Uint8Array) => bytes.subarray(0, 10), undefined]) {
      const { files, store, recordings } = await imported(MONO, { layout: SMALL });
      const { id } = recordings[0]!;
      const shard = files.get(`/${id}${SHARD}`)!;
      if (damage) files.set(`/${id}${SHARD}`, damage(shard));
      else files.delete(`/${id}${SHARD}`);
      const before = new Map(files);
      const refused = await store.reindex(id).then(
        () => undefined,
        (error: Error & { details?: unknown }) => error,
      );
      expect(refused).toMatchObject({
        code: 'BLOB_DAMAGED',
        details: { recording: id, damage: expect.arrayContaining([expect.objectContaining({ samples: 0 })]) },
      });
      expect(files).toEqual(before);
    }
  });

  it('is indexed as far as it is left, where that is asked for, and said so', async () => {
    const { files, store, recordings } = await imported(WITH_HOLES, { layout: SMALL });
    const { id, totalSamples, info } = recordings[0]!;
    const whole = await recordings[0]!.read();
    flip(files, `/${id}${SHARD}`, 100);
    // The index is lost as well: without this nothing could be read any more.
    files.delete(`/${id}/opus_index/c/0/0`);
    await expect((await store.open(id)).read()).rejects.toMatchObject({ code: 'CHUNK_MISSING' });
    const { damage, packets } = await store.reindex(id, { force: true });
    expect(packets).toBeLessThan(info.packets);
    expect(damage.map(({ code }) => code)).toEqual(expect.arrayContaining(['CHUNK_CRC_MISMATCH', 'OPUS_GAP']));
    const recording = await store.open(id);
    expect(recording.totalSamples).toBe(totalSamples);
    const { gaps, repairs } = recording.attributes.summary;
    expect(gaps.length).toBe(info.gaps.length + 1);
    expect(repairs.map(({ code }) => code)).toEqual(expect.arrayContaining(['CHUNK_CRC_MISMATCH', 'OGG_CRC_MISMATCH']));
    await expect(recording.read()).rejects.toMatchObject({ code: 'CHUNK_CRC_MISMATCH' });
    const block = await recording.read({ onDamage: 'zeros' });
    expect(block.gaps.length).toBe(gaps.length);
    // What lies before is as it was.
    const first = Math.min(...block.gaps.map(({ end, samples }) => end - samples));
    expect(bytesOf(block.data.subarray(0, first)).equals(bytesOf(whole.data.subarray(0, first)))).toBe(true);
    // Restored, it can be indexed anew.
    flip(files, `/${id}${SHARD}`, 100);
    await store.reindex(id);
    expect(bytesOf((await (await store.open(id)).read()).data).equals(bytesOf(whole.data))).toBe(true);
  });

  it('that is not the source any more is told from it', async () => {
    const { files, store, recordings } = await imported(MONO);
    const { id } = recordings[0]!;
    expect(recordings[0]!.info.verbatim).toBe(true);
    change(files, id, ({ attributes }) => Object.assign(attributes!.source!, { sha256: '0'.repeat(64) }));
    await expect(store.reindex(id)).rejects.toMatchObject({
      code: 'BLOB_DAMAGED',
      details: { damage: [{ code: 'BLOB_NOT_SOURCE', where: 'audio_data_blob_array', samples: 0 }] },
    });
    await store.reindex(id, { force: true });
    expect((await store.open(id)).info.verbatim).toBe(false);
  });

  it('in which no stream is found is an error, and nothing is changed', async () => {
    const { files, store, recordings } = await imported(MONO, { layout: SMALL });
    const { id } = recordings[0]!;
    flip(files, `/${id}/audio_data_blob_array/c/0`, 3);
    const before = new Map(files);
    await expect(store.reindex(id, { force: true })).rejects.toMatchObject({ code: 'OPUS_NO_STREAM' });
    expect(files).toEqual(before);
  });
});

describe('a rebuild that does not come to its end', () => {
  async function lost(): Promise<Imported & { id: string; sound: Buffer }> {
    const all = await imported(MONO, { layout: SMALL });
    const sound = bytesOf((await all.recordings[0]!.read()).data);
    return { ...all, id: all.recordings[0]!.id, sound };
  }
  const reindex = async (storage: WritableStorage, id: string, options?: ReindexOptions) =>
    (await openOrCreateStore(storage, { codecs })).reindex(id, { seekPoints: 'grid', layout: SMALL, ...options });

  it('stopped before any change leaves the old index or the new one', async () => {
    const { files, id, sound } = await lost();
    const counting = stoppingStorage(memoryStorage(new Map(files)), Number.POSITIVE_INFINITY);
    await reindex(counting, id);
    expect(counting.steps).toBeGreaterThan(20);
    const inForce = new Set<string>();
    for (let steps = 0; steps < counting.steps; steps++) {
      const left = new Map(files);
      const storage = stoppingStorage(memoryStorage(left), steps);
      await Promise.race([storage.stopped, reindex(storage, id).then(() => expect.fail('it went on'))]);
      const recording = await (await openStore(memoryStorage(left), { codecs })).open(id);
      expect(bytesOf((await recording.read()).data).equals(sound)).toBe(true);
      inForce.add(recording.attributes.indexArrays.index.slice(0, 11));
      await reindex(memoryStorage(left), id);
      const { index } = (await (await openStore(memoryStorage(left), { codecs })).open(id)).attributes.indexArrays;
      expect(index).not.toBe(recording.attributes.indexArrays.index);
    }
    expect([...inForce]).toEqual(['opus_index', 'opus_index_']);
  });

  it('because a change fails, leaves nothing of it', async () => {
    const { files, id } = await lost();
    const counting = stoppingStorage(memoryStorage(new Map(files)), Number.POSITIVE_INFINITY);
    await reindex(counting, id);
    for (let failing = 0; failing < counting.steps; failing++) {
      const left = new Map(files);
      let steps = 0;
      const inner = memoryStorage(left);
      const fail = () => {
        if (steps++ === failing) throw Object.assign(new Error('no space'), { code: 'STORE_FULL' });
      };
      const storage: WritableStorage = {
        ...inner,
        async set(key, bytes) {
          fail();
          return inner.set(key, bytes);
        },
        async create(key) {
          fail();
          const file = await inner.create(key);
          return {
            ...file,
            async write(bytes) {
              fail();
              return file.write(bytes);
            },
            async close() {
              fail();
              return file.close();
            },
          };
        },
        async rename(from, to) {
          fail();
          return inner.rename(from, to);
        },
      };
      const outcome = await reindex(storage, id).then(
        () => undefined,
        (error: unknown) => errorCode(error),
      );
      if (outcome === undefined) continue;
      expect(outcome).toBe('STORE_FULL');
      expect(left).toEqual(files);
    }
  });

  it('because it was told that the last change failed, keeps what may be in force', async () => {
    const { files, id, sound } = await lost();
    const inner = memoryStorage(files);
    const storage: WritableStorage = {
      ...inner,
      async set(key, bytes) {
        await inner.set(key, bytes);
        throw Object.assign(new Error('not on the disk'), { code: 'STORE_IO' });
      },
    };
    await expect(reindex(storage, id)).rejects.toMatchObject({ code: 'STORE_IO' });
    const recording = await (await openStore(inner, { codecs })).open(id);
    expect(recording.attributes.indexArrays.index).toMatch(/^opus_index_/);
    expect(bytesOf((await recording.read()).data).equals(sound)).toBe(true);
  });
});
