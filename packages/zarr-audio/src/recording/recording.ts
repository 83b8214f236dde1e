import {
  type Codec,
  type CodecRegistry,
  type Gap,
  INDEX_WIDTH,
  type JsonObject,
  type PacketDecoder,
  type PcmBlock,
  type SampleType,
  SEEK_WIDTH,
  type StreamDescription,
} from '@zarr-audio/codec';
import { type BlobReader, openBlob, openRows, parseArrayMetadata, type RowsReader } from '../arrays/index';
import { SampleRangeError, StoreError } from '../errors';
import { isObject } from '../json-file';
import { indexReach } from '../read/index-reach';
import { allocate, copySamples, outputType } from '../read/pcm-assembly';
import { decodeRange } from '../read/range-decoder';
import type { RangeParts } from '../read/range-parts';
import { SampleMap } from '../read/sample-map';
import { sortedRows } from '../read/sorted-rows';
import type { ReadableStorage } from '../storage/storage';
import { BLOB_ARRAY, recordingPath, SORTED_COLUMNS } from '../store-layout';
import { parseAttributes, type RecordingAttributes } from './recording-attributes';
import { type RecordingInfo, recordingInfo } from './recording-info';

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
  readonly signal?: AbortSignal;
}

/** Room for so many frames is made before it is known whether the index has them. */
const UNPROVED_FRAMES = 2 ** 20;

/** One recording of a store. Safe to be read from by several callers at once. */
export class Recording {
  readonly id: string;
  readonly attributes: RecordingAttributes;
  readonly blob: BlobReader;
  readonly index: RowsReader;
  readonly seekPoints: RowsReader | undefined;
  readonly #codec: Codec;
  readonly #samples: SampleMap;
  readonly #parts: RangeParts;

  /**
   * @param group  The recording's `zarr.json`, with the metadata of its arrays.
   * @throws {StoreError} `RECORDING_BAD_ATTRIBUTES`, `ARRAY_BAD_METADATA`, `INDEX_INCONSISTENT`; `CODEC_UNKNOWN`
   */
  constructor(storage: ReadableStorage, id: string, group: JsonObject, codecs: CodecRegistry) {
    const json = isObject(group.attributes) ? group.attributes : {};
    if (typeof json.codec !== 'string') {
      throw new StoreError('RECORDING_BAD_ATTRIBUTES', `${id} is no recording: it has no attribute codec`, { id });
    }
    this.id = id;
    this.#codec = codecs.get(json.codec);
    this.attributes = { ...parseAttributes(json, id), description: this.#codec.describe(json) };
    const { indexArrays, summary, description } = this.attributes;
    const arrays = consolidated(group, id);
    const path = recordingPath(id);
    const metadataOf = (name: string) => parseArrayMetadata(arrays[name], `${id}/${name}`);
    const rows = (name: string, width: number) => {
      const metadata = metadataOf(name);
      if (metadata.shape[1] !== width) throw metadata.root.get('shape').bad(`must have ${width} columns`);
      return openRows(storage, `${path}/${name}`, metadata);
    };
    this.blob = openBlob(storage, `${path}/${BLOB_ARRAY}`, metadataOf(BLOB_ARRAY));
    this.index = rows(indexArrays.index, INDEX_WIDTH);
    if (this.index.rows !== summary.packets) {
      throw new StoreError(
        'INDEX_INCONSISTENT',
        `recording ${id} has ${summary.packets} packets, its index ${this.index.rows} rows: rebuild the index with reindex`,
        { recording: id, packets: summary.packets, rows: this.index.rows },
      );
    }
    this.seekPoints = indexArrays.seekPoints === null ? undefined : rows(indexArrays.seekPoints, SEEK_WIDTH);
    this.#samples = new SampleMap(description.preSkip, summary.trims);
    const { index: indexSort, seekPoints: seekSort } = SORTED_COLUMNS;
    this.#parts = {
      codec: this.#codec,
      description,
      blob: this.blob,
      index: sortedRows(this.index, indexSort.attribute),
      seekPoints: this.seekPoints && sortedRows(this.seekPoints, seekSort.attribute),
      isMeasured: areOf(this.#codec, this.seekPoints?.attributes),
    };
  }

  get description(): StreamDescription {
    return this.attributes.description;
  }

  /** Samples per channel. */
  get totalSamples(): number {
    return this.attributes.summary.totalSamples;
  }

  get info(): RecordingInfo {
    return recordingInfo(this);
  }

  /**
   * Samples `[start, end)`, per channel, at the recording's sample rate: the same bits as a read of the whole, cut.
   *
   * @throws {SampleRangeError} `RANGE_OUT_OF_BOUNDS`
   * @throws {StoreError} `CHUNK_MISSING`, `CHUNK_CRC_MISMATCH` and other damage; nothing is made up
   * @throws the signal's reason
   */
  async read(options: ReadOptions = {}): Promise<PcmBlock> {
    const { start, end } = this.#range(options);
    const type = outputType(options.dtype ?? 'auto', this.description);
    const decoder = await this.#codec.createDecoder(this.description, { backend: options.decoder });
    try {
      return await this.#readWith(decoder, type, start, end, options);
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
      yield* this.#blocksWith(decoder, type, start, end, blockFrames, options);
    } finally {
      decoder.free();
    }
  }

  async #readWith(
    decoder: PacketDecoder,
    type: SampleType,
    start: number,
    end: number,
    options: ReadOptions,
  ): Promise<PcmBlock> {
    for await (const block of this.#blocksWith(decoder, type, start, end, Math.max(1, end - start), options)) {
      return block;
    }
    return this.#block(allocate(type, 0, this.description.channels), start, 0);
  }

