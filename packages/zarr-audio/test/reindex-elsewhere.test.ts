import { readFile } from 'node:fs/promises';
import { bytesSource, createRegistry } from '@zarr-audio/codec';
import { type OpusBackend, opus } from '@zarr-audio/opus-codec';
import { expect, it } from 'vitest';
import { createWasmLoader } from '../../opus-codec/src/backends/wasm';
import { memoryStorage, openOrCreateStore } from '../src/index';
import { fixtures } from './support/corpus';
import { codecs } from './support/stores';

/** One that rounds in its own way, as builds for other processors do. */
async function inexactBackend(): Promise<OpusBackend> {
  const wasm = await createWasmLoader().load();
  return {
    name: 'inexact',
    library: 'inexact',
    createDecoder(channels) {
      const decoder = wasm.createDecoder(channels);
      return {
        decode(packet, output, at) {
          const frames = decoder.decode(packet, output, at);
          for (let i = at; i < at + frames * channels; i += 7) output[i]! ^= 1;
          return frames;
        },
        reset: () => decoder.reset(),
        setGain: (q8) => decoder.setGain(q8),
        free: () => decoder.free(),
      };
    },
  };
}

it('is refused where measured seek points would become a grid, unless that is asked for', async () => {
  const files = new Map<string, Uint8Array>();
  const store = await openOrCreateStore(memoryStorage(files), { codecs });
  const bytes = new Uint8Array(await readFile(`${fixtures}ogg_opus/speech_8.opus`));
  const [result] = await store.import(bytesSource('speech_8.opus', bytes));
  if (result?.status !== 'imported') throw new Error('it was not imported');
  const before = new Map(files);
  const elsewhere = createRegistry([opus({ backend: await inexactBackend(), onWarning: () => undefined })]);
  const other = await openOrCreateStore(memoryStorage(files), { codecs: elsewhere });

  await expect(other.reindex(result.id)).rejects.toMatchObject({ code: 'SEEK_POINTS_NOT_MEASURED' });
  expect(files).toEqual(before);

  await other.reindex(result.id, { seekPoints: 'grid' });
  const recording = await store.open(result.id);
  expect(recording.seekPoints?.attributes.measured_by).toBeUndefined();
  // What is no longer measured may be lost no more.
  expect(await other.reindex(result.id)).toMatchObject({ id: result.id });
});
