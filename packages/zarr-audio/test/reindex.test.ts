import { readdirSync } from 'node:fs';
import { errorCode, type JsonObject } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { memoryStorage, openOrCreateStore, type WritableStorage } from '../src/index';
import { fixtures } from './support/corpus';
import {
  change,
  content,
  documentOf,
  groupKey,
  imported,
  MONO,
  SMALL,
  WITH_HOLES,
  WITH_TRIMS,
} from './support/reindex-store';
import { bytesOf, codecs } from './support/stores';

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
