import type { Codec, IngestOptions } from '@zarr-audio/codec';
import { decodePlan, SeekGrid } from '@zarr-audio/opus-index';
import type { PacketFraming } from '@zarr-audio/opus-parser';
import type { OpusBackend } from './backends/backend';
import { defaultLoaders, type SelectOptions, selectBackend } from './backends/select';
import { VECTOR_HASH } from './backends/vector';
import type { WasmOptions } from './backends/wasm';
import { DecoderPool } from './decode/decoder-pool';
import { encodeOpus } from './encode/encode';
import { planEncoding } from './encode/encoder-plan';
import { containerOf, findOpus, holdsOpus } from './ingest/container-choice';
import { ingestOpus, listPackets, scanOggOpus } from './ingest/ingest';
import { MEASURE_TASK, type MeasureTask, runMeasureTask } from './measure/measure-task';
import { oneAtATime } from './measure/one-at-a-time';
import { measuredSeekPoints, type SeekPointsOf } from './measure/seek-points';
import { describeAttributes } from './stream-description';

export interface OpusOptions extends SelectOptions, WasmOptions {
  /** What encodes and decodes where a call does not say: `auto` (the default), `native`, `wasm`, or a backend. */
  readonly backend?: string | OpusBackend;
  /**
   * Files are packets without a container, framed so: `'opus-demo'`, `'self-delimited'`, `'u16be'`, `'u16le'`, `'u32be'`,
   * `'u32le'`, or `{ constant: bytes }`. If left out, a file tells what it is: Ogg, WebM or Matroska, MP4, or opus_demo.
   */
  readonly framing?: PacketFraming;
}

/** RFC 7845 §4.6: 80 ms. Near, not exact: docs/format.md. */
const RFC_PRE_ROLL = 3840;

/**
 * The Opus plug-in: Ogg Opus in and kept as it is, packets of WebM, Matroska and MP4 put into Ogg, PCM encoded so that it can be entered exactly, decoding by native
 * code or WASM with the same bits.
 *
 * @see RFC 6716 (Opus), RFC 7845 (Ogg Opus)
 */
export function opus({ backend = 'auto', framing, loaders, onWarning, ...wasm }: OpusOptions = {}): Codec {
  const select: SelectOptions = { loaders: loaders ?? defaultLoaders(wasm), onWarning };
  const decoders = new DecoderPool();
  const seekPoints = async (options: IngestOptions): Promise<SeekPointsOf> =>
    options.seekPoints === 'grid'
      ? () => new SeekGrid()
      : measuredSeekPoints(await selectBackend(backend, select), decoders, {
          signal: options.signal,
          // Other threads know backends by name.
          tasks: typeof backend === 'string' ? options.tasks : undefined,
        });
  return {
    id: 'opus',
    capabilities: { sampleRates: [48_000], maxChannels: 255, lossless: false, encode: true },
    hasSeekPoints: true,
    fastPreRoll: RFC_PRE_ROLL,
    probe: (head) => framing !== undefined || holdsOpus(head),
    search: (source, options) => findOpus(source, options?.signal),
    async *ingest(source, options = {}) {
      yield* ingestOpus(source, framing, await seekPoints(options), options.signal);
    },
    async *scan(blob, options = {}) {
      yield* scanOggOpus(blob, await seekPoints(options), options.signal);
    },
    async *packets(source, options) {
      yield* listPackets(await containerOf(source, framing, options?.signal), options?.signal);
    },
    planEncoding,
    async *encode(pcm, options) {
      const selected = await selectBackend(backend, select);
      // Encoding takes twice as long as measuring.
      const tasks = options.tasks && oneAtATime(options.tasks);
      yield* encodeOpus(pcm, options, selected.backend, await seekPoints({ ...options, tasks }));
    },
    describe: describeAttributes,
    async createDecoder(stream, options = {}) {
      const selected = await selectBackend(options.backend ?? backend, select);
      return decoders.acquire(stream, selected);
    },
    decodePlan,
    tasks: {
      [MEASURE_TASK]: async (input) => {
        const task = input as MeasureTask;
        return { output: runMeasureTask(task, decoders, await selectBackend(task.backend, select)) };
      },
    },
    seekPointAttributes: { vector_hash: VECTOR_HASH, sample_rate: 48_000, sample_type: 'int16' },
  };
}
