import { ALAW, MULAW } from './companding';
import type { WavFormat } from './format-chunk';
import type { PcmData, PcmFormat } from './pcm';

const HOST_IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** What the samples of a file are in memory. */
export function pcmFormat({ coding, sampleRate, channels, sampleBytes, validBits }: WavFormat): PcmFormat {
  if (coding === 'float') return { sampleRate, channels, sampleType: 'float32', bitsPerSample: 32 };
  if (sampleBytes <= 2) return { sampleRate, channels, sampleType: 'int16', bitsPerSample: 16 };
  const bitsPerSample = sampleBytes === 3 || validBits <= 24 ? 24 : 32;
  return { sampleRate, channels, sampleType: 'int32', bitsPerSample };
}

/**
 * Samples as they are stored, as samples in memory.
 *
 * Samples of fewer bits than their bytes have lie at the top of them, as the specification says. `rightAligned`:
 * they lie at the bottom all the same, in 4 bytes.
 *
 * @param bytes  Whole samples, from the start of a buffer that the result may keep.
 */
export function decodeSamples(bytes: Uint8Array<ArrayBuffer>, format: WavFormat, rightAligned: boolean): PcmData {
  const { coding, sampleBytes, validBits, littleEndian } = format;
  const length = bytes.byteLength / sampleBytes;
  const isNative = littleEndian === HOST_IS_LITTLE_ENDIAN;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

  if (coding === 'float') {
    if (sampleBytes === 4 && isNative) return new Float32Array(bytes.buffer, bytes.byteOffset, length);
    const data = new Float32Array(length);
    if (sampleBytes === 4) for (let i = 0; i < length; i++) data[i] = view.getFloat32(4 * i, littleEndian);
    else for (let i = 0; i < length; i++) data[i] = view.getFloat64(8 * i, littleEndian);
    return data;
  }
  if (sampleBytes === 1) {
    const data = new Int16Array(length);
    if (coding === 'unsigned') for (let i = 0; i < length; i++) data[i] = (bytes[i]! - 128) << 8;
    else {
      const values = coding === 'alaw' ? ALAW : MULAW;
      for (let i = 0; i < length; i++) data[i] = values[bytes[i]!]!;
    }
    return data;
  }
  if (sampleBytes === 2) {
    if (isNative) return new Int16Array(bytes.buffer, bytes.byteOffset, length);
    const data = new Int16Array(length);
    for (let i = 0; i < length; i++) data[i] = view.getInt16(2 * i, littleEndian);
    return data;
  }
  if (sampleBytes === 3) return decode24(bytes, littleEndian);
  const data = isNative ? new Int32Array(bytes.buffer, bytes.byteOffset, length) : new Int32Array(length);
  if (!isNative) for (let i = 0; i < length; i++) data[i] = view.getInt32(4 * i, littleEndian);
  if (rightAligned) {
    // Zeros or the sign may stand above the sample: both go, and the sign comes back.
    const down = validBits <= 24 ? 8 : 0;
    for (let i = 0; i < length; i++) data[i] = (data[i]! << (32 - validBits)) >> down;
  } else if (validBits <= 24) {
    for (let i = 0; i < length; i++) data[i] = data[i]! >> 8;
  }
  return data;
}

function decode24(bytes: Uint8Array, littleEndian: boolean): Int32Array {
  const data = new Int32Array(bytes.byteLength / 3);
  const [low, high] = littleEndian ? [0, 2] : [2, 0];
  for (let i = 0, at = 0; i < data.length; i++, at += 3) {
    data[i] = ((bytes[at + high]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + low]! << 8)) >> 8;
  }
  return data;
}

/**
 * Do samples of under 32 bits lie at the bottom of their 4 bytes, against the specification? So they do if bits that
 * belong to no sample at the top are set, and nothing but zeros or the sign stands above the rest.
 *
 * @param bytes  Whole samples of a stretch that is not silent.
 */
export function looksRightAligned(bytes: Uint8Array, { validBits, littleEndian }: WavFormat): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const spare = 32 - validBits;
  let lowBits = 0;
  for (let at = 0; at + 4 <= bytes.byteLength; at += 4) {
    const sample = view.getInt32(at, littleEndian);
    const above = sample >> validBits;
    if (above !== 0 && above !== -1) return false;
    lowBits |= sample & ((1 << spare) - 1);
  }
  return lowBits !== 0;
}
