import type { JsonObject, PacketDecoder, PcmData } from '@zarr-audio/codec';
import { stripPageHeaders } from '@zarr-audio/ogg-demux';
import { packetSamples, splitPacket } from '@zarr-audio/opus-parser';
import { MAX_PIECE_FRAMES, type OpusBackend, type RawDecoder } from '../backends/backend';
import { OpusCodecError } from '../errors';
import { plainChannels } from './plain-channels';

/** Samples per channel of the longest packet, 120 ms at 48 kHz (RFC 6716 section 3.2.5). */
export const MAX_PACKET_FRAMES = 5760;
/** 255 * 255 - 1: a longer packet does not fit one Ogg page, and its bytes in the blob have page headers in them. */
export const MAX_ONE_PAGE_BYTES = 65_024;

/** What a decoder has to know of a stream: the same fields of a `StreamDescription`. */
export interface DecodedStream {
  readonly channels: number;
  /** `output_gain_q8` (1/256 dB; 0 if left out) and `channel_mapping`. */
  readonly attributes: JsonObject;
}

export interface PacketDecoderOptions {
  /** Whether the backend's test vector has the recorded hash. */
  readonly exact: boolean;
  /** Takes the raw decoder back in the place of its `free`. */
  readonly release?: ((decoder: RawDecoder) => void) | undefined;
  /** A decoder that was reset, in the place of a new one. */
  readonly decoder?: RawDecoder | undefined;
}

/**
 * Decodes the packets of a mono or stereo stream as docs/format.md defines it: at 48 kHz, to int16, with the header's
 * gain set in the decoder, in pieces of at most 60 ms that are split the same way for every backend, without padding.
 *
 * `decode` throws
 * - what `stripPageHeaders` throws, if a packet over several pages is damaged;
 * - `OPUS_DECODE_FAILED` for bytes that are no Opus packet, none at all among them: libraries would take those for a
 *   lost packet and make up sound;
 * - TypeError after `free`, or if the output is no Int16Array; RangeError if it has no room.
 *
 * @throws {OpusCodecError} `TOO_MANY_CHANNELS`, `OPUS_BAD_ATTRIBUTES`
 */
export function createPacketDecoder(
  stream: DecodedStream,
  backend: OpusBackend,
  options: PacketDecoderOptions,
): PacketDecoder {
  const channels = plainChannels(stream);
  const gain = outputGain(stream.attributes);
  const raw = options.decoder ?? backend.createDecoder(channels);
  raw.setGain(gain);
  return new PlainPacketDecoder(raw, channels, backend, options);
}

class PlainPacketDecoder implements PacketDecoder {
  readonly backend: string;
  readonly exact: boolean;
  readonly maxPacketFrames = MAX_PACKET_FRAMES;
  readonly #channels: number;
  readonly #options: PacketDecoderOptions;
  #raw: RawDecoder | undefined;

  constructor(raw: RawDecoder, channels: number, { library }: OpusBackend, options: PacketDecoderOptions) {
    this.backend = library;
    this.exact = options.exact;
    this.#raw = raw;
    this.#channels = channels;
    this.#options = options;
  }

  decode(packet: Uint8Array, output: PcmData, at: number): number {
    const raw = this.#used();
    if (!(output instanceof Int16Array)) throw new TypeError('Opus decodes to an Int16Array');
    const bytes = packet.byteLength > MAX_ONE_PAGE_BYTES ? stripPageHeaders(packet) : packet;
    const frames = framesOf(bytes);
    if (!Number.isInteger(at) || at < 0 || at + frames * this.#channels > output.length) {
      throw new RangeError(`no room for ${frames} frames at ${at} of ${output.length} samples`);
    }
    const decoded = isOnePiece(bytes, frames)
      ? raw.decode(bytes, output, at)
      : this.#decodePieces(raw, bytes, output, at);
    if (decoded !== frames) throw decodeFailed(bytes, `it gave ${decoded} frames and should have given ${frames}`);
    return decoded;
  }

  #decodePieces(raw: RawDecoder, packet: Uint8Array, output: Int16Array, at: number): number {
    let frames = 0;
    for (const piece of split(packet)) frames += raw.decode(piece, output, at + frames * this.#channels);
    return frames;
  }

  reset(): void {
    this.#used().reset();
  }

  free(): void {
    const raw = this.#raw;
    this.#raw = undefined;
    if (!raw) return;
    if (this.#options.release) this.#options.release(raw);
    else raw.free();
  }

  #used(): RawDecoder {
    if (!this.#raw) throw new TypeError('the decoder was freed');
    return this.#raw;
  }
}

/** Whether `splitPacket` would give the packet as it is: told by two bytes, without parsing the rest. */
function isOnePiece(packet: Uint8Array, frames: number): boolean {
  const hasPadding = (packet[0]! & 3) === 3 && (packet[1]! & 0x40) !== 0;
  return frames <= MAX_PIECE_FRAMES && !hasPadding;
}

function framesOf(packet: Uint8Array): number {
  try {
    return packetSamples(packet);
  } catch (error) {
    throw decodeFailed(packet, reasonOf(error), error);
  }
}

function split(packet: Uint8Array): Uint8Array[] {
  try {
    return splitPacket(packet, MAX_PIECE_FRAMES);
  } catch (error) {
    throw decodeFailed(packet, reasonOf(error), error);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function decodeFailed({ byteLength }: Uint8Array, reason: string, cause?: unknown): OpusCodecError {
  const message = `a packet of ${byteLength} bytes can't be decoded: ${reason}`;
  return new OpusCodecError('OPUS_DECODE_FAILED', message, { reason, byteLength }, cause);
}

function outputGain({ output_gain_q8: gain = 0 }: JsonObject): number {
  if (typeof gain === 'number' && Number.isInteger(gain) && gain >= -32768 && gain <= 32767) return gain;
  const message = `output_gain_q8 is an int16, not ${JSON.stringify(gain)}`;
  throw new OpusCodecError('OPUS_BAD_ATTRIBUTES', message, { attribute: 'output_gain_q8', value: gain });
}
