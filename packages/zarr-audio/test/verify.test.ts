import { readdirSync } from 'node:fs';
import { errorCode, type JsonObject } from '@zarr-audio/codec';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { beforeAll, describe, expect, it } from 'vitest';
import { memoryStorage, openOrCreateStore, openStore } from '../src/index';
import { allRows } from './arrays/stores';
import { fixtures } from './support/corpus';
import { type FlipTarget, flipStore } from './support/flip-store';
import { pick, random } from './support/random';
import { codecs, importFixture } from './support/stores';
import { change, damageOf, type Files, imported, MONO, SMALL, verify, WITH_HOLES } from './support/verify-store';

describe('what is sound', () => {
  const folders = ['ogg_opus', 'ogg_mux', 'webm_opus', 'mp4_opus', 'ambisonics', 'malformed', 'wildlife'];
  const paths = [...folders, 'golden/ogg/cases', 'golden/decode']
    .flatMap((folder) => readdirSync(fixtures + folder).map((name) => `${folder}/${name}`))
    .filter((path) => /\.(opus|ogg|webm|mka|mkv|mp4|wav)$/i.test(path));

  it('is told so, for all that can be imported', async () => {
    const files: Files = new Map();
    const store = await openOrCreateStore(memoryStorage(files), { codecs });
    for (const [i, path] of paths.entries()) {
      const layout = i % 2 === 0 ? SMALL : {};
      await importFixture(store, path, { inputs: [wavInput()], resample, layout, seekPoints: 'grid' }).catch(
        (error: unknown) => {
          if (errorCode(error) === undefined) throw error;
        },
      );
    }
    const results = await verify(files);
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    expect(results.length).toBeGreaterThan(140);
  });

  it('measured seek points, and those of a rebuild', async () => {
    for (const path of [MONO, WITH_HOLES, 'wildlife/audiomoth_gps.wav', 'opus_vectors/testvector03.bit']) {
      const { files, recording } = await imported(path);
      expect(await damageOf(files, recording.id)).toEqual([]);
      await (await openOrCreateStore(memoryStorage(files), { codecs })).reindex(recording.id);
      expect(await damageOf(files, recording.id)).toEqual([]);
    }
  });

  it('tells how far it is, and can be aborted', async () => {
    const { files, recording } = await imported(MONO);
    const store = await openStore(memoryStorage(files), { codecs });
    const controller = new AbortController();
    const progress: unknown[] = [];
    const options = {
      signal: controller.signal,
      onProgress(step: unknown) {
        progress.push(step);
        controller.abort(new Error('enough'));
      },
    };
    await expect(store.verify(undefined, options).next()).rejects.toThrow('enough');
    const { id, blob } = recording;
    expect(progress).toEqual([{ id, bytes: blob.byteLength, totalBytes: blob.byteLength }]);
  });

  it('is not searched for where there is nothing', async () => {
    const { files } = await imported(MONO);
    await expect(verify(files, '0123456789abcdef')).rejects.toMatchObject({ code: 'RECORDING_NOT_FOUND' });
  });
});

describe('damage of bytes', () => {
  let files: Files;
  let targets: FlipTarget[];
  beforeAll(async () => {
    ({ files, targets } = await flipStore());
  });

  it('any bit that is changed in any chunk is found, in the array that it is in', async () => {
    const next = random(7);
    const names = { blob: 'audio_data_blob_array', index: 'opus_index', seekPoints: 'opus_seek_points' };
    for (let flip = 0; flip < 300; flip++) {
      const target = pick(next, targets);
      const kind = pick(next, ['blob', 'index', 'seekPoints'] as const);
      const key = pick(next, target.files[kind]);
      const bytes = files.get(key)!;
      const offset = next(bytes.byteLength);
      bytes[offset]! ^= 1 << next(8);
      const damage = await damageOf(files, target.id);
      const what = `byte ${offset} of ${key}`;
      expect({ what, damage }).toEqual({
        what,
        damage: expect.arrayContaining([
          expect.objectContaining({
            code: expect.stringMatching(/^(CHUNK_CRC_MISMATCH|SHARD_INDEX_DAMAGED)$/),
            where: expect.stringMatching(`^${names[kind]}, `),
          }),
        ]),
      });
      // Nothing is told of arrays that are sound, but that a blob may hold no stream any more.
      const others = damage.filter(({ where }) => !where.startsWith(names[kind]));
      expect(others).toEqual([]);
      files.set(key, (await flipStoreOnce()).get(key)!.slice());
    }
  });

  let sound: Promise<ReadonlyMap<string, Uint8Array>> | undefined;
  function flipStoreOnce() {
    sound ??= flipStore().then((store) => store.files);
    return sound;
  }

  it('any file that is gone is found', async () => {
    for (const target of targets) {
      for (const key of Object.values(target.files).flat()) {
        const bytes = files.get(key)!;
        files.delete(key);
        const damage = await damageOf(files, target.id);
        expect(damage).toEqual(expect.arrayContaining([expect.objectContaining({ code: 'CHUNK_MISSING' })]));
        files.set(key, bytes);
      }
    }
  });

  it('tells how many samples are lost', async () => {
    const { files, recording } = await imported(MONO);
    const rows = await allRows(recording.index);
    const key = `/${recording.id}/audio_data_blob_array/c/1`;
    files.delete(key);
    const [from, to] = [4000, 8000];
    let lost = 0;
    for (let at = 0; at < rows.length; at += 5) {
      if (rows[at]! < to && rows[at]! + rows[at + 1]! > from) lost += rows[at + 2]!;
    }
    expect(lost).toBeGreaterThan(960);
    const where = `audio_data_blob_array, bytes ${from} to ${to}`;
    expect(await damageOf(files, recording.id)).toEqual([{ code: 'CHUNK_MISSING', where, samples: lost }]);
  });

  it('a blob of which nothing is left is all lost', async () => {
    const { files, recording } = await imported(MONO);
    for (const key of [...files.keys()]) if (key.includes('/audio_data_blob_array/c/')) files.delete(key);
    const { totalSamples } = recording;
    const damage = await damageOf(files, recording.id);
    expect(damage.at(-1)).toEqual({ code: 'OPUS_NO_STREAM', where: 'audio_data_blob_array', samples: totalSamples });
    expect(damage[0]).toMatchObject({ code: 'CHUNK_MISSING' });
  });

  it('a length that no blob has comes to an end', async () => {
    const { files, recording } = await imported(MONO);
    change(files, recording.id, (group) => {
      const documents = group.consolidated_metadata!.metadata as Record<string, JsonObject>;
      documents.audio_data_blob_array!.shape = [2 ** 50];
    });
    const codes = (await damageOf(files, recording.id)).map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['METADATA_DIFFERS']));
    expect(codes.length).toBeLessThan(10);
  });
});
