import { createPcm } from '@zarr-audio/codec';
import { FrameDecoder } from '../decode/frame-decoder';
import { FlacError } from '../errors';
import { updateCrc16 } from '../frame/crc16';
import { type FrameHeader, parseFrameHeader } from '../frame/frame-header';

/**
 * Tells where the frame ends that a packet begins with. A packet holds one frame and nothing else (RFC 9639 §10.1); one that holds zeros
 * behind it, or another frame, has a right CRC-16 all the same.
 */
export class OggFrameEnd {
  readonly #decoder = new FrameDecoder();

  /** @returns 0 if the checksum is wrong, or the frame can't be decoded where that has to tell. */
  of(bytes: Uint8Array, header: FrameHeader, bitsPerSample: number): number {
    if (updateCrc16(0, bytes, 0, bytes.length) !== 0) return 0;
    return bytes.at(-1) === 0 || holdsAnother(bytes, header)
      ? this.#decodedEnd(bytes, header, bitsPerSample)
      : bytes.length;
  }

  #decodedEnd(bytes: Uint8Array, { channels, blockSize, ...header }: FrameHeader, streamBits: number): number {
    const bitsPerSample = header.bitsPerSample || streamBits;
    const output = createPcm(bitsPerSample > 16 ? 'int32' : 'int16', channels * blockSize) as Int16Array | Int32Array;
    try {
      this.#decoder.decode(bytes, 0, bytes.length, { channels, bitsPerSample }, output, 0);
      return this.#decoder.byteLength;
    } catch (error) {
      if (error instanceof FlacError) return 0;
      throw error;
    }
  }
}

function holdsAnother(bytes: Uint8Array, { byteLength }: FrameHeader): boolean {
  let crc = 0;
  let crcEnd = 0;
  for (let i = bytes.indexOf(0xff, byteLength); i >= 0; i = bytes.indexOf(0xff, i + 1)) {
    if (!parseFrameHeader(bytes, i, bytes.length)) continue;
    crc = updateCrc16(crc, bytes, crcEnd, i);
    crcEnd = i;
    if (crc === 0) return true;
  }
  return false;
}
