import type { CodedError } from './errors';
import type { JsonObject } from './json';
import type { Gap, PcmData, PcmSource, Repair, SampleType } from './pcm';
import type { ByteSource } from './source';
import type { CodecTask, TaskRunner } from './tasks';

/**
 * One stream of packets, as it lies in a blob: all that a decoder has to know before the first packet.
 * It is kept in the attributes of a recording, so it is plain data.
 */
export interface StreamDescription {
  /** `Codec.id`. */
  readonly codec: string;
  /** What the blob is: `ogg-opus`, `flac-native`. */
  readonly container: string;
  /** Rate at which packets, ranges and totals are counted, in Hz. */
  readonly sampleRate: number;
  readonly originalSampleRate: number;
  readonly channels: number;
  readonly bitsPerSample: number;
  /** What the decoder gives. */
  readonly sampleType: SampleType;
  /** Samples per channel that the decoder gives before the listener's first. */
  readonly preSkip: number;
  /** The codec's own attributes, with their names in the store (`output_gain_q8`, ...). */
  readonly attributes: JsonObject;
}

/** What is known of a stream when its last packet is through. */
export interface StreamSummary {
  readonly packets: number;
  /** Samples per channel that a read sees: without pre-skip, trims applied. */
  readonly totalSamples: number;
  /** Holes: `end` is the `cum_start` of the first packet after one. */
  readonly gaps: readonly Gap[];
  /** Samples that are decoded and dropped: `[first cum_start, samples]`, in mid-stream or at the end. */
  readonly trims: readonly (readonly [number, number])[];
  readonly repairs: readonly Repair[];
  /**
   * Where seek points were measured: attributes of their array besides `Codec.seekPointAttributes`. `measured_by` is the
   * `PacketDecoder.backend` that did; where `portable` is false, any other has to be reset at every row.
   */
  readonly seekPointAttributes?: JsonObject;
}

/** What the container said of a stream: goes into the attribute `source`. */
export interface SourceStream {
  readonly container: string;
  readonly codec: string;
  readonly sampleRate: number;
  readonly channels: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Columns of an index row, in their order. */
export const INDEX_COLUMNS = ['byte_pos', 'byte_len', 'sample_count', 'cum_start', 'cum_end'] as const;
export const INDEX_WIDTH = 5;
/** Columns of a row of seek points, in their order. */
export const SEEK_COLUMNS = ['packet', 'from', 'max_diff'] as const;
export const SEEK_WIDTH = 3;

/**
 * A step of an ingest. `stream` counts the streams of the source from 0: links of a chain and multiplexed
 * streams are streams of their own; their events may be interleaved.
 *
 * - `stream`: a stream begins. `verbatim`: its blob will be the source, byte for byte.
 * - `piece`: the next bytes of its blob, and the rows of packets (5 numbers a row) and of seek points (3 numbers
 *   a row) that have become known. Rows may come later than their bytes, never out of order.
 * - `end`: the stream is complete.
 * - `failed`: a stream of the source can't be taken, others can. Where none can, the ingest throws instead.
 * - `restart`: forget everything of all streams: the source turned out not to be what it seemed, and the ingest
 *   begins again. At most once.
 */
export type IngestEvent =
  | {
      readonly type: 'stream';
      readonly stream: number;
      readonly description: StreamDescription;
      readonly source: SourceStream;
      readonly verbatim: boolean;
      /** Where we encoded: what did it, with which options. */
      readonly encoder?: JsonObject;
    }
  | {
      readonly type: 'piece';
      readonly stream: number;
      readonly bytes: Uint8Array;
      readonly rows: Float64Array;
      readonly seekRows: Float64Array;
    }
  | { readonly type: 'end'; readonly stream: number; readonly summary: StreamSummary }
  | { readonly type: 'failed'; readonly stream: number; readonly error: CodedError }
  | { readonly type: 'restart' };

/** A packet of an encoded file, where it lies in that file. */
export interface FilePacket {
  readonly bytePosition: number;
  readonly byteLength: number;
  readonly samples: number;
  readonly startSample: number;
  /** Number of the stream (chained link, multiplexed stream) in the file, from 0. */
  readonly link: number;
}

export interface IngestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Measure seek points (the default), or lay a fixed grid of unmeasured ones. */
  readonly seekPoints?: 'measure' | 'grid';
  /** Where work is done that other threads can share; if left out, it is all done here. The result is the same. */
  readonly tasks?: TaskRunner | undefined;
}

export interface EncodeOptions extends IngestOptions {
  /** `EncoderPlan.options`. */
  readonly options: JsonObject;
}

/** What an encoder will do with PCM of some format. */
export interface EncoderPlan {
  /** The rate that the PCM has to be brought to first; the source's own where the codec takes that. */
  readonly sampleRate: number;
  /** All options with their defaults: part of a recording's id and of its attribute `encoder`. */
  readonly options: JsonObject;
}

/** One stretch of a decode: reset, decode from packet `reset`, drop all before packet `from`, keep up to `to`. */
export interface DecodeSegment {
  readonly reset: number;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Largest `max_diff` of the rows that the segment lies under. */
  readonly maxDiff: number;
}

