import type { EncoderPlan, Gap, JsonObject, Repair, SampleType } from '@zarr-audio/codec';
import type { ImportFailure } from './import-steps';

/**
 * What a stream is, as it lies in the file. Its length in seconds is `totalSamples / sampleRate`.
 */
export interface StreamFacts {
  /** Number among the audio streams of the file, from 0. */
  readonly stream: number;
  /** `ogg`, `matroska`, `mp4`, `wav`, ...; ffmpeg's word where ffmpeg takes it. */
  readonly container: string;
  /** `opus`, `pcm_s16le`, ...; likewise. */
  readonly codec: string;
  /** At which its samples count, in Hz. Opus always counts at 48,000. */
  readonly sampleRate: number;
  readonly channels: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** A stream that is kept as it is. All was measured by reading the file whole: the recording will have the same numbers. */
export interface KeptStreamReport extends StreamFacts {
  readonly status: 'import';
  readonly action: 'keep';
  /** What the stream says that it was made from, in Hz. */
  readonly originalSampleRate: number;
  /** Samples per channel that are heard: pre-skip and trims left out, gaps counted. */
  readonly totalSamples: number;
  readonly packets: number;
  /** The recording will hold the file byte for byte; else its packets, unchanged, in a container of their own. */
  readonly verbatim: boolean;
  /** Of the recording: samples that are decoded before the first that is heard. */
  readonly preSkip: number;
  readonly gaps: readonly Gap[];
  /** `[first dropped sample, samples]`, counted from the first decoded sample. */
  readonly trims: readonly (readonly [number, number])[];
  /** What is wrong with it and was mended or passed over. */
  readonly repairs: readonly Repair[];
}

/** A stream that is decoded and encoded. Only the head of the file was read: damage further on shows in an import. */
export interface EncodedStreamReport extends StreamFacts {
  readonly status: 'import';
  readonly action: 'encode';
  /** Samples per channel, or null where the input does not know. */
  readonly totalSamples: number | null;
  /** Of the decoded samples; of an integer type, `bitsPerSample` of them count. */
  readonly sampleType: SampleType;
  readonly bitsPerSample: number;
  /** Id of the input that decodes it: `wav`, `ffmpeg`. */
  readonly input: string;
  /** As far as they show before the samples are read. */
  readonly repairs: readonly Repair[];
  readonly encoding: EncodingReport;
}

/** What becomes of a stream that is encoded. */
export interface EncodingReport {
  /** Id of the codec. */
  readonly codec: string;
  /**
   * The rate that the samples are brought to first; the stream's own where they are not resampled. With `options.ultrasonic`
   * `reinterpret` they are not either: that is the rate that they are taken for.
   */
  readonly sampleRate: EncoderPlan['sampleRate'];
  /** Of the encoder, all of them, with their defaults; and `ultrasonic`, where the stream has a higher rate than the codec. */
  readonly options: JsonObject;
  /** Of the recording, at which `totalSamples` counts. Null where the codec does not tell beforehand. */
  readonly recordingSampleRate: number | null;
  /** Samples per channel of the recording, where the length of the stream is known. */
  readonly totalSamples: number | null;
}

/** A stream that can't be imported. What is known of it is there. */
export interface FailedStreamReport extends Partial<StreamFacts> {
  readonly stream: number;
  readonly status: 'fail';
  readonly error: ImportFailure;
}

export type StreamReport = KeptStreamReport | EncodedStreamReport | FailedStreamReport;

/** What a file is, and what an import with the same options would do with it. Plain data but for the errors. */
export interface SourceReport {
  /** Name of the file. */
  readonly file: string;
  /** Its length, or null where that is not known before reading. */
  readonly bytes: number | null;
  /**
   * - `keep`: at least one stream is kept as it is; others may be encoded, or fail.
   * - `encode`: at least one is decoded and encoded, and none is kept.
   * - `refuse`: nothing can be imported; `error` says why.
   */
  readonly action: 'keep' | 'encode' | 'refuse';
  /** Id of the codec or the input that takes the file; null if none does. */
  readonly reader: string | null;
  /** Of the first stream of which it is known. */
  readonly container: string | null;
  /** Likewise; where no stream could be read, the codec that claims the file. */
  readonly codec: string | null;
  /** Those that an import would look at, in their order. */
  readonly streams: readonly StreamReport[];
  /** With `refuse`: what an import would throw, or why its first stream fails. */
  readonly error?: ImportFailure;
}
