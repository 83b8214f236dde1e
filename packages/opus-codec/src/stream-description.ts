import type { CodedError, JsonObject, JsonValue, StreamDescription } from '@zarr-audio/codec';
import type { OpusHead } from '@zarr-audio/opus-parser';
import { OpusCodecError } from './errors';

/** How the channels of a stream are coded (RFC 7845 §5.1.1): the attribute `channel_mapping`. */
export interface ChannelMapping {
  readonly family: number;
  readonly streams: number;
  readonly coupled: number;
  /** For every output channel the decoded channel that it takes, or 255 for silence. Empty for family 3. */
  readonly mapping: readonly number[];
  /**
   * Family 3 only: a row for every output channel, a column for every decoded one, column after column, in units of
   * 2^-15 (RFC 8486 §3.2).
   */
  readonly matrix?: readonly number[];
}

const FAMILY_PLAIN = 0;
const FAMILY_MATRIX = 3;
/** An output channel of the mapping that takes no decoded one (RFC 7845 §5.1.1). */
export const SILENT = 255;
/** A matrix can have 57,885 numbers: an error message shows the first ones. */
const MAX_QUOTED = 300;

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
 * @param channels  Of the output, 1 to 255: one entry of the mapping each, or one row of the matrix.
 * @throws {OpusCodecError} `OPUS_BAD_ATTRIBUTES` if no OpusHead could say so: the sizes are compared before anything is
 *   made of what they announce.
 */
export function parseChannelMapping(value: JsonValue | undefined, channels: number): ChannelMapping {
  if (!isObject(value)) throw bad('channel_mapping', value);
  const family = integer(value, 'family', 0, 255);
  const streams = integer(value, 'streams', 1, 255);
  const coupled = integer(value, 'coupled', 0, Math.min(streams, 255 - streams));
  const decoded = streams + coupled;
  const { mapping, matrix } = value;
  if (family === FAMILY_MATRIX) {
    const isInt16 = integersWithin(-32_768, 32_767);
    if (!isListOf(mapping, 0, isInt16) || !isListOf(matrix, channels * decoded, isInt16)) {
      throw bad('channel_mapping', value);
    }
    return { family, streams, coupled, mapping, matrix };
  }
  const isDecoded = integersWithin(0, decoded - 1);
  const isEntry = (entry: JsonValue): entry is number => entry === SILENT || isDecoded(entry);
  if (!isListOf(mapping, channels, isEntry) || matrix !== undefined) throw bad('channel_mapping', value);
  // RFC 7845 §5.1.1.1: it has no table, so there is one thing that it can say.
  const isPlain = decoded === channels && streams === 1 && mapping.every((from, to) => from === to);
  if (family === FAMILY_PLAIN && !isPlain) throw bad('channel_mapping', value);
  return { family, streams, coupled, mapping };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function integersWithin(min: number, max: number): (value: JsonValue) => value is number {
  return (value): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

function isListOf(
  value: JsonValue | undefined,
  length: number,
  isEntry: (entry: JsonValue) => entry is number,
): value is number[] {
  return Array.isArray(value) && value.length === length && value.every(isEntry);
}

function integer(object: JsonObject, key: string, min: number, max: number): number {
  const value = object[key];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) throw bad(key, value);
  return value;
}

function bad(key: string, value: JsonValue | undefined): CodedError {
  const text = JSON.stringify(value) ?? 'missing';
  const quoted = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}...` : text;
  return new OpusCodecError(
    'OPUS_BAD_ATTRIBUTES',
    `the attribute ${key} of the recording is ${quoted}: not that of an Opus stream`,
    { key, value },
  );
}
