import type { PcmData } from '@zarr-audio/codec';
import type { RawDecoder } from '../backends/backend';
import {
  type DecoderParts,
  decodePacket,
  framesOf,
  MAX_PACKET_FRAMES,
  type OpusPacketDecoder,
  packetBytes,
  requireRoom,
} from './raw-packet';

/** One stream, whose channels are those of the output. */
export class PlainDecoder implements OpusPacketDecoder {
  readonly backend: string;
  readonly exact: boolean;
  readonly maxPacketFrames = MAX_PACKET_FRAMES;
  readonly #channels: 1 | 2;
  readonly #giveBack: () => void;
  #raw: RawDecoder | undefined;

  constructor(raw: RawDecoder, channels: 1 | 2, { library, exact, giveBack }: DecoderParts) {
    this.backend = library;
    this.exact = exact;
    this.#raw = raw;
    this.#channels = channels;
    this.#giveBack = giveBack;
  }

  decode(blobBytes: Uint8Array, output: PcmData, at: number): number {
    return this.decodePacket(packetBytes(blobBytes), output, at);
  }

  decodePacket(packet: Uint8Array, output: PcmData, at: number): number {
    const raw = this.#used();
    if (!(output instanceof Int16Array)) throw new TypeError('Opus decodes to an Int16Array');
    const frames = framesOf(packet);
    requireRoom(output, at, frames, this.#channels);
    decodePacket(raw, packet, frames, this.#channels, output, at);
    return frames;
  }

  reset(): void {
    this.#used().reset();
  }

  free(): void {
    if (!this.#raw) return;
    this.#raw = undefined;
    this.#giveBack();
  }

  #used(): RawDecoder {
    if (!this.#raw) throw new TypeError('the decoder was freed');
    return this.#raw;
  }
}
