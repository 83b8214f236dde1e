import type { ByteSource, Codec } from '@zarr-audio/codec';

/** What it is made with: the sources, or what was built of them. */
export interface LongStreamParts {
  readonly OggPacketMuxer: typeof import('@zarr-audio/ogg-mux').OggPacketMuxer;
  readonly codec: Codec;
  bytesSource(name: string, bytes: Uint8Array): ByteSource;
}

/** An Ogg Opus file of any length as a source: the packets of a real one, over and over. Never held whole. */
export function longStream(parts: LongStreamParts, path: string, packetCount: number): Promise<ByteSource>;
