import type { JsonObject, JsonValue, StreamDescription } from '@zarr-audio/codec';
import { FlacError } from '../errors';
import type { FrameHeader } from '../frame/frame-header';
import { type StreamInfo, UNKNOWN_MD5 } from '../stream/stream-info';

/** Attributes of a recording that STREAMINFO tells; null where it does not, or where there is none. */
const INFO_ATTRIBUTES = ['min_block_size', 'max_block_size', 'min_frame_size', 'max_frame_size'] as const;
const MD5 = /^[0-9a-f]{32}$/;

/** The stream that a STREAMINFO block announces. */
export function describeInfo(info: StreamInfo): StreamDescription {
  return describe(info, {
    min_block_size: info.minBlockSize,
    max_block_size: info.maxBlockSize,
    min_frame_size: info.minFrameSize || null,
    max_frame_size: info.maxFrameSize || null,
    audio_md5: info.md5 === UNKNOWN_MD5 ? null : info.md5,
  });
}

/** The stream that a frame belongs to, where there is no STREAMINFO; undefined if the frame leaves something to that. */
export function describeFrame({ sampleRate, channels, bitsPerSample }: FrameHeader): StreamDescription | undefined {
  if (sampleRate === 0 || bitsPerSample === 0) return undefined;
  const nothing = Object.fromEntries(INFO_ATTRIBUTES.map((key) => [key, null]));
  return describe({ sampleRate, channels, bitsPerSample }, { ...nothing, audio_md5: null });
}

/**
 * The stream again, from the attributes of a recording.
 *
 * @throws {FlacError} `FLAC_BAD_ATTRIBUTES` with the name of the attribute that can't be right.
 */
export function describeAttributes(attributes: JsonObject): StreamDescription {
  const integer = (key: string, min: number, max: number): number => {
    const value = attributes[key];
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw bad(key, value);
  };
  const format = {
    sampleRate: integer('sample_rate', 1, 2 ** 20 - 1),
    channels: integer('nb_channels', 1, 8),
    bitsPerSample: integer('bits_per_sample', 4, 32),
  };
  const own: JsonObject = {};
  for (const key of INFO_ATTRIBUTES) own[key] = attributes[key] === null ? null : integer(key, 0, 2 ** 24 - 1);
  const md5 = attributes.audio_md5;
  if (md5 !== null && !(typeof md5 === 'string' && MD5.test(md5))) throw bad('audio_md5', md5);
  own.audio_md5 = md5;
  // Where we encoded.
  if (attributes.compression_level !== undefined) own.compression_level = integer('compression_level', 0, 8);
  return describe(format, own);
}

function describe(
  { sampleRate, channels, bitsPerSample }: Pick<StreamInfo, 'sampleRate' | 'channels' | 'bitsPerSample'>,
  attributes: JsonObject,
): StreamDescription {
  return {
    codec: 'flac',
    container: 'flac-native',
    sampleRate,
    originalSampleRate: sampleRate,
    channels,
    bitsPerSample,
    sampleType: bitsPerSample > 16 ? 'int32' : 'int16',
    preSkip: 0,
    attributes,
  };
}

function bad(key: string, value: JsonValue | undefined): FlacError {
  const text = (JSON.stringify(value) ?? 'missing').slice(0, 300);
  const message = `the attribute ${key} of the recording is ${text}: not that of a FLAC stream`;
  return new FlacError('FLAC_BAD_ATTRIBUTES', message, { key, value });
}
