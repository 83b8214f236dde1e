import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRegistry, type PcmBlock, type PcmData } from '@zarr-audio/codec';
import { opus } from '@zarr-audio/opus-codec';
import { onTestFinished } from 'vitest';
import {
  type ImportOptions,
  memoryStorage,
  openOrCreateStore,
  type Recording,
  type WritableAudioStore,
} from '../../src/index';
import { fileSource } from '../../src/node';
import { fixtures } from './corpus';

/** Without warnings: where there is no native decoder, the tests run on WASM. */
export const codecs = createRegistry([opus({ onWarning: () => undefined })]);

export const hasNative = await codecs
  .get('opus')
  .createDecoder(
    {
      codec: 'opus',
      container: 'ogg-opus',
      sampleRate: 48_000,
      originalSampleRate: 48_000,
      channels: 1,
      bitsPerSample: 16,
      sampleType: 'int16',
      preSkip: 0,
      attributes: { output_gain_q8: 0, channel_mapping: { family: 0, streams: 1, coupled: 0, mapping: [0] } },
    },
    { backend: 'native' },
  )
  .then(
    (decoder) => {
      decoder.free();
      return true;
    },
    () => false,
  );

/** Backends that can be had here. */
export const backends: readonly string[] = hasNative ? ['native', 'wasm'] : ['wasm'];

export const newStore = (): Promise<WritableAudioStore> => openOrCreateStore(memoryStorage(), { codecs });

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'zarr-audio-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Imports a file of the corpus and opens what came of it, in order of the streams. */
export async function importFixture(
  store: WritableAudioStore,
  path: string,
  options?: ImportOptions,
): Promise<Recording[]> {
  const results = await store.import(await fileSource(fixtures + path), options);
  return Promise.all(
    results.map((result) => {
      if (result.status === 'failed') throw result.error;
      return store.open(result.id);
    }),
  );
}

export const bytesOf = (data: PcmData) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Frames `[start, end)` of a block, as bytes. */
export function cut({ data, channels }: PcmBlock, start: number, end: number): Buffer {
  return bytesOf(data.slice(start * channels, end * channels));
}
