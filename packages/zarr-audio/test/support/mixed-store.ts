import { readdirSync, readFileSync } from 'node:fs';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { type AudioStore, type ImportOptions, openOrCreateStore, openStore, type Recording } from '../../src/index';
import { fileStorage } from '../../src/node';
import { allRows, uint64Bytes } from '../arrays/stores';
import { codecs, importFixture, sha256 } from './stores';

/** One of each kind of recording: what is read here by others is what users have. */
const IMPORTS: readonly [path: string, options?: ImportOptions][] = [
  // Kept byte for byte: one stream, with pictures in its tags, of six channels.
  ['ogg_opus/ogg.opus'],
  ['ogg_opus/opus.opus'],
  ['ogg_opus/test-6-5.1.opus'],
  // Put into Ogg anew: four links of a chain; a stream with a hole.
  ['ogg_opus/chain.opus'],
  ['malformed/ogg.errors.opus'],
  // Encoded: at its own rate, and resampled.
  ['wildlife/audiomoth_gps.wav'],
  ['wildlife/20210201_210100T.WAV', { user: { site: 'Großer Arber', depth: [1, null, { ø: 0.1 }] } }],
  // A grid of seek points that nobody measured, and many small chunks, shards and files.
  ['ogg_opus/detodos.opus', { seekPoints: 'grid' }],
  ['ogg_opus/stereo.opus', { layout: { chunkBytes: 1000, shardBytes: 7000, chunkRows: 100 } }],
];

export const MIXED_RECORDINGS = IMPORTS.length + 3;

/** Imports all of them into a folder, and opens it to read. */
export async function createMixedStore(folder: string): Promise<AudioStore> {
  const store = await openOrCreateStore(await fileStorage(folder, { create: true }), { codecs });
  for (const [path, options] of IMPORTS) {
    await importFixture(store, path, { inputs: [wavInput()], resample, ...options });
  }
  return openStore(await fileStorage(folder), { codecs });
}

export interface ArrayContent {
  readonly shape: readonly number[];
  readonly type: 'uint8' | 'uint64';
  readonly fill: number;
  /** As its `zarr.json` has them. */
  readonly attributes: unknown;
  /** Of the values in little-endian order, row after row. */
  readonly sha256: string;
}

/** What our reader gives of each array, by its name. */
export async function arrayContents(folder: string, recording: Recording): Promise<Record<string, ArrayContent>> {
  const { blob, index, seekPoints, attributes } = recording;
  const own = (name: string) => readMetadata(folder, recording.id, name).attributes ?? {};
  const rows = async (name: string, reader: Recording['index']): Promise<ArrayContent> => ({
    shape: [reader.rows, reader.width],
    type: 'uint64',
    fill: Number.MAX_SAFE_INTEGER,
    attributes: own(name),
    sha256: sha256(uint64Bytes(await allRows(reader))),
  });
  const pieces = await recording.metadataPieces();
  const metadata = Buffer.concat(pieces.map(({ bytes }) => bytes));
  return {
    ...(pieces.length > 0 && {
      source_metadata: {
        shape: [metadata.byteLength],
        type: 'uint8',
        fill: 0,
        attributes: own('source_metadata'),
        sha256: sha256(metadata),
      },
    }),
    audio_data_blob_array: {
      shape: [blob.byteLength],
      type: 'uint8',
      fill: 0,
      attributes: own('audio_data_blob_array'),
      sha256: sha256(await blob.read(0, blob.byteLength)),
    },
    [attributes.indexArrays.index]: await rows(attributes.indexArrays.index, index),
    [attributes.indexArrays.seekPoints!]: await rows(attributes.indexArrays.seekPoints!, seekPoints!),
  };
}

/** A `zarr.json`, with nothing of ours. */
export function readMetadata(folder: string, ...path: readonly string[]): Record<string, unknown> {
  return JSON.parse(readFileSync([folder, ...path, 'zarr.json'].join('/'), 'utf8'));
}

/** Folders of arrays that lie in a recording. */
export function arrayFolders(folder: string, id: string): string[] {
  return readdirSync(`${folder}/${id}`)
    .filter((name) => name !== 'zarr.json')
    .sort();
}
