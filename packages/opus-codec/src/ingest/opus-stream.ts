import type { CodedError } from '@zarr-audio/codec';
import type { OpusHead } from '@zarr-audio/opus-parser';
import type { StreamTimeline } from './stream-timeline';

/** What packets of Opus come in. `packets`: framed one after another, without a container. */
export type ContainerName = 'ogg' | 'matroska' | 'mp4' | 'packets';

/** One Opus stream of a file: a link of a chain, one of several that are multiplexed, a track. */
export interface OpusStream {
  /** Number of the stream in the file, from 0, counting those that hold audio. */
  readonly number: number;
  readonly container: ContainerName;
  /** Of the Ogg stream that it becomes. */
  readonly serial: number;
  readonly head: OpusHead;
  readonly headPacket: Uint8Array;
  /** As it was, or undefined where it can't be used. */
  readonly tagsPacket: Uint8Array | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Grows while the stream is read; whole with the event `end`. */
  readonly timeline: StreamTimeline;
}

/** Packets that came together: those that end on one Ogg page, those of one block. */
export interface PacketBatch {
  readonly count: number;
  packet(i: number): Uint8Array;
  /** Where packet `i` begins in the file, */
  byteOffset(i: number): number;
  /** and its length, without headers in between. */
  byteLength(i: number): number;
}

export interface TimedBatch<Batch extends PacketBatch = PacketBatch> {
  readonly packets: Batch;
  /** What each packet decodes to, at 48 kHz; 0 for one that is no audio, or can't be decoded: it is left out. */
  readonly samples: Uint16Array;
  /** Samples that are missing before the first of them. */
  readonly gap: number;
}

/**
 * What reading a container gives. Events of several streams may be interleaved.
 *
 * - `failed`: a stream that can't be taken.
 * - `end`: its `timeline` is complete.
 */
export type OpusStreamEvent<Batch extends PacketBatch = PacketBatch> =
  | { readonly type: 'begin'; readonly stream: OpusStream }
  | { readonly type: 'batch'; readonly stream: OpusStream; readonly batch: TimedBatch<Batch> }
  | { readonly type: 'end'; readonly stream: OpusStream }
  | { readonly type: 'failed'; readonly number: number; readonly error: CodedError };

/** A file that packets can be read from, as often as need be. */
export interface OpusContainer {
  /** Only Ogg can be kept as it is. */
  readonly isOgg: boolean;
  /**
   * Events in order, as many at a time as became known together.
   *
   * @throws {OpusCodecError} at the end, if no stream came: why.
   */
  read(signal?: AbortSignal): AsyncIterable<readonly OpusStreamEvent[]>;
}
