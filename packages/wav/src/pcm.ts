/*
 * The shapes of `@zarr-audio/codec`'s PCM types, declared once more so that this package stands alone.
 * TypeScript compares them by structure; a test proves that they are assignable both ways.
 */

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

/** A thing that was wrong in a source, and was mended or passed over. */
export interface Repair {
  readonly code: string;
  readonly byteOffset: number;
  readonly samples: number;
}

/** A value that metadata give: plain JSON. */
export type MetadataValue = string | number | readonly number[];
export type MetadataFields = Readonly<Record<string, MetadataValue>>;

/** A piece of a source that is no audio, kept as it is: a chunk of a WAV file, ... */
export interface SourcePiece {
  /** What the container calls it: the FourCC of a chunk. */
  readonly name: string;
  /** Of the bytes, in the source. */
  readonly byteOffset: number;
  readonly bytes: Uint8Array;
  /** What it says, where its format is known to whoever read it. */
  readonly fields?: MetadataFields;
}

/** Decoded audio on its way into an encoder. */
export interface PcmSource {
  readonly format: PcmFormat;
  /** Number of the stream among the audio streams of its file, counted from 0; by default its place among the sources. */
  readonly stream?: number | undefined;
  /** Samples per channel, where known beforehand. */
  readonly frames?: number | undefined;
  readonly container: string;
  readonly codec: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Channels, rate and bits as stored, where `format` is not them already. */
  readonly original?: { sampleRate: number; channels: number; bitsPerSample: number } | undefined;
  /** Interleaved samples, whole frames in every block, each of the array type of `format.sampleType`. Once. */
  blocks(options?: { signal?: AbortSignal | undefined }): AsyncIterable<PcmData>;
  /** What was wrong with the source and was mended; complete after the last block. */
  repairs(): readonly Repair[];
  /** What the source says beside the audio, verbatim and in its order; complete after the last block. */
  metadata?(): readonly SourcePiece[];
}

/** Bytes that can be read from the start, more than once: a file, a `Blob`, a buffer. */
export interface ByteSource {
  /** The name of the file, without folders. */
  readonly name: string;
  /** Length in bytes, where it is known before reading. */
  readonly byteLength?: number;
  /** The path of a local file. */
  readonly path?: string;
  /** Opens the bytes once more, from the first. */
  open(options?: { signal?: AbortSignal | undefined }): AsyncIterable<Uint8Array>;
}

/** Something that can turn files of one kind into PCM. */
export interface PcmInput {
  readonly id: string;
  /** Is this file mine? `head` holds its first bytes, 64 KiB or all. */
  probe(head: Uint8Array): boolean;
  /** The audio streams of the file; one of them is asked for its blocks at a time. */
  open(source: ByteSource, options?: { signal?: AbortSignal | undefined }): Promise<readonly PcmSource[]>;
}
