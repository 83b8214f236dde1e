import type { JsonObject } from '@zarr-audio/codec';
import { OpusCodecError } from '../errors';
import { type ChannelMapping, parseChannelMapping } from '../stream-description';

/** What a decoder has to know of a stream: the same fields of a `StreamDescription`. */
export interface DecodedStream {
  readonly channels: number;
  /** `output_gain_q8` (1/256 dB; 0 if left out) and `channel_mapping`. */
  readonly attributes: JsonObject;
}

/** How the channels of a stream come out of plain decoders. */
export interface ChannelLayout extends ChannelMapping {
  /** Of the output, 1 to 255. */
  readonly channels: number;
  /** One plain decoder gives the channels as they are. */
  readonly isPlain: boolean;
}

/**
 * @throws {OpusCodecError} `OPUS_BAD_ATTRIBUTES` if the attributes can't be those of a stream.
 * @see RFC 7845 §5.1.1, RFC 8486 §3
 */
export function channelLayout({ channels, attributes }: DecodedStream): ChannelLayout {
  if (!Number.isInteger(channels) || channels < 1 || channels > 255) {
    throw new OpusCodecError('OPUS_BAD_ATTRIBUTES', `an Opus stream can't have ${channels} channels`, { channels });
  }
  const mapping = parseChannelMapping(attributes.channel_mapping, channels);
  const isPlain =
    mapping.streams === 1 &&
    mapping.coupled === channels - 1 &&
    mapping.matrix === undefined &&
    mapping.mapping.every((from, to) => from === to);
  return { ...mapping, channels, isPlain };
}

/** Channels that stream number `stream` decodes to: the first `coupled` ones are stereo (RFC 7845 §5.1.1). */
export function streamChannels({ coupled }: ChannelLayout, stream: number): 1 | 2 {
  return stream < coupled ? 2 : 1;
}

/**
 * The header's gain, which the decoder applies, in 1/256 dB.
 *
 * @throws {OpusCodecError} `OPUS_BAD_ATTRIBUTES` if it is no int16.
 */
export function outputGain({ output_gain_q8: gain = 0 }: JsonObject): number {
  if (typeof gain === 'number' && Number.isInteger(gain) && gain >= -32768 && gain <= 32767) return gain;
  const message = `output_gain_q8 is an int16, not ${JSON.stringify(gain)}`;
  throw new OpusCodecError('OPUS_BAD_ATTRIBUTES', message, { attribute: 'output_gain_q8', value: gain });
}
