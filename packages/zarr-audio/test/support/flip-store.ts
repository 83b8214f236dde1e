import { bytesSource } from '@zarr-audio/codec';
import { lastAtMost } from '@zarr-audio/packet-index';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { type ImportOptions, memoryStorage, openOrCreateStore, type Recording } from '../../src/index';
import { fileSource } from '../../src/node';
import { allRows } from '../arrays/stores';
import { fixtures } from './corpus';
import { keptFrames } from './sequential';
import { bytesOf, codecs } from './stores';

/** A recording while it was sound, and which of its samples a byte of a file is needed for. */
export interface FlipTarget {
  readonly what: string;
  readonly id: string;
  readonly totalSamples: number;
  readonly channels: number;
  readonly pcm: Buffer;
  /** Files of chunks, by array. */
  readonly files: Readonly<Record<'blob' | 'index' | 'seekPoints', readonly string[]>>;
  /** A sample that can't be had without the chunk that holds byte `offset` of a file of `byteLength` bytes. */
  sampleAt(key: string, offset: number, byteLength: number, random: (below: number) => number): number;
}

const CHUNK_BYTES = 1000;
const SHARD_CHUNKS = 4;
const CHUNK_ROWS = 20;
const SEEK_CHUNK_ROWS = CHUNK_ROWS;
/** With its checksum. */
const STORED_BYTES = CHUNK_BYTES + 4;
const LAYOUT = { chunkBytes: CHUNK_BYTES, shardBytes: SHARD_CHUNKS * CHUNK_BYTES, chunkRows: CHUNK_ROWS };

const IMPORTS: readonly [path: string, options?: ImportOptions][] = [
  ['ogg_opus/mono.opus'],
  // Several streams in each packet.
  ['golden/matroska/surround.mka'],
  // A hole, and trims in mid-stream.
  ['malformed/invalid-discard_on_multi_blocks.webm'],
  // What we encode.
  ['wildlife/audiomoth_gps.wav'],
  ['ogg_opus/audio-32kbit.opus', { seekPoints: 'grid' }],
];
/** Two holes; what an import makes of it is kept byte for byte when it is imported again. */
const WITH_HOLES = 'golden/ogg/cases/lost-three.ogg';

/** A store in memory of small recordings in many chunks. */
export async function flipStore(): Promise<{ files: Map<string, Uint8Array>; targets: FlipTarget[] }> {
  const files = new Map<string, Uint8Array>();
  const store = await openOrCreateStore(memoryStorage(files), { codecs });
  const made = await openOrCreateStore(memoryStorage(), { codecs });
  const holes = await blobOf(made, WITH_HOLES);
  const inputs = { inputs: [wavInput()], resample, layout: LAYOUT };
  const targets: FlipTarget[] = [];
  const sources = await Promise.all(
    IMPORTS.map(async ([path, options]) => [await fileSource(fixtures + path), options] as const),
  );
  for (const [source, options] of [...sources, [bytesSource('holes.opus', holes), undefined] as const]) {
    const [result] = await store.import(source, { ...inputs, ...options });
    if (result?.status !== 'imported') throw new Error(`${source.name} was not imported`);
    targets.push(await targetOf(source.name, await store.open(result.id), files));
  }
  return { files, targets };
}

async function blobOf(store: Awaited<ReturnType<typeof openOrCreateStore>>, path: string): Promise<Uint8Array> {
  const [result] = await store.import(await fileSource(fixtures + path));
  if (result?.status !== 'imported') throw new Error(`${path} was not imported`);
  const { blob } = await store.open(result.id);
  return blob.read(0, blob.byteLength);
}

async function targetOf(what: string, recording: Recording, files: ReadonlyMap<string, unknown>): Promise<FlipTarget> {
  const { id, totalSamples, description, attributes, index, seekPoints, blob } = recording;
  const rows = await allRows(index);
  const seekRows = await allRows(seekPoints!);
  const column = (number: number) => Float64Array.from({ length: index.rows }, (_, i) => rows[5 * i + number]!);
  const [positions, starts] = [column(0), column(3)];
  const kept = keptFrames(rows.at(-1)! + 1, description.preSkip, attributes.summary.trims).subarray(0, totalSamples);
  const heardIn = (packet: number) => Math.max(0, lastAtMost(kept, starts[packet]! + rows[5 * packet + 2]! - 1));
  const under = (array: string) => [...files.keys()].filter((key) => key.startsWith(`/${id}/${array}/c/`));
  const { data } = await recording.read();
  return {
    what,
    id,
    totalSamples,
    channels: description.channels,
    pcm: bytesOf(data),
    files: {
      blob: under('audio_data_blob_array'),
      index: under('opus_index'),
      seekPoints: under('opus_seek_points'),
    },
    sampleAt(key, offset, byteLength, random) {
      const file = Number(/\/c\/(\d+)/.exec(key)![1]);
      if (key.includes('/opus_index/')) {
        return heardIn(Math.min(index.rows - 1, file * CHUNK_ROWS + random(CHUNK_ROWS)));
      }
      if (key.includes('/opus_seek_points/')) {
        const row = Math.min(seekPoints!.rows - 1, file * SEEK_CHUNK_ROWS + random(SEEK_CHUNK_ROWS));
        return heardIn(seekRows[3 * row + 1]!);
      }
      // Behind the chunks stands the index of the shard, which is needed for all of them.
      const chunks = Math.floor(byteLength / STORED_BYTES);
      const slot = offset < chunks * STORED_BYTES ? Math.floor(offset / STORED_BYTES) : random(chunks);
      const position = (file * SHARD_CHUNKS + slot) * CHUNK_BYTES + random(CHUNK_BYTES);
      return heardIn(Math.max(0, lastAtMost(positions, Math.min(position, blob.byteLength - 1))));
    },
  };
}
