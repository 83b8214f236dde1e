export type MatroskaTrackKind = 'audio' | 'video' | 'subtitle' | 'other';

/** One track of a Segment. */
export interface MatroskaTrack {
  /** 0, 1, ... in the order of the file, over all its Segments. */
  readonly index: number;
  /** What blocks call it. */
  readonly number: number;
  /** What tags call it. */
  readonly uid?: bigint;
  readonly kind: MatroskaTrackKind;
  /** `A_OPUS`, `A_VORBIS`, `V_VP9`, ... */
  readonly codecId: string;
  /** To Opus: the OpusHead packet. */
  readonly codecPrivate?: Uint8Array;
  /** To Opus: pre-skip. 0 if the file doesn't say. */
  readonly codecDelayNs: number;
  readonly hasCodecDelay: boolean;
  readonly seekPreRollNs: number;
  /** 8000 if the file doesn't say. 0 if the track is not audio. */
  readonly samplingFrequencyHz: number;
  readonly outputSamplingFrequencyHz?: number;
  /** 1 if the file doesn't say. 0 if the track is not audio. */
  readonly channels: number;
  readonly bitDepth?: number;
  /** As the file has it: BCP 47 where it says that, else ISO 639-2. */
  readonly language?: string;
  readonly name?: string;
  /** Of one frame. */
  readonly defaultDurationNs?: number;
  /** Where its TrackEntry begins (the payload). */
  readonly byteOffset: number;
}
