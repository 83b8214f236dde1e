import type { JsonObject } from '@zarr-audio/codec';
import { OpusCodecError } from '../errors';
import { parseChannelMapping } from '../stream-description';

/**
 * Channels of the one plain decoder that gives a stream's channels as they are.
 *
 * @throws {OpusCodecError} `TOO_MANY_CHANNELS` if it takes more than that: several decoders, or a mapping that moves
 *   channels around. `OPUS_BAD_ATTRIBUTES` if the attributes can't be those of a stream.
 * @see RFC 7845 §5.1.1
 */
export function plainChannels({ channels, attributes }: { channels: number; attributes: JsonObject }): 1 | 2 {
  if (!Number.isInteger(channels) || channels < 1 || channels > 255) {
    throw new OpusCodecError('OPUS_BAD_ATTRIBUTES', `an Opus stream can't have ${channels} channels`, { channels });
  }
  const { family, streams, coupled, mapping } = parseChannelMapping(attributes.channel_mapping, channels);
  const isPlain = streams === 1 && coupled === channels - 1 && mapping.every((from, to) => from === to);
  if (channels === 1 && isPlain) return 1;
  if (channels === 2 && isPlain) return 2;
  const what = channels > 2 ? `${channels} channels` : `${channels} channels of mapping ${JSON.stringify(mapping)}`;
  throw new OpusCodecError(
    'TOO_MANY_CHANNELS',
    `${what} in ${streams} streams can't be decoded yet: mono and stereo of one stream can`,
    { channels, limit: 2, family, streams },
  );
}
