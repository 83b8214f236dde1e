import {
  type Codec,
  type CodecRegistry,
  createPcm,
  type JsonObject,
  type PacketDecoder,
  type PcmBlock,
  type SampleType,
  type StreamDescription,
  type TaskRunner,
} from '@zarr-audio/codec';
import type { BlobReader, CacheBudget, RowsReader } from '../arrays/index';
import { SampleRangeError, StoreError } from '../errors';
import { isObject } from '../json-file';
import { exportBlob } from '../maintain/export';
import type { BlockRequest } from '../read/block-assembly';
import {
  type ManySource,
  type RangeResult,
  type ReadManyOptions,
  readBlocksOf,
  readRanges,
  readWindows,
  type SampleRange,
  type SampleRanges,
  type WindowOptions,
} from '../read/many/index';
import { outputType } from '../read/pcm-assembly';
import { type BlockSource, readBlocks } from '../read/pcm-blocks';
import type { RangeParts } from '../read/range-parts';
import { SampleMap } from '../read/sample-map';
import type { ReadableStorage } from '../storage/storage';
import { type StoreWarning, warnOnConsole } from '../warnings';
import { openArrays, type RecordingArrays, type StoredTable } from './recording-arrays';
import { parseAttributes, type RecordingAttributes, rescaled } from './recording-attributes';
import { type RecordingInfo, recordingInfo } from './recording-info';
import { rangeParts } from './recording-parts';
import type { MetadataPiece } from './source-metadata';

export interface ReadOptions {
  /** First sample; 0. */
  readonly start?: number;
  /** One past the last sample; `totalSamples`. */
  readonly end?: number;
  /** `auto` (the default): int16, or int32 where the recording has over 16 bits. */
  readonly dtype?: SampleType | 'auto';
  /** Backend of the codec: `auto`, `native`, `wasm`. */
  readonly decoder?: string;
  /**
   * `exact` (the default): the same samples wherever a read starts. `fast`: what a decoder gives 80 ms after it was
   * started, near those.
   */
  readonly seek?: 'exact' | 'fast';
  /**
   * Samples whose packets are damaged, or need others that are: `throw` (the default) the error, or give `zeros` and list
   * them in `PcmBlock.damage`. The same samples are lost wherever a read starts; all others are as they were.
   */
  readonly onDamage?: 'throw' | 'zeros';
  readonly signal?: AbortSignal;
}

/** What a recording is opened with, besides the store it is in. */
export interface RecordingOptions {
  readonly codecs: CodecRegistry;
  /** Told once for each recording that is opened; `console.warn`, if left out. */
  readonly onWarning?: ((warning: StoreWarning) => void) | undefined;
  /** Where `readMany` and `windows` decode; here, if left out. */
  readonly tasks?: TaskRunner | undefined;
  /** What recordings of one store keep in memory together. */
  readonly cache?: CacheBudget | undefined;
}

/** One recording of a store. Safe to be read from by several callers at once. */
export class Recording {
  readonly id: string;
  readonly attributes: RecordingAttributes;
  readonly blob: BlobReader;
  readonly #arrays: RecordingArrays;
  readonly #codec: Codec;
  readonly #samples: SampleMap;
  readonly #parts: RangeParts;
  readonly #tasks: TaskRunner | undefined;

