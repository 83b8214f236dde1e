import type { AudioCheck, PacketDecoder, PcmData, StreamDescription, StreamSummary } from '@zarr-audio/codec';
import { ReferenceCodecError } from '../errors';
import { crc32 } from './crc32';
import { BLOCK_HEADER_BYTES, blockBytes, isSound, MAX_BLOCK_FRAMES, parseBlockHeader, samplesOf } from './format';

/** Repairs that leave other samples than were summed up. */
const OTHER_SAMPLES: ReadonlySet<string> = new Set([
  ...['REFERENCE_GAP', 'REFERENCE_STARTS_LATE', 'REFERENCE_POSITION_WRONG', 'REFERENCE_TOTAL_WRONG', 'REPAIRS_OMITTED'],
]);

/** Every packet is a block, and needs none before it. */
export function createBlockDecoder(stream: StreamDescription): PacketDecoder {
  const { channels, bitsPerSample } = stream;
  const width = bitsPerSample > 16 ? 4 : 2;
  return {
    backend: 'reference',
    exact: true,
    maxPacketFrames: MAX_BLOCK_FRAMES,
    decode(packet: Uint8Array, output: PcmData, at: number) {
      const frames = checkBlock(packet, stream);
      const view = new DataView(packet.buffer, packet.byteOffset + BLOCK_HEADER_BYTES);
      for (let i = 0; i < frames * channels; i++) {
        output[at + i] = width === 2 ? view.getInt16(2 * i, true) : view.getInt32(4 * i, true);
      }
      return frames;
    },
    reset: () => undefined,
    free: () => undefined,
  };
}

/** Compares the samples with the CRC-32 of the header; undefined where that says none. */
export function checkAudio(stream: StreamDescription): AudioCheck | undefined {
  const expected = stream.attributes.audio_crc32;
  if (typeof expected !== 'number') return undefined;
  let crc = 0;
  return {
    add(packet) {
      checkBlock(packet, stream);
      crc = crc32(samplesOf(packet), crc);
    },
    finish({ repairs }: StreamSummary) {
      if (repairs.some(({ code }) => OTHER_SAMPLES.has(code))) return undefined;
      return crc === expected ? undefined : 'REFERENCE_CRC_MISMATCH';
    },
  };
}

/** @throws {ReferenceCodecError} `REFERENCE_BLOCK_DAMAGED` */
function checkBlock(packet: Uint8Array, stream: StreamDescription): number {
  const block = packet.length < BLOCK_HEADER_BYTES ? undefined : parseBlockHeader(packet, 0);
  if (block && packet.length === blockBytes(stream, block.frames) && isSound(packet)) {
    if (block.frames >= 1 && block.frames <= MAX_BLOCK_FRAMES) return block.frames;
  }
  throw new ReferenceCodecError('REFERENCE_BLOCK_DAMAGED', 'the packet is no sound block of the stream');
}