/** One row of seek points; for what the columns mean see docs/format.md, `opus_seek_points`. */
export interface SeekPoint {
  readonly packet: number;
  readonly from: number;
  readonly maxDiff: number;
}

export interface PacketDecoder {
  /** Name and version of what decodes, for reports. */
  readonly backend: string;
  /** Whether the seek points' measurements hold for this backend: its test vector has the recorded hash. */
  readonly exact: boolean;
  /** Most frames that one packet can decode to: `output` must have room for them. */
  readonly maxPacketFrames: number;
  /**
   * Decodes one packet as the index row holds it.
   *
   * @param packet  `byte_len` bytes of the blob.
   * @param output  Interleaved samples are written from index `at` on; of the stream's `sampleType`.
   * @returns Frames (samples per channel) written.
   */
  decode(packet: Uint8Array, output: PcmData, at: number): number;
  /** As if it were new. */
  reset(): void;
  /** Gives memory back. The decoder can't be used any more. */
  free(): void;
}

/** Compares the audio of a stream with what the stream says of it as a whole (an MD5). */
export interface AudioCheck {
  /**
   * The next packet, of all that the stream has.
   *
   * @param packet   As its index row holds it.
   * @param samples  Per channel, by its row.
   * @throws what a decoder throws of it.
   */
  add(packet: Uint8Array, samples: number): void;
  /** @returns The code of what is wrong; undefined if nothing is, or if by the summary it is not the audio that was summed up. */
  finish(summary: StreamSummary): string | undefined;
}

export interface DecoderOptions {
  /** `auto`, or the name of a backend of the codec (`native`, `wasm`). */
  readonly backend?: string | undefined;
}

export interface CodecCapabilities {
  /** Rates that streams can have, or null for any. */
  readonly sampleRates: readonly number[] | null;
  readonly maxChannels: number;
  readonly lossless: boolean;
  readonly encode: boolean;
}

/**
 * A codec plug-in: a plain object. No base class, nothing global; `createRegistry([opus(), ...])` is handed to
 * whatever opens a store.
 */
export interface Codec {
  /** `'opus'`. Also names the arrays of a recording: `opus_index`, `opus_seek_points`. */
  readonly id: string;
  readonly capabilities: CodecCapabilities;
  /** Does the codec have seek points (a decoder that converges), or can each packet be decoded on its own? */
  readonly hasSeekPoints: boolean;
  /** Samples before a range from where a decoder is near enough for `seek: 'fast'`: 0 if it is exact at once. */
  readonly fastPreRoll: number;

  /**
   * Is this encoded stream mine? `head` holds the first bytes of the file, 64 KiB or all. Undefined: they can't tell (MP4
   * with its tables at the end); then `search` has to.
   */
  probe(head: Uint8Array): boolean | undefined;

  /** The same from the whole file, asked only where `probe` can't tell. Missing in a codec that always can. */
  search?(source: ByteSource, options?: { signal?: AbortSignal | undefined }): Promise<boolean>;

  /** An encoded file in; streams of blob and rows out, in bounded memory. */
  ingest(source: ByteSource, options?: IngestOptions): AsyncIterable<IngestEvent>;

  /** The same from a blob of a store: its one stream, with the same rows. */
  scan(blob: ByteSource, options?: IngestOptions): AsyncIterable<IngestEvent>;

  /** The packets of an encoded file where they lie in it, without making a blob. */
  packets(source: ByteSource, options?: IngestOptions): AsyncIterable<FilePacket>;

  /**
   * What encoding such PCM would take.
   * @throws with a code, if the codec can't encode it (`TOO_MANY_CHANNELS`, `SAMPLE_RATE_TOO_HIGH`, ...).
   */
  planEncoding?(format: { sampleRate: number; channels: number }, options: JsonObject): EncoderPlan;

  /** PCM in, at `EncoderPlan.sampleRate`; what `ingest` gives out. */
  encode?(pcm: PcmSource, options: EncodeOptions): AsyncIterable<IngestEvent>;

  /**
   * The stream again from the attributes of a recording.
   * @throws with a code, if they are not those of this codec.
   */
  describe(attributes: JsonObject): StreamDescription;

  /** Made or taken from a pool, as if new; `free` gives it back. */
  createDecoder(stream: StreamDescription, options?: DecoderOptions): Promise<PacketDecoder>;

  /**
   * Where a decoder must be reset, and from which packet on its output counts, for packets `[first, last]`.
   *
   * @param seekPoints  The rows that govern them: from the last with `from <= first` to the last with
   *   `from <= last`. Empty for a codec without seek points.
   * @param exact  Of the decoder; if false no decoder runs on across a row.
   */
  decodePlan(
    seekPoints: readonly SeekPoint[],
    first: number,
    last: number,
    options?: { exact?: boolean },
  ): readonly DecodeSegment[];

  /**
   * Where streams say of their audio what can be checked: a check of one; undefined where this one does not. Memory: that of a
   * decoder.
   */
  checkAudio?(stream: StreamDescription): AudioCheck | undefined;

  /** Work that can be done on other threads (`TaskRunner.run`), by name. */
  readonly tasks?: Readonly<Record<string, CodecTask>>;

  /** Attributes of the seek points array: what decoder they were measured with. */
  readonly seekPointAttributes?: JsonObject;
}
