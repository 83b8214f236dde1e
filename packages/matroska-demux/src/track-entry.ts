import { type ContentEncodings, readContentEncodings } from './content-encoding';
import type { Element } from './element';
import { ID } from './ids';
import type { MatroskaTrack, MatroskaTrackKind } from './track';

/** A TrackEntry as it stands in the file. */
export interface TrackEntry {
  readonly track: MatroskaTrack;
  readonly encodings: ContentEncodings;
  /** To know it again. */
  readonly bytes: Uint8Array;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const KINDS: Readonly<Record<number, MatroskaTrackKind>> = { 1: 'video', 2: 'audio', 17: 'subtitle' };
const NO_ENCODINGS: ContentEncodings = { framePrefix: new Uint8Array(0), privatePrefix: new Uint8Array(0) };

/**
 *     TrackEntry AE
 *       TrackNumber D7, TrackUID 73C5, TrackType 83, Name 536E, Language 22B59C, LanguageBCP47 22B59D
 *       CodecID 86, CodecPrivate 63A2, CodecDelay 56AA, SeekPreRoll 56BB, DefaultDuration 23E383
 *       Audio E1: SamplingFrequency B5, OutputSamplingFrequency 78B5, Channels 9F, BitDepth 6264
 *       ContentEncodings 6D80
 *
 * @returns undefined, and reported, if it has no number.
 * @see RFC 9559 §5.1.4.1
 */
export function readTrackEntry(element: Element, index: number): TrackEntry | undefined {
  const track: Mutable<MatroskaTrack> = {
    index,
    number: 0,
    kind: 'other',
    codecId: '',
    codecDelayNs: 0,
    hasCodecDelay: false,
    seekPreRollNs: 0,
    samplingFrequencyHz: 0,
    channels: 0,
    byteOffset: element.byteOffset,
  };
  let encodings = NO_ENCODINGS;
  let audio: Element | undefined;
  let bcp47: string | undefined;
  for (const child of element.children()) {
    if (child.id === ID.AUDIO) audio = child;
    else if (child.id === ID.CONTENT_ENCODINGS) encodings = readContentEncodings(child);
    else if (child.id === ID.LANGUAGE_BCP47) bcp47 = child.text();
    else readField(child, track);
  }
  if (bcp47 !== undefined) track.language = bcp47;
  if (track.number === 0) {
    element.damage('MATROSKA_BAD_TRACK', 'a track without a number');
    return undefined;
  }
  if (track.kind === 'audio') readAudio(audio, track);
  const { codecPrivate } = track;
  const { privatePrefix, unsupported } = encodings;
  if (codecPrivate && privatePrefix.length > 0) {
    track.codecPrivate = new Uint8Array(privatePrefix.length + codecPrivate.length);
    track.codecPrivate.set(privatePrefix);
    track.codecPrivate.set(codecPrivate, privatePrefix.length);
  }
  if (unsupported !== undefined) {
    element.damage('MATROSKA_TRACK_ENCODED', `track ${track.number} can't be read: ${unsupported}`, { track });
  }
  return { track, encodings, bytes: element.bytes };
}

function readField(child: Element, track: Mutable<MatroskaTrack>): void {
  if (child.id === ID.TRACK_NUMBER) track.number = child.uint() ?? 0;
  else if (child.id === ID.TRACK_UID) {
    const uid = child.bigUint();
    if (uid !== undefined) track.uid = uid;
  } else if (child.id === ID.TRACK_TYPE) track.kind = KINDS[child.uint() ?? 0] ?? 'other';
  else if (child.id === ID.CODEC_ID) track.codecId = child.text();
  else if (child.id === ID.CODEC_PRIVATE) track.codecPrivate = child.bytes;
  else if (child.id === ID.CODEC_DELAY) {
    const delay = child.uint();
    track.codecDelayNs = delay ?? 0;
    track.hasCodecDelay = delay !== undefined;
  } else if (child.id === ID.SEEK_PRE_ROLL) track.seekPreRollNs = child.uint() ?? 0;
  else if (child.id === ID.DEFAULT_DURATION) {
    const duration = child.uint();
    if (duration) track.defaultDurationNs = duration;
  } else if (child.id === ID.NAME) track.name = child.text();
  else if (child.id === ID.LANGUAGE) track.language = child.text();
}

/** Defaults as in RFC 9559 §5.1.4.1.29. */
function readAudio(audio: Element | undefined, track: Mutable<MatroskaTrack>): void {
  track.samplingFrequencyHz = 8000;
  track.channels = 1;
  for (const child of audio?.children() ?? []) {
    if (child.id === ID.SAMPLING_FREQUENCY) track.samplingFrequencyHz = child.float() || 8000;
    else if (child.id === ID.CHANNELS) track.channels = child.uint() || 1;
    else if (child.id === ID.OUTPUT_SAMPLING_FREQUENCY) {
      const rate = child.float();
      if (rate) track.outputSamplingFrequencyHz = rate;
    } else if (child.id === ID.BIT_DEPTH) {
      const depth = child.uint();
      if (depth) track.bitDepth = depth;
    }
  }
}