  async *#blocksWith(
    decoder: PacketDecoder,
    type: SampleType,
    start: number,
    end: number,
    blockFrames: number,
    { seek = 'exact', signal }: ReadOptions,
  ): AsyncGenerator<PcmBlock> {
    const { channels, bitsPerSample } = this.description;
    let blockStart = start;
    let maxDiff = 0;
    signal?.throwIfAborted();
    if (Math.min(blockFrames, end - start) > UNPROVED_FRAMES) await this.#checkReach(decoder, start, end, signal);
    let block = allocate(type, Math.min(blockFrames, end - start), channels);
    for (const stretch of this.#samples.stretches(start, end)) {
      const decodedEnd = stretch.decoded + stretch.samples;
      const toHeard = stretch.start - stretch.decoded;
      let missing = stretch.samples;
      for await (const span of decodeRange(this.#parts, decoder, stretch.decoded, decodedEnd, { seek, signal })) {
        signal?.throwIfAborted();
        const to = Math.min(span.cumStart + span.frames, decodedEnd);
        for (let at = Math.max(span.cumStart, stretch.decoded); at < to; ) {
          // Blocks that end before the span lie in a hole, or are complete.
          while (at + toHeard >= blockStart + blockFrames) {
            yield this.#block(block, blockStart, maxDiff);
            blockStart += blockFrames;
            block = allocate(type, Math.min(blockFrames, end - blockStart), channels);
            maxDiff = 0;
          }
          const frames = Math.min(to - at, blockStart + blockFrames - toHeard - at);
          const target = (at + toHeard - blockStart) * channels;
          copySamples(span.data, (at - span.cumStart) * channels, frames * channels, block, target, bitsPerSample);
          maxDiff = Math.max(maxDiff, span.maxDiff);
          missing -= frames;
          at += frames;
        }
      }
      this.#checkHoles(stretch.start, stretch.start + stretch.samples, missing);
    }
    for (; blockStart < end; blockStart += blockFrames) {
      yield this.#block(block, blockStart, maxDiff);
      block = allocate(type, Math.max(0, Math.min(blockFrames, end - blockStart - blockFrames)), channels);
      maxDiff = 0;
    }
  }

  /** No room is made for samples that the index does not have: `total_samples` may claim any number. */
  async #checkReach(decoder: PacketDecoder, start: number, end: number, signal: AbortSignal | undefined) {
    const last = this.#samples.stretches(start, end).at(-1)!;
    const reach = await indexReach(this.#parts.index, decoder.maxPacketFrames, { signal });
    if (last.decoded + last.samples <= reach) return;
    throw new StoreError(
      'INDEX_INCONSISTENT',
      `recording ${this.id}: its index ends at sample ${reach}, before [${start}, ${end}) does: rebuild it with reindex`,
      { recording: this.id, start, end, reach },
    );
  }

  /** What no packet gave has to be a hole that the attributes know: zeros are never made up. */
  #checkHoles(start: number, end: number, missing: number): void {
    const gaps = this.#samples.gapsWithin(this.attributes.summary.gaps, start, end);
    const known = gaps.reduce((sum, gap) => sum + gap.samples, 0);
    if (missing === known) return;
    throw new StoreError(
      'INDEX_INCONSISTENT',
      `recording ${this.id}: the index has no packets for ${missing} of the samples [${start}, ${end}), and the ` +
        `attributes know of ${known} that are missing: rebuild the index with reindex`,
      { recording: this.id, start, end, missing, known },
    );
  }

  #block(data: PcmBlock['data'], start: number, maxDiff: number): PcmBlock {
    const { channels, sampleRate } = this.description;
    const frames = data.length / channels;
    const gaps: Gap[] = this.#samples.gapsWithin(this.attributes.summary.gaps, start, start + frames);
    return { data, frames, channels, sampleRate, start, maxDiff, gaps };
  }

  #range({ start = 0, end = this.totalSamples }: ReadOptions): { start: number; end: number } {
    const valid = Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end;
    if (!valid || end > this.totalSamples) throw new SampleRangeError(start, end, this.totalSamples);
    return { start, end };
  }
}

/** Were the seek points measured for what the codec decodes to? */
function areOf({ seekPointAttributes = {} }: Codec, attributes: JsonObject = {}): boolean {
  return Object.entries(seekPointAttributes).every(([key, value]) => attributes[key] === value);
}

/** The metadata of the recording's arrays, as its group carries it: opening takes one request. */
function consolidated(group: JsonObject, id: string): JsonObject {
  const { consolidated_metadata: whole } = group;
  const metadata = isObject(whole) ? whole.metadata : undefined;
  if (isObject(metadata)) return metadata;
  throw new StoreError(
    'RECORDING_BAD_ATTRIBUTES',
    `recording ${id} carries no metadata of its arrays (consolidated_metadata)`,
    { recording: id },
  );
}
