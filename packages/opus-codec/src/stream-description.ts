import type { CodedError, JsonObject, JsonValue, StreamDescription } from '@zarr-audio/codec';
import type { OpusHead } from '@zarr-audio/opus-parser';
import { OpusCodecError } from './errors';

/** How the channels of a stream are coded (RFC 7845 §5.1.1): the attribute `channel_mapping`. */
export interface ChannelMapping {
  readonly family: number;
  readonly streams: number;
  readonly coupled: number;
  /** For every output channel the decoded channel that it takes, or 255 for silence. */
  readonly mapping: readonly number[];
}

/** The stream that an OpusHead announces, as it will lie in a blob. */
export function describeHead(head: OpusHead): StreamDescription {
  const mapping = {
    family: head.mappingFamily,
    streams: head.streamCount,
    coupled: head.coupledCount,
    mapping: [...head.channelMapping],
    ...(head.demixingMatrix ? { matrix: [...head.demixingMatrix] } : {}),
  };
  return {
    codec: 'opus',
    container: 'ogg-opus',
    sampleRate: 48_000,
    originalSampleRate: head.inputSampleRate || 48_000,
    channels: head.channels,
    bitsPerSample: 16,
    sampleType: 'int16',
    preSkip: head.preSkip,
    attributes: { output_gain_q8: head.outputGainQ8, channel_mapping: mapping },
  };
}

/**
 * The stream again, from the attributes of a recording.
 *
 * @throws {OpusCodecError} `OPUS_BAD_ATTRIBUTES` with the name of the attribute that can't be right.
 */
export function describeAttributes(attributes: JsonObject): StreamDescription {
  const channels = integer(attributes, 'nb_channels', 1, 255);
  const outputGainQ8 = integer(attributes, 'output_gain_q8', -32_768, 32_767);
  parseChannelMapping(attributes.channel_mapping, channels);
  const own: JsonObject = { output_gain_q8: outputGainQ8, channel_mapping: attributes.channel_mapping! };
  // Where we encoded.
  if (attributes.opus_bitrate !== undefined) own.opus_bitrate = integer(attributes, 'opus_bitrate', 1, 2 ** 32 - 1);
  return {
    codec: 'opus',
    container: 'ogg-opus',
    sampleRate: 48_000,
    originalSampleRate: integer(attributes, 'original_sample_rate', 1, 2 ** 32 - 1),
    channels,
    bitsPerSample: 16,
    sampleType: 'int16',
    preSkip: integer(attributes, 'pre_skip', 0, 65_535),
    attributes: own,
  };
}

/**
 * @param channels  Of the output: one entry of the mapping each.
 * @throws {OpusCodecError} `OPUS_BAD_ATTRIBUTES`
 */
export function parseChannelMapping(value: JsonValue | undefined, channels: number): ChannelMapping {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('channel_mapping', value);
  const family = integer(value, 'family', 0, 255);
  const streams = integer(value, 'streams', 1, 255);
  const coupled = integer(value, 'coupled', 0, streams);
  const { mapping } = value;
  const decoded = streams + coupled;
  const isEntry = (entry: JsonValue): entry is number =>
    typeof entry === 'number' && Number.isInteger(entry) && entry >= 0 && (entry < decoded || entry === 255);
  if (!Array.isArray(mapping) || mapping.length !== channels || !mapping.every(isEntry)) {
    throw bad('channel_mapping', value);
  }
  return { family, streams, coupled, mapping };
}

function integer(object: JsonObject, key: string, min: number, max: number): number {
  const value = object[key];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) throw bad(key, value);
  return value;
}

function bad(key: string, value: JsonValue | undefined): CodedError {
  return new OpusCodecError(
    'OPUS_BAD_ATTRIBUTES',
    `the attribute ${key} of the recording is ${JSON.stringify(value)}: not that of an Opus stream`,
    { key, value },
  );
}
