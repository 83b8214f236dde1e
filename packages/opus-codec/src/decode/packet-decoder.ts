import type { OpusBackend, RawDecoder } from '../backends/backend';
import { channelLayout, type DecodedStream, outputGain, streamChannels } from './channel-layout';
import { channelMapper } from './channel-mapper';
import { MultistreamDecoder } from './multistream-decoder';
import { PlainDecoder } from './plain-decoder';
import type { OpusPacketDecoder } from './raw-packet';

/** Where raw decoders come from and go to. */
export interface RawDecoderSupply {
  /** One that is as new; its gain is whatever it is. */
  take(channels: 1 | 2): RawDecoder;
  giveBack(decoder: RawDecoder, channels: 1 | 2): void;
}

export interface PacketDecoderOptions {
  /** Whether the backend's test vector has the recorded hash. */
  readonly exact: boolean;
  /** If left out, raw decoders are made, and freed. */
  readonly supply?: RawDecoderSupply | undefined;
}

/**
 * Decodes the packets of a stream as docs/format.md defines it: at 48 kHz, to int16, with the header's gain set in the
 * decoder, in pieces of at most 60 ms that are split the same way for every backend, without padding. A packet of
 * several streams: each by a plain decoder of its own, then mapped.
 *
 * `decode` throws
 * - what `stripPageHeaders` throws, if a packet over several pages is damaged;
 * - `OPUS_DECODE_FAILED` for bytes that are no Opus packet, none at all among them: libraries would take those for a
 *   lost packet and make up sound;
 * - TypeError after `free`, or if the output is no Int16Array; RangeError if it has no room.
 *
 * @throws {OpusCodecError} `OPUS_BAD_ATTRIBUTES`; what the backend throws that can't make so many decoders.
 */
export function createPacketDecoder(
  stream: DecodedStream,
  backend: OpusBackend,
  { exact, supply = newDecoders(backend) }: PacketDecoderOptions,
): OpusPacketDecoder {
  const layout = channelLayout(stream);
  const gain = outputGain(stream.attributes);
  const raws: RawDecoder[] = [];
  const giveBack = () => {
    for (const [i, raw] of raws.entries()) supply.giveBack(raw, streamChannels(layout, i));
  };
  try {
    for (let i = 0; i < layout.streams; i++) {
      const raw = supply.take(streamChannels(layout, i));
      raws.push(raw);
      raw.setGain(gain);
    }
  } catch (error) {
    giveBack();
    throw error;
  }
  const parts = { library: backend.library, exact, giveBack };
  return layout.isPlain
    ? new PlainDecoder(raws[0]!, streamChannels(layout, 0), parts)
    : new MultistreamDecoder(raws, layout, channelMapper(layout), parts);
}

function newDecoders(backend: OpusBackend): RawDecoderSupply {
  return { take: (channels) => backend.createDecoder(channels), giveBack: (decoder) => decoder.free() };
}
