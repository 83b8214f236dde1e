import type { PacketDecoder, PcmData } from '@zarr-audio/codec';
import { stripPageHeaders } from '@zarr-audio/ogg-demux';
import { packetSamples, splitPacket } from '@zarr-audio/opus-parser';
import { MAX_PIECE_FRAMES, type RawDecoder } from '../backends/backend';
import { OpusCodecError } from '../errors';

/** Samples per channel of the longest packet, 120 ms at 48 kHz (RFC 6716 §3.2.5). */
export const MAX_PACKET_FRAMES = 5760;
/** 255 * 255 - 1: a longer packet does not fit one Ogg page, and its bytes in the blob have page headers in them. */
export const MAX_ONE_PAGE_BYTES = 65_024;

/** Of one stream, or of many that share packets. */
export interface OpusPacketDecoder extends PacketDecoder {
  /** As `decode`, but the packet as it is, without the page headers that lie within a large one in a blob. */
  decodePacket(packet: Uint8Array, output: PcmData, at: number): number;
}

/** What a decoder of one or of many streams is made with. */
export interface DecoderParts {
  /** Name and version of what decodes. */
  readonly library: string;
  readonly exact: boolean;
  /** Called once, when the decoder is freed. */
  giveBack(): void;
}

/**
 * The packet from its bytes in a blob.
 *
 * @throws what `stripPageHeaders` throws, if a packet over several pages is damaged.
 */
export function packetBytes(blobBytes: Uint8Array): Uint8Array {
  return blobBytes.byteLength > MAX_ONE_PAGE_BYTES ? stripPageHeaders(blobBytes) : blobBytes;
}

/** @throws {OpusCodecError} `OPUS_DECODE_FAILED` if the bytes begin no packet. */
export function framesOf(packet: Uint8Array): number {
  try {
    return packetSamples(packet);
  } catch (error) {
    throw decodeFailed(packet, reasonOf(error), error);
  }
}

/** @throws {RangeError} if `frames` frames have no room at `at`. */
export function requireRoom(output: Int16Array, at: number, frames: number, channels: number): void {
  if (!Number.isInteger(at) || at < 0 || at + frames * channels > output.length) {
    throw new RangeError(`no room for ${frames} frames at ${at} of ${output.length} samples`);
  }
}

/**
 * Decodes one packet of one stream: without padding, in pieces of at most 60 ms, always the same ones, for libopus
 * soft-clips each call for itself.
 *
 * @param frames  What the packet decodes to, by `framesOf`.
 * @throws {OpusCodecError} `OPUS_DECODE_FAILED`, also if the decoder gives another number of frames.
 */
export function decodePacket(
  raw: RawDecoder,
  packet: Uint8Array,
  frames: number,
  channels: 1 | 2,
  output: Int16Array,
  at: number,
): void {
  const decoded = isOnePiece(packet, frames)
    ? raw.decode(packet, output, at)
    : decodePieces(raw, packet, channels, output, at);
  if (decoded !== frames) throw decodeFailed(packet, `it gave ${decoded} frames and should have given ${frames}`);
}

export function decodeFailed(
  { byteLength }: Uint8Array,
  reason: string,
  cause?: unknown,
  details: Readonly<Record<string, unknown>> = {},
): OpusCodecError {
  const message = `a packet of ${byteLength} bytes can't be decoded: ${reason}`;
  return new OpusCodecError('OPUS_DECODE_FAILED', message, { reason, byteLength, ...details }, cause);
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether `splitPacket` would give the packet as it is: told by two bytes, without parsing the rest. */
function isOnePiece(packet: Uint8Array, frames: number): boolean {
  const hasPadding = (packet[0]! & 3) === 3 && (packet[1]! & 0x40) !== 0;
  return frames <= MAX_PIECE_FRAMES && !hasPadding;
}

function decodePieces(raw: RawDecoder, packet: Uint8Array, channels: 1 | 2, output: Int16Array, at: number): number {
  let frames = 0;
  for (const piece of split(packet)) frames += raw.decode(piece, output, at + frames * channels);
  return frames;
}

function split(packet: Uint8Array): Uint8Array[] {
  try {
    return splitPacket(packet, MAX_PIECE_FRAMES);
  } catch (error) {
    throw decodeFailed(packet, reasonOf(error), error);
  }
}
