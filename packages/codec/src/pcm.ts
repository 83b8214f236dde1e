import type { ByteSource } from './source';

export type SampleType = 'int16' | 'int32' | 'float32';
export type PcmData = Int16Array | Int32Array | Float32Array;

export interface PcmFormat {
  /** Samples a second and channel. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Of the samples in memory. Integers are right-aligned: 24 bits in an int32 are in [-2^23, 2^23). */
  readonly sampleType: SampleType;
  /** Significant bits of an integer sample; 32 for float32, whose full scale is 1. */
  readonly bitsPerSample: number;
}

/** A value that metadata give: plain JSON. */
export type MetadataValue = string | number | readonly number[];
export type MetadataFields = Readonly<Record<string, MetadataValue>>;

/** A piece of a source that is no audio, kept as it is: a chunk of a WAV file, ... */
export interface SourcePiece {
  /** What the container calls it: the FourCC of a chunk. At most 64 characters. */
  readonly name: string;
  /** Of the bytes, in the source; 0 if they don't stand there as they are. */
  readonly byteOffset: number;
  readonly bytes: Uint8Array;
  /** What it says, where its format is known to whoever read it. */
  readonly fields?: MetadataFields;
}

/** Decoded audio on its way into an encoder: what a WAV reader or ffmpeg gives. */
export interface PcmSource {
  readonly format: PcmFormat;
  /**
   * Number of the stream among the audio streams of its file, counted from 0, those that can't be decoded included. Default:
   * its place in what `open` gave.
   */
  readonly stream?: number | undefined;
  /** Samples per channel, where known beforehand. */
  readonly frames?: number | undefined;
  /** What held the audio, as ffmpeg names it: `wav`, `mp3`, ... */
  readonly container: string;
  /** How it was stored: `pcm_s16le`, `aac`, ... */
  readonly codec: string;
  /** Text that the source carries, by key. */
  readonly tags: Readonly<Record<string, string>>;
  /** Channels, rate and bits as stored, where `format` is not them already. */
  readonly original?: { sampleRate: number; channels: number; bitsPerSample: number } | undefined;
  /** Interleaved samples, whole frames in every block, each of the array type of `format.sampleType`; from the start with every call. */
  blocks(options?: { signal?: AbortSignal | undefined }): AsyncIterable<PcmData>;
  /** What was wrong with the source and was mended; complete after the last block. */
  repairs(): readonly Repair[];
  /**
   * What the source says beside the audio, verbatim and in its order; complete after the last block. At most 1,000 pieces and
   * 64 MiB.
   */
  metadata?(): readonly SourcePiece[];
}

/** Something that can turn files of one kind into PCM. */
export interface PcmInput {
  readonly id: string;
  /** Is this file mine? `head` holds its first bytes, 64 KiB or all. */
  probe(head: Uint8Array): boolean;
  /**
   * The audio streams of the file; one of them is asked for its blocks at a time.
   *
   * @throws with a code that ends in `_UNSUPPORTED_FORMAT`, if it is a file of this kind with something in it that this input does not
   *   read, and others may: the next one that takes the file is asked then.
   */
  open(source: ByteSource, options?: { signal?: AbortSignal | undefined }): Promise<readonly PcmSource[]>;
}

/** Brings PCM to another rate: lag 0, and exactly `ceil(frames * to / from)` samples. */
export type Resample = (source: PcmSource, sampleRate: number) => PcmSource;

/** A thing that was wrong in a source, and was mended or passed over. Plain data: it is stored. */
export interface Repair {
  readonly code: string;
  /** Where in the source. */
  readonly byteOffset: number;
  /** Samples per channel that are concerned; 0 where none are. */
  readonly samples: number;
}

/** A stretch without audio in the source. */
export interface Gap {
  /** First sample after it, in the coordinates of its holder. */
  readonly end: number;
  readonly samples: number;
}

/** What a read gives. */
export interface PcmBlock {
  /** `frames * channels` interleaved samples. */
  readonly data: PcmData;
  readonly frames: number;
  readonly channels: number;
  readonly sampleRate: number;
  /** First sample of the block, in the recording. */
  readonly start: number;
  /**
   * The largest difference from a sequential decode of the whole stream, in int16 steps, that was measured
   * for any packet in the block. 0: the same bits. `UNMEASURED` where it was never measured.
   */
  readonly maxDiff: number;
  /** Stretches of the block that the source did not have: zeros in `data`. */
  readonly gaps: readonly Gap[];
  /** Stretches of the block that can't be read any more: zeros in `data`, where the read asked for that (`onDamage`). */
  readonly damage: readonly SampleDamage[];
}

/** A stretch of samples that is lost, for what it decodes from is damaged. Plain data. */
export interface SampleDamage {
  /** First sample, in the recording. */
  readonly start: number;
  /** Per channel. */
  readonly samples: number;
  /** Of the error that a read throws which does not ask for zeros: `CHUNK_MISSING`, `CHUNK_CRC_MISMATCH`, ... */
  readonly code: string;
  /** What is damaged, and where it lies. */
  readonly message: string;
}

/** 2^53 - 1: the fill value of index and seek arrays, and a `max_diff` that was not measured. */
export const UNMEASURED = Number.MAX_SAFE_INTEGER;

export function createPcm(sampleType: SampleType, length: number): PcmData {
  if (sampleType === 'int16') return new Int16Array(length);
  if (sampleType === 'int32') return new Int32Array(length);
  return new Float32Array(length);
}

export interface Int16Conversion {
  readonly data: Int16Array;
  /** Samples that lay outside of int16 and were cut to it. */
  readonly clipped: number;
}

/**
 * Samples of any type as int16: rounded to nearest (halves upwards),
 * saturated, without dither.
 *
 * @param bitsPerSample  Significant bits of integer input; of no meaning for float32.
 */
export function toInt16(samples: PcmData, bitsPerSample: number): Int16Conversion {
  if (samples instanceof Int16Array && bitsPerSample === 16) return { data: samples, clipped: 0 };
  const scale = samples instanceof Float32Array ? 32768 : 2 ** (16 - bitsPerSample);
  const data = new Int16Array(samples.length);
  let clipped = 0;
  for (let i = 0; i < samples.length; i++) {
    // Three times as fast as Math.round, and the same for what float32 and int32 can be.
    let value = Math.floor(samples[i]! * scale + 0.5);
    if (value > 32767) {
      value = 32767;
      clipped++;
    } else if (value < -32768) {
      value = -32768;
      clipped++;
    }
    data[i] = value;
  }
  return { data, clipped };
}

/** Samples of any type as float32: an integer over its full scale. */
export function toFloat32(samples: PcmData, bitsPerSample: number): Float32Array {
  if (samples instanceof Float32Array) return samples;
  const scale = 2 ** (1 - bitsPerSample);
  const data = new Float32Array(samples.length);
  for (let i = 0; i < samples.length; i++) data[i] = samples[i]! * scale;
  return data;
}
