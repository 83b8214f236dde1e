import { readdirSync } from 'node:fs';
import { errorCode, type JsonObject } from '@zarr-audio/codec';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { describe, expect, it } from 'vitest';
import {
  type ImportOptions,
  memoryStorage,
  openOrCreateStore,
  openStore,
  type Recording,
  type ReindexOptions,
  type WritableAudioStore,
  type WritableStorage,
} from '../src/index';
import { allRows } from './arrays/stores';
import { fixtures } from './support/corpus';
import { stoppingStorage } from './support/stopping-storage';
import { bytesOf, codecs, importFixture } from './support/stores';

const MONO = 'ogg_opus/mono.opus';
const WITH_HOLES = 'golden/ogg/cases/lost-three.ogg';
const WITH_TRIMS = 'malformed/invalid-discard_on_multi_blocks.webm';
const SMALL = { chunkBytes: 1000, shardBytes: 4000, chunkRows: 20 };

interface Imported {
  readonly files: Map<string, Uint8Array>;
  readonly store: WritableAudioStore;
  readonly recordings: readonly Recording[];
}

async function imported(path: string, options: ImportOptions = {}): Promise<Imported> {
  const files = new Map<string, Uint8Array>();
  const store = await openOrCreateStore(memoryStorage(files), { codecs });
  const recordings = await importFixture(store, path, { inputs: [wavInput()], resample, ...options });
  return { files, store, recordings };
}

const groupKey = (id: string) => `/${id}/zarr.json`;

function documentOf(files: ReadonlyMap<string, Uint8Array>, id: string): Record<string, JsonObject> {
  return JSON.parse(new TextDecoder().decode(files.get(groupKey(id))));
}

/** The recording's document, changed. */
function change(files: Map<string, Uint8Array>, id: string, edit: (group: Record<string, JsonObject>) => void): void {
  const group = documentOf(files, id);
  edit(group);
  files.set(groupKey(id), new TextEncoder().encode(JSON.stringify(group)));
}

/** All that is stored of the index: rows and attributes of both arrays, attributes of the recording but for their names. */
async function content(files: ReadonlyMap<string, Uint8Array>, recording: Recording) {
  const { index, seekPoints, id } = recording;
  const { index_arrays: _, ...attributes } = documentOf(files, id).attributes!;
  return {
    attributes,
    index: { rows: [...(await allRows(index))], attributes: index.attributes },
    seekPoints: seekPoints && { rows: [...(await allRows(seekPoints))], attributes: seekPoints.attributes },
  };
}

const arraysOf = (files: ReadonlyMap<string, Uint8Array>, id: string) => {
  const names = [...files.keys()].filter((key) => key.startsWith(`/${id}/`)).map((key) => key.split('/')[2]!);
  return [...new Set(names)].filter((name) => name !== 'zarr.json').sort();
};
const asideOf = (files: ReadonlyMap<string, Uint8Array>) =>
  [...files.keys()].filter((key) => key.startsWith('/.zarr-audio/tmp'));

const FOLDERS = ['ogg_opus', 'ogg_mux', 'webm_opus', 'mp4_opus', 'opus_vectors', 'ambisonics', 'malformed', 'wildlife'];
const others = ['golden/decode', 'golden/matroska', 'golden/mp4', 'golden/ogg/cases'];
const paths = [...FOLDERS, ...others]
  .flatMap((folder) => readdirSync(fixtures + folder).map((name) => `${folder}/${name}`))
  .filter((path) => /\.(opus|ogg|webm|mka|mkv|mp4|m4a|bit|wav)$/i.test(path));
/** Longer blobs get a grid: measuring them twice takes too long here. */
const MEASURED_BYTES = 30_000;

describe('the index of a rebuild is that of the import', () => {
  let rebuilt = 0;

  it.each(paths)('%s', async (path) => {
    const { files, store, recordings } = await imported(path, { seekPoints: 'grid' }).catch((error: unknown) => {
      if (errorCode(error) === undefined) throw error;
      return { files: new Map<string, Uint8Array>(), store: undefined, recordings: [] };
    });
    for (const recording of recordings) {
      const before = await content(files, recording);
      const { damage, ...result } = await store!.reindex(recording.id, { seekPoints: 'grid' });
      expect(damage).toEqual([]);
      const { packets, totalSamples, seekPoints } = recording.info;
      expect(result).toEqual({ id: recording.id, packets, totalSamples, seekPoints });
      expect(await content(files, await store!.open(recording.id))).toEqual(before);
      rebuilt++;
    }
  });

  it('of all of them', () => {
    expect(rebuilt).toBeGreaterThan(160);
  });

  const measured = [MONO, WITH_HOLES, WITH_TRIMS, 'wildlife/audiomoth_gps.wav', 'golden/matroska/surround.mka'];
  it.each(measured)('measured: %s', async (path) => {
    const { files, store, recordings } = await imported(path);
    for (const recording of recordings) {
      expect(recording.blob.byteLength).toBeLessThan(MEASURED_BYTES);
      const before = await content(files, recording);
      await store.reindex(recording.id);
      expect(await content(files, await store.open(recording.id))).toEqual(before);
    }
  });
});