  /**
   * @param group  The recording's `zarr.json`, with the metadata of its arrays.
   * @throws {StoreError} `RECORDING_BAD_ATTRIBUTES`, `ARRAY_BAD_METADATA` of the blob; `CODEC_UNKNOWN`
   */
  constructor(storage: ReadableStorage, id: string, group: JsonObject, options: RecordingOptions) {
    const json = isObject(group.attributes) ? group.attributes : {};
    if (typeof json.codec !== 'string') {
      throw new StoreError('RECORDING_BAD_ATTRIBUTES', `${id} is no recording: it has no attribute codec`, { id });
    }
    this.id = id;
    this.#codec = options.codecs.get(json.codec);
    const attributes = parseAttributes(json, id);
    const description = rescaled(this.#codec.describe(json), attributes.samplingRescaleFactor);
    this.attributes = { ...attributes, description };
    this.#arrays = openArrays(storage, id, group, this.attributes, options.cache);
    this.blob = this.#arrays.blob;
    this.#tasks = options.tasks;
    this.#samples = new SampleMap(this.description.preSkip, this.attributes.summary.trims);
    this.#parts = rangeParts(this, this.#codec, this.#arrays, {
      readsAhead: storage.readsAhead ?? false,
      onWarning: options.onWarning ?? warnOnConsole,
    });
  }

  /**
   * The index as it is stored. Reads do without where it is lost.
   *
   * @throws {CodedError} `ARRAY_BAD_METADATA` if there is none.
   */
  get index(): RowsReader {
    return readerOf(this.#arrays.index);
  }

  /**
   * The seek points as they are stored; undefined for a codec that has none.
   *
   * @throws {CodedError} `ARRAY_BAD_METADATA` if they are not there.
   */
  get seekPoints(): RowsReader | undefined {
    return this.#arrays.seekPoints && readerOf(this.#arrays.seekPoints);
  }

  /** Its `sampleRate` is the one at which the recording was made, also where the encoded stream counts slower. */
  get description(): StreamDescription {
    return this.attributes.description;
  }

  /** Samples per channel. */
  get totalSamples(): number {
    return this.attributes.summary.totalSamples;
  }

  get info(): RecordingInfo {
    return recordingInfo(this, this.#arrays);
  }

  /**
   * What the source said beside the audio, as it was, in its order: the chunks of a WAV file (`bext`, `guan`, ...), what ffprobe
   * said of a file that ffmpeg decoded. None for a stream that was kept: its blob has all. 64 MiB at the most.
   *
   * @throws {StoreError} `ARRAY_BAD_METADATA`, `CHUNK_MISSING`, `CHUNK_CRC_MISMATCH` and other damage
   */
  metadataPieces(options: { signal?: AbortSignal | undefined } = {}): Promise<MetadataPiece[]> {
    return this.#arrays.metadataPieces(options);
  }

  /**
   * The encoded recording, as any player takes it: a file of `info.container`. Where it is `verbatim`, the source bit for bit.
   *
   * @throws {StoreError} `CHUNK_MISSING`, `CHUNK_CRC_MISMATCH` and other damage; behind the last byte `BLOB_NOT_SOURCE`.
   */
  export(options: { signal?: AbortSignal | undefined } = {}): AsyncIterable<Uint8Array> {
    const { verbatim, source } = this.attributes;
    return exportBlob(this.id, this.blob, verbatim ? source.sha256 : undefined, options);
  }

  /**
   * Samples `[start, end)`, per channel, at the recording's sample rate: the same bits as a read of the whole, cut.
   *
   * @throws {SampleRangeError} `RANGE_OUT_OF_BOUNDS`
   * If the index is lost, the blob is gone through once to make it again in memory, and `onWarning` is told.
   *
   * @throws {StoreError} `CHUNK_MISSING`, `CHUNK_CRC_MISMATCH` and other damage; nothing is made up
   * @throws the signal's reason
   */
  async read(options: ReadOptions = {}): Promise<PcmBlock> {
    const { start, end } = this.#range(options);
    const type = outputType(options.dtype ?? 'auto', this.description);
    const decoder = await this.#codec.createDecoder(this.description, { backend: options.decoder });
    try {
      const blockFrames = Math.max(1, end - start);
      for await (const block of this.#blocks(decoder, { type, start, end, blockFrames }, options)) return block;
      const { channels, sampleRate } = this.description;
      return { data: createPcm(type, 0), frames: 0, channels, sampleRate, start, maxDiff: 0, gaps: [], damage: [] };
    } finally {
      decoder.free();
    }
  }

  /**
   * The same in blocks of `blockFrames` frames (the last may be shorter), decoded in one pass: bounded memory for any
   * range.
   */
  async *blocks(options: ReadOptions & { blockFrames?: number } = {}): AsyncGenerator<PcmBlock> {
    const { start, end } = this.#range(options);
    const type = outputType(options.dtype ?? 'auto', this.description);
    const blockFrames = options.blockFrames ?? this.description.sampleRate;
    if (!Number.isSafeInteger(blockFrames) || blockFrames < 1) throw new RangeError(`blockFrames: ${blockFrames}`);
    const decoder = await this.#codec.createDecoder(this.description, { backend: options.decoder });
    try {
      yield* this.#blocks(decoder, { type, start, end, blockFrames }, options);
    } finally {
      decoder.free();
    }
  }

  /**
   * Many ranges, in the order asked for: each the same bits as `read` gives. Ranges are read ahead, together: what they share or
   * what lies near is fetched once, each packet is decoded once except for pre-roll, on the store's `tasks` if it has any.
   *
   * With `settle` a range that fails is a result like the others; without, its error is thrown at its place, which ends the
   * iteration.
   *
   * @throws what `read` throws; what `ranges` throws
   */
  readMany<R extends SampleRange>(
    ranges: SampleRanges<R>,
    options: ReadManyOptions & { settle: true },
  ): AsyncGenerator<RangeResult<R>>;
  readMany(ranges: SampleRanges, options?: ReadManyOptions & { settle?: false }): AsyncGenerator<PcmBlock>;
  readMany(
    ranges: SampleRanges,
    options: ReadManyOptions & { settle?: boolean },
  ): AsyncGenerator<RangeResult | PcmBlock>;
  readMany(
    ranges: SampleRanges,
    options: ReadManyOptions & { settle?: boolean } = {},
  ): AsyncGenerator<RangeResult | PcmBlock> {
    const results = readRanges(this.#manySource(options), ranges, options);
    return options.settle ? results : readBlocksOf(results);
  }

  /**
   * Windows of `length` samples, `hop` apart, each in arrays of its own: for analysis, so float32 if `dtype` is left out. Otherwise
   * each is what `read` gives, and all come as by `readMany`; samples that lie in several windows are decoded once.
   *
   * @throws {RangeError}, {TypeError} if length, hop or overlap can't be
   * @throws as `readMany`
   */
  windows(options: WindowOptions & { settle: true }): AsyncGenerator<RangeResult>;
  windows(options: WindowOptions & { settle?: false }): AsyncGenerator<PcmBlock>;
  windows(options: WindowOptions & { settle?: boolean }): AsyncGenerator<RangeResult | PcmBlock>;
  windows(options: WindowOptions & { settle?: boolean }): AsyncGenerator<RangeResult | PcmBlock> {
    const results = readWindows(this.#manySource(options), options);
    return options.settle ? results : readBlocksOf(results);
  }

  #manySource(options: Omit<ReadOptions, 'start' | 'end'>): ManySource {
    return {
      ...this.#source,
      tasks: this.#tasks,
      check: (range) => this.#range(range),
      readAlone: (range, dtype, signal) => this.read({ ...options, ...range, dtype, signal }),
    };
  }

  #blocks(
    decoder: PacketDecoder,
    request: BlockRequest,
    { seek = 'exact', onDamage = 'throw', signal }: ReadOptions,
  ): AsyncGenerator<PcmBlock> {
    return readBlocks(this.#source, decoder, request, { seek, onDamage, signal });
  }

  get #source(): BlockSource {
    return { id: this.id, parts: this.#parts, samples: this.#samples };
  }

  #range({ start = 0, end = this.totalSamples }: ReadOptions): { start: number; end: number } {
    const valid = Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end;
    if (!valid || end > this.totalSamples) throw new SampleRangeError(start, end, this.totalSamples);
    return { start, end };
  }
}

function readerOf({ reader }: StoredTable): RowsReader {
  if (reader instanceof Error) throw reader;
  return reader;
}
