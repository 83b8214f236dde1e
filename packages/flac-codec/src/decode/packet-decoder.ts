import type { PacketDecoder, PcmData, StreamDescription } from '@zarr-audio/codec';
import { damagedFrame } from '../errors';
import { MAX_BLOCK_SIZE } from '../frame/frame-header';
import { FrameDecoder } from './frame-decoder';

/** The decoder of a stream: each packet is a frame, and needs none before it. */
export function createPacketDecoder({ channels, bitsPerSample }: StreamDescription): PacketDecoder {
  const format = { channels, bitsPerSample };
  const frames = new FrameDecoder();
  return {
    backend: 'zarr-audio',
    exact: true,
    maxPacketFrames: MAX_BLOCK_SIZE,
    decode(packet: Uint8Array, output: PcmData, at: number) {
      if (output instanceof Float32Array) throw new TypeError('FLAC decodes to int16 or int32');
      const decoded = frames.decode(packet, 0, packet.length, format, output, at);
      if (frames.byteLength !== packet.length) {
        throw damagedFrame('length', `${packet.length} bytes hold a frame of ${frames.byteLength}`, frames.byteLength);
      }
      return decoded;
    },
    reset: () => undefined,
    free: () => undefined,
  };
}
