import type { PcmData } from '@zarr-audio/codec';
import { splitMultistream } from '@zarr-audio/opus-parser';
import type { RawDecoder } from '../backends/backend';
import { type ChannelLayout, streamChannels } from './channel-layout';
import type { ChannelMapper } from './channel-mapper';
import {
  type DecoderParts,
  decodeFailed,
  decodePacket,
  framesOf,
  MAX_PACKET_FRAMES,
  type OpusPacketDecoder,
  packetBytes,
  reasonOf,
  requireRoom,
} from './raw-packet';

/**
 * Several streams in a packet, or one whose channels are not those of the output: a plain decoder each, one stream after
 * the other, then the mapping. Nothing is written of a packet of which a stream is damaged.
 *
 * ```
 * packet      | stream 0, self-delimited | stream 1, self-delimited | ... | last stream |
 * decoded     | stream 0: L R L R L R    | stream 1: L R L R L R    | ... | M M M       |   n frames each
 * ```
 *
 * libopus' own multistream decoder, which no backend has, gives the same int16 (but soft-clips packets over 60 ms as a
 * whole); its float output is not soft-clipped.
 *
 * @see RFC 6716 appendix B, RFC 7845 §3
 */
export class MultistreamDecoder implements OpusPacketDecoder {
  readonly backend: string;
  readonly exact: boolean;
  readonly maxPacketFrames = MAX_PACKET_FRAMES;
  readonly #layout: ChannelLayout;
  readonly #mapper: ChannelMapper;
  readonly #giveBack: () => void;
  #raws: readonly RawDecoder[] | undefined;
  /** All channels of the longest packet so far: at most 255 times 5760 samples, for 20 ms a sixth of that. */
  #decoded = new Int16Array(0);
  #isOutOfStep = false;

  constructor(
    raws: readonly RawDecoder[],
    layout: ChannelLayout,
    mapper: ChannelMapper,
    { library, exact, giveBack }: DecoderParts,
  ) {
    this.backend = library;
    this.exact = exact;
    this.#raws = raws;
    this.#layout = layout;
    this.#mapper = mapper;
    this.#giveBack = giveBack;
  }

  decode(blobBytes: Uint8Array, output: PcmData, at: number): number {
    return this.decodePacket(packetBytes(blobBytes), output, at);
  }

  decodePacket(packet: Uint8Array, output: PcmData, at: number): number {
    const raws = this.#used();
    if (!(output instanceof Int16Array)) throw new TypeError('Opus decodes to an Int16Array');
    const frames = framesOf(packet);
    const { channels, streams, coupled } = this.#layout;
    requireRoom(output, at, frames, channels);
    if (this.#isOutOfStep) throw decodeFailed(packet, 'one before it was decoded in part: reset the decoder');
    const samples = (streams + coupled) * frames;
    if (this.#decoded.length < samples) this.#decoded = new Int16Array(samples);
    this.#decodeStreams(raws, packet, frames);
    this.#mapper.map(this.#decoded, frames, output, at);
    return frames;
  }

  /** All framing is checked before the first stream is decoded: what is refused there leaves all decoders as they were. */
  #decodeStreams(raws: readonly RawDecoder[], packet: Uint8Array, frames: number): void {
    const packets = split(packet, raws.length);
    this.#isOutOfStep = true;
    let to = 0;
    for (let stream = 0; stream < raws.length; stream++) {
      const channels = streamChannels(this.#layout, stream);
      decodePacket(raws[stream]!, packets[stream]!, frames, channels, this.#decoded, to);
      to += channels * frames;
    }
    this.#isOutOfStep = false;
  }

  reset(): void {
    for (const raw of this.#used()) raw.reset();
    this.#isOutOfStep = false;
  }

  free(): void {
    if (!this.#raws) return;
    this.#raws = undefined;
    this.#decoded = new Int16Array(0);
    this.#giveBack();
  }

  #used(): readonly RawDecoder[] {
    if (!this.#raws) throw new TypeError('the decoder was freed');
    return this.#raws;
  }
}

function split(packet: Uint8Array, streams: number): Uint8Array[] {
  try {
    return splitMultistream(packet, streams);
  } catch (error) {
    throw decodeFailed(packet, reasonOf(error), error, { streams });
  }
}
