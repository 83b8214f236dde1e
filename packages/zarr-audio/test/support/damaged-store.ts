import { errorCode, type JsonValue } from '@zarr-audio/codec';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { type ImportOptions, memoryStorage, openOrCreateStore, openStore, type Recording } from '../../src/index';
import { bytesOf, codecs, importFixture } from './stores';

export type Files = ReadonlyMap<string, Uint8Array>;

/** A recording, and what its reads gave while it was sound. */
export interface SoundRecording {
  readonly id: string;
  readonly totalSamples: number;
  readonly frameBytes: number;
  readonly pcm: Buffer;
  /** What its source said beside the audio. */
  readonly metadata: Buffer;
  readonly ranges: readonly (readonly [start: number, end: number])[];
}

/** Small sizes: several shards of several chunks, several chunks of rows. */
const LAYOUT = { chunkBytes: 1000, shardBytes: 4000, chunkRows: 20 };

const IMPORTS: readonly [path: string, options?: ImportOptions][] = [
  // Kept byte for byte.
  ['ogg_opus/stereo.opus'],
  // Put into Ogg anew.
  ['ogg_opus/chain.opus', { stream: 1 }],
  // Encoded, with measured seek points in two chunks.
  ['wildlife/audiomoth_gps.wav', { layout: { ...LAYOUT, chunkRows: 3 } }],
  // Seek points that nobody measured: each is a place where a decoder has to be reset.
  ['ogg_opus/test-2-stereo.opus', { seekPoints: 'grid' }],
];

/** A store in memory of one recording of each kind. */
export async function soundStore(): Promise<{ files: Files; recordings: SoundRecording[] }> {
  const files = new Map<string, Uint8Array>();
  const store = await openOrCreateStore(memoryStorage(files), { codecs });
  const recordings: SoundRecording[] = [];
  for (const [path, options] of IMPORTS) {
    const inputs = [wavInput()];
    for (const recording of await importFixture(store, path, { inputs, resample, layout: LAYOUT, ...options })) {
      const { id, totalSamples } = recording;
      const whole = await recording.read();
      const at = (part: number) => Math.floor(totalSamples * part);
      const ranges = [
        [0, 50],
        [at(0.5), at(0.5) + 2000],
        [totalSamples - 700, totalSamples],
      ] as const;
      const [pcm, metadata] = [bytesOf(whole.data), await metadataOf(recording)];
      recordings.push({ id, totalSamples, frameBytes: 2 * whole.channels, pcm, metadata, ranges });
    }
  }
  return { files, recordings };
}

async function metadataOf(recording: Recording): Promise<Buffer> {
  return Buffer.concat((await recording.metadataPieces()).map(({ bytes }) => bytes));
}

/** What one read of a damaged recording came to. */
export type Outcome = 'right' | 'wrong' | (string & {});

/** Longer than any read of these recordings can take. */
const MAX_READ_MS = 3000;

/** The ranges and the whole, one after the other. */
export async function readDamaged(files: Map<string, Uint8Array>, sound: SoundRecording): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const range of [...sound.ranges, undefined]) outcomes.push(await readOnce(files, sound, range));
  return outcomes;
}

/**
 * Opens the store anew and reads.
 *
 * @param range  The whole, if left out, with what the source said beside the audio.
 * @returns `right`, `wrong` (other samples, or another number of them), or the error's code.
 * @throws what has no code, and if it takes too long.
 */
export async function readOnce(
  files: Map<string, Uint8Array>,
  sound: SoundRecording,
  range?: readonly [start: number, end: number],
): Promise<Outcome> {
  const from = performance.now();
  const outcome = await outcomeOf(files, sound, range);
  const ms = performance.now() - from;
  if (ms > MAX_READ_MS) throw new Error(`the read of ${range ?? 'the whole'} took ${ms} ms`);
  return outcome;
}

async function outcomeOf(
  files: Map<string, Uint8Array>,
  { id, frameBytes, pcm, metadata }: SoundRecording,
  range: readonly [number, number] | undefined,
): Promise<Outcome> {
  try {
    // Of an index that was made again the samples are right as well.
    const store = await openStore(memoryStorage(files), { codecs, onWarning: () => undefined });
    const recording = await store.open(id);
    const block = await recording.read(range ? { start: range[0], end: range[1] } : {});
    const expected = range ? pcm.subarray(range[0] * frameBytes, range[1] * frameBytes) : pcm;
    const isRight = range !== undefined || (await metadataOf(recording)).equals(metadata);
    return isRight && bytesOf(block.data).equals(expected) ? 'right' : 'wrong';
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    return code;
  }
}

/** Paths of the values in which two JSON documents differ: `attributes.pre_skip`, with `[]` for any place in a list. */
export function differences(a: JsonValue | undefined, b: JsonValue | undefined, path = ''): string[] {
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    return a.flatMap((value, i) => differences(value, b[i], `${path}[]`));
  }
  const isPlain = (value: JsonValue | undefined) =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isPlain(a) && isPlain(b)) {
    const [left, right] = [a, b] as Record<string, JsonValue>[];
    const keys = new Set([...Object.keys(left!), ...Object.keys(right!)]);
    return [...keys].flatMap((key) => differences(left![key], right![key], path === '' ? key : `${path}.${key}`));
  }
  return a === b ? [] : [path];
}