describe('a rebuild', () => {
  it('measures seek points that an import did not, and the other way round', async () => {
    const { files, store, recordings } = await imported(MONO, { seekPoints: 'grid' });
    const { id } = recordings[0]!;
    const [grid, measured] = [await content(files, recordings[0]!), await imported(MONO)];
    await store.reindex(id, { seekPoints: 'measure' });
    expect(await content(files, await store.open(id))).toEqual(await content(measured.files, measured.recordings[0]!));
    await store.reindex(id, { seekPoints: 'grid' });
    expect(await content(files, await store.open(id))).toEqual(grid);
  });

  it('leaves the old arrays to those who read by them, and nothing aside', async () => {
    const { files, store, recordings } = await imported(MONO, { layout: SMALL });
    const { id } = recordings[0]!;
    const before = bytesOf((await recordings[0]!.read()).data);
    const opened = await store.open(id);
    const names = arraysOf(files, id);
    await store.reindex(id);
    await store.reindex(id);
    expect(bytesOf((await opened.read()).data).equals(before)).toBe(true);
    expect(bytesOf((await (await store.open(id)).read()).data).equals(before)).toBe(true);
    expect(arraysOf(files, id)).toEqual(expect.arrayContaining(names));
    expect(arraysOf(files, id)).toHaveLength(names.length + 4);
    expect(asideOf(files)).toEqual([]);
    // The document names those in force and no others.
    const { consolidated_metadata: whole, attributes } = documentOf(files, id);
    const { index, seek_points: seekPoints } = attributes!.index_arrays as JsonObject;
    const named = Object.keys(whole!.metadata as JsonObject).sort();
    expect(named).toEqual(['audio_data_blob_array', index, seekPoints].sort());
    expect(index).toMatch(/^opus_index_[0-9a-f]{12}$/);
  });

  it('tells how far it is, and can be aborted', async () => {
    const { files, store, recordings } = await imported('ogg_opus/bbb_6ch_8kHz_opus.ogg');
    const { id, blob } = recordings[0]!;
    const progress: unknown[] = [];
    await store.reindex(id, { seekPoints: 'grid', onProgress: (step) => progress.push(step) });
    expect(progress.at(-1)).toEqual({ bytes: blob.byteLength, totalBytes: blob.byteLength });
    const before = new Map(files);
    const controller = new AbortController();
    const options = { signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) };
    await expect(store.reindex(id, options)).rejects.toThrow('enough');
    expect(files).toEqual(before);
  });

  it('at the same time as another leaves a recording that is whole', async () => {
    const { store, recordings } = await imported(MONO);
    const { id } = recordings[0]!;
    const before = bytesOf((await recordings[0]!.read()).data);
    await Promise.all([store.reindex(id), store.reindex(id), store.reindex(id, { seekPoints: 'grid' })]);
    expect(bytesOf((await (await store.open(id)).read()).data).equals(before)).toBe(true);
  });

  it('takes what the import knew over as it was', async () => {
    const user = { site: 'Großer Arber', depth: [1, null] };
    const { files, store, recordings } = await imported('wildlife/audiomoth_gps.wav', { user });
    const { id } = recordings[0]!;
    const before = documentOf(files, id).attributes!;
    await store.reindex(id);
    const after = documentOf(files, id).attributes!;
    expect({ ...after, index_arrays: null }).toEqual({ ...before, index_arrays: null });
    expect(Object.keys(after)).toEqual(expect.arrayContaining(['encoder', 'opus_bitrate', 'original_sample_rate']));
    expect(after.user).toEqual(user);
  });

  it('tells what the blob says of itself where the repairs of the import are lost', async () => {
    const { files, store, recordings } = await imported(WITH_HOLES);
    const { id, info } = recordings[0]!;
    change(files, id, ({ attributes }) => delete attributes!.repairs);
    await store.reindex(id);
    const { repairs } = (await store.open(id)).info;
    const samples = info.gaps.map((gap) => gap.samples);
    expect(repairs).toEqual(
      samples.map((count) => ({ code: 'OPUS_GAP', byteOffset: expect.any(Number), samples: count })),
    );
  });

  it('names what can not be rebuilt', async () => {
    const { files, store, recordings } = await imported(MONO);
    const { id } = recordings[0]!;
    await expect(store.reindex('0123456789abcdef')).rejects.toMatchObject({ code: 'RECORDING_NOT_FOUND' });
    await expect(store.reindex('../x')).rejects.toMatchObject({ code: 'RECORDING_NOT_FOUND' });
    const { get, getRange, description } = memoryStorage(files);
    const readable = { get, getRange, description } as WritableStorage;
    const readOnly = await openOrCreateStore(readable, { codecs });
    await expect(readOnly.reindex(id)).rejects.toMatchObject({ code: 'STORE_NOT_WRITABLE' });
    change(files, id, ({ attributes }) => delete attributes!.codec);
    await expect(store.reindex(id)).rejects.toMatchObject({ code: 'RECORDING_BAD_ATTRIBUTES' });
    files.set(groupKey(id), new TextEncoder().encode('{'));
    await expect(store.reindex(id)).rejects.toMatchObject({ code: 'METADATA_DAMAGED' });
  });
});

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

function flip(files: Map<string, Uint8Array>, key: string, offset: number): void {
  const bytes = files.get(key)!.slice();
  bytes[offset]! ^= 1;
  files.set(key, bytes);
}

function changeArray(files: Map<string, Uint8Array>, id: string, name: string, fields: JsonObject): void {
  change(files, id, (group) => {
    const documents = group.consolidated_metadata!.metadata as Record<string, JsonObject>;
    documents[name] = { ...documents[name], ...fields };
  });
}

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
