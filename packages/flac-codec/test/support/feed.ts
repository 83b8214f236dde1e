import type { ByteSource } from '@zarr-audio/codec';
import { NativeParser, type NativeParserOptions } from '../../src/stream/native-parser';

export function* pieces(bytes: Uint8Array, byteLength: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += byteLength) yield bytes.slice(at, at + byteLength);
}

/** All that a parser gives, for an input that comes in pieces. */
export function parse(bytes: Uint8Array, pieceBytes = Math.max(1, bytes.length), options?: NativeParserOptions) {
  const parser = new NativeParser(options);
  const events = [...pieces(bytes, pieceBytes)].flatMap((piece) => parser.push(piece));
  return [...events, ...parser.finish()];
}

export function sourceOf(bytes: Uint8Array, pieceBytes = Math.max(1, bytes.length)): ByteSource {
  return {
    name: 'input.flac',
    byteLength: bytes.length,
    async *open() {
      yield* pieces(bytes, pieceBytes);
    },
  };
}
