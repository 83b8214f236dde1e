import { CodedError, type PacketDecoder, type PcmData, type StreamDescription } from '@zarr-audio/codec';
import { headerOf } from './description.js';
import { blockBytes, isSound, parseRecordHeader, samplesOf } from './format.js';
import { copyToSamples } from './samples.js';

/**
 * Decodes blocks. Each is whole by itself, so there is nothing to reset.
 *
 * `decode` throws {CodedError} `CPCM_BLOCK_DAMAGED`, and TypeError if `output` is of another type than the stream's samples.
 */
export function createBlockDecoder(stream: StreamDescription): PacketDecoder {
  const header = headerOf(stream);
  return {
    backend: 'checked-pcm',
    exact: true,
    maxPacketFrames: header.blockFrames,
    decode(packet: Uint8Array, output: PcmData, at: number) {
      if (typeOf(output) !== header.sampleType) {
        throw new TypeError(`the stream has ${header.sampleType}, and the output is for ${typeOf(output)}`);
      }
      const record = parseRecordHeader(packet, header);
      if (record?.kind !== 'block') throw damaged('its first 16 bytes are not those of a block');
      if (packet.length !== blockBytes(header, record.frames)) throw damaged(`it has ${packet.length} bytes`);
      if (!isSound(packet)) throw damaged('the checksum of its samples is wrong');
      copyToSamples(samplesOf(packet), output, at);
      return record.frames;
    },
    reset: () => undefined,
    free: () => undefined,
  };
}

function typeOf(data: PcmData): string {
  if (data instanceof Int16Array) return 'int16';
  return data instanceof Int32Array ? 'int32' : 'float32';
}

function damaged(why: string): CodedError {
  return new CodedError('CPCM_BLOCK_DAMAGED', `a block can't be decoded: ${why}`, { why });
}
