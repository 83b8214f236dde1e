import { md5Text } from '../audio-md5/audio-md5';
import { FlacError } from '../errors';

/**
 * What the STREAMINFO block says of a stream.
 *
 * ```text
 * 16 min block size | 16 max block size | 24 min frame size | 24 max frame size
 * 20 sample rate | 3 channels - 1 | 5 bits per sample - 1 | 36 total samples | 128 MD5
 * ```
 *
 * @see RFC 9639 §8.2
 */
export interface StreamInfo {
  /** Samples per channel of the shortest frame but the last, and of the longest. */
  readonly minBlockSize: number;
  readonly maxBlockSize: number;
  /** Bytes; 0: not known. */
  readonly minFrameSize: number;
  readonly maxFrameSize: number;
  /** Hz, up to 1,048,575. */
  readonly sampleRate: number;
  readonly channels: number;
  /** 4 to 32. */
  readonly bitsPerSample: number;
  /** Per channel; 0: not known. */
  readonly totalSamples: number;
  /** Of the unencoded samples (`AudioMd5`), in hexadecimal; all zeros: not known. */
  readonly md5: string;
}

export const STREAMINFO_BYTES = 34;
export const UNKNOWN_MD5 = '0'.repeat(32);

/**
 * @param body  Of the block, without its header.
 * @throws {FlacError} `FLAC_BAD_STREAMINFO` with the `field`.
 */
export function parseStreamInfo(body: Uint8Array): StreamInfo {
  if (body.length !== STREAMINFO_BYTES) throw bad('length', body.length);
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const packed = view.getUint32(10);
  const sampleRate = packed >>> 12;
  const bitsPerSample = ((packed >>> 4) & 31) + 1;
  if (sampleRate === 0) throw bad('sampleRate', sampleRate);
  if (bitsPerSample < 4) throw bad('bitsPerSample', bitsPerSample);
  return {
    minBlockSize: view.getUint16(0),
    maxBlockSize: view.getUint16(2),
    minFrameSize: view.getUint32(3) & 0xff_ffff,
    maxFrameSize: view.getUint32(6) & 0xff_ffff,
    sampleRate,
    channels: ((packed >>> 9) & 7) + 1,
    bitsPerSample,
    totalSamples: (packed & 15) * 2 ** 32 + view.getUint32(14),
    md5: md5Text(body.subarray(18)),
  };
}

/** The same, with what is wrong as a value. */
export function tryStreamInfo(body: Uint8Array): StreamInfo | FlacError {
  try {
    return parseStreamInfo(body);
  } catch (error) {
    if (error instanceof FlacError) return error;
    throw error;
  }
}

function bad(field: string, actual: number): FlacError {
  return new FlacError('FLAC_BAD_STREAMINFO', `the STREAMINFO block is wrong: ${field} is ${actual}`, {
    field,
    actual,
  });
}
