import { readFileSync } from 'node:fs';
import { bytesSource } from '@zarr-audio/codec';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { describe, expect, it } from 'vitest';
import { memoryStorage, openOrCreateStore, type Recording } from '../src/index';
import { fixtures, soundFiles } from './support/corpus';
import { bytesOf, codecs, importFixture, newStore } from './support/stores';

async function exported(recording: Recording): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of recording.export()) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('an export', () => {
  it.each(soundFiles.map(({ path }) => path))('of %s is the source, or holds the same samples', async (path) => {
    for (const recording of await importFixture(await newStore(), path, { seekPoints: 'grid' })) {
      const bytes = await exported(recording);
      if (recording.info.verbatim) expect(bytes.equals(readFileSync(fixtures + path))).toBe(true);
      const store = await newStore();
      const [again] = await store.import(bytesSource('export.opus', bytes), { seekPoints: 'grid' });
      if (again?.status !== 'imported') throw new Error('the export was not imported');
      const copy = await store.open(again.id);
      expect(copy.info.verbatim).toBe(true);
      expect(copy.totalSamples).toBe(recording.totalSamples);
      const end = Math.min(recording.totalSamples, 20_000);
      const [expected, actual] = [await recording.read({ end }), await copy.read({ end })];
      expect(bytesOf(actual.data).equals(bytesOf(expected.data))).toBe(true);
    }
  });

  it('compares checksums, and the whole with the source', async () => {
    const files = new Map<string, Uint8Array>();
    const store = await openOrCreateStore(memoryStorage(files), { codecs });
    const layout = { chunkBytes: 1000, shardBytes: 4000 };
    const [kept] = await importFixture(store, 'ogg_opus/mono.opus', { layout });
    const [made] = await importFixture(store, 'wildlife/audiomoth_gps.wav', { inputs: [wavInput()], resample, layout });
    expect((await exported(made!)).byteLength).toBe(made!.info.blobBytes);
    const key = `/${kept!.id}/zarr.json`;
    const { sha256 } = kept!.info.source;
    const document = new TextDecoder().decode(files.get(key)).replaceAll(sha256, '0'.repeat(64));
    files.set(key, new TextEncoder().encode(document));
    await expect(exported(await store.open(kept!.id))).rejects.toMatchObject({ code: 'BLOB_NOT_SOURCE' });
    files.get(`/${made!.id}/audio_data_blob_array/c/2`)![7]! ^= 1;
    await expect(exported(await store.open(made!.id))).rejects.toMatchObject({ code: 'CHUNK_CRC_MISMATCH' });
  });

  it('can be aborted', async () => {
    const [recording] = await importFixture(await newStore(), 'ogg_opus/mono.opus');
    const options = { signal: AbortSignal.abort(new Error('enough')) };
    const pieces = recording!.export(options)[Symbol.asyncIterator]();
    await expect(pieces.next()).rejects.toThrow('enough');
  });
});
