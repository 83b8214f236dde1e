import {
  createPacketFraming,
  type FramedPacket,
  type PacketFraming,
  type PacketFramingOptions,
} from './packet-framing';

/** Bytes in order, in pieces of any size: a Node stream, the body of a response, a generator, an array. */
export type ByteChunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * The packets of an input, as they come. Those before a place where the framing breaks are given before it is thrown.
 * The source is closed when the consumer stops, and on errors.
 *
 * @throws As `createPacketFraming` and its reader; what the source throws.
 */
export async function* readFramedPackets(
  source: ByteChunks,
  framing: PacketFraming,
  options: PacketFramingOptions = {},
): AsyncGenerator<FramedPacket> {
  const reader = createPacketFraming(framing, options);
  for await (const bytes of source) yield* reader.push(bytes);
  yield* reader.finish();
}
