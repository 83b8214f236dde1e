import type { Mp4Damage } from './damage';
import type { Mp4Edit, Mp4Presentation } from './edit-list';
import type { Mp4SampleTable } from './sample-table';

/** What the first pass found. */
export interface Mp4File {
  /** The major brand and the compatible ones, as four characters each; none in old QuickTime files. */
  readonly brands: readonly string[];
  /** Units a second of the movie's times. */
  readonly movieTimescale: number;
  /** When the movie says it was made, ISO 8601; missing if it doesn't. */
  readonly createdUtc?: string;
  /** Simple text of `udta` and `ilst`, by tag. */
  readonly tags: Readonly<Record<string, string>>;
  readonly tracks: readonly Mp4Track[];
  /** What is wrong with the input. What is sound is handed out all the same. */
  readonly damage: readonly Mp4Damage[];
  /** Length of the input. */
  readonly byteLength: number;
}

/** One track. */
export interface Mp4Track {
  /** Number in the file, from 0. */
  readonly index: number;
  /** As the file numbers it. */
  readonly id: number;
  readonly kind: 'audio' | 'video' | 'other';
  /** Type of its first sample description: `Opus`, `mp4a`, `avc1`, ...; empty if it has none. */
  readonly codec: string;
  /** Units a second of its times, at least 1. */
  readonly timescale: number;
  /** As the sample description says; 0 if it doesn't. `opusHead` has those that are decoded. */
  readonly channels: number;
  /** As the sample description says; 0 if it doesn't. */
  readonly sampleRateHz: number;
  /** ISO 639-2, if the track says which. */
  readonly language?: string;
  /** Payload of the box `dOps` of an Opus track. */
  readonly dops?: Uint8Array;
  /** An OpusHead packet (RFC 7845 §5.1) that says the same as `dops`. */
  readonly opusHead?: Uint8Array;
  /** The edits as they stand; empty without an edit list. */
  readonly editList: readonly Mp4Edit[];
  readonly presentation: Mp4Presentation;
  readonly samples: Mp4SampleTable;
}
