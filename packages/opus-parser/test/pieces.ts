import { createPacketFraming, type FramedPacket, type PacketFraming } from '../src';
import { opusError } from './opus-errors';

/** What comes out of the pieces, and what is thrown, wherever it is thrown. */
export function read(framing: PacketFraming, pieces: Iterable<Uint8Array>, maxPacketBytes?: number) {
  const reader = createPacketFraming(framing, maxPacketBytes === undefined ? {} : { maxPacketBytes });
  const found: FramedPacket[] = [];
  try {
    for (const piece of pieces) found.push(...reader.push(piece));
    found.push(...reader.finish());
  } catch (thrown) {
    const { code, field, byteOffset, rule } = opusError(() => {
      throw thrown;
    });
    return { found, error: { code, field, byteOffset, rule } };
  }
  return { found, error: undefined };
}

export function* inPieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  // Each piece is an array of its own, which is overwritten later: nothing may stay a view of it.
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}
