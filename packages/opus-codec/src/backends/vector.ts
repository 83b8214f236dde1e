import type { OpusBackend, RawDecoder } from './backend';
import { MAX_PIECE_FRAMES } from './backend';
import { FNV_START, fnv1a64 } from './fnv';
import { VECTOR_GAINS_Q8, VECTOR_HASH, VECTOR_PACKETS } from './vector-data';

export { VECTOR_HASH } from './vector-data';

/**
 * Decodes the built-in vector: CELT, SILK and hybrid packets, each list once for every gain and without a reset in
 * between, so that a few packets make many different roundings (and, with the highest gain, soft clipping).
 *
 * @returns FNV-1a, 64 bits, over the int16 samples in little-endian order.
 * @throws whatever the backend throws.
 */
export function vectorHash(backend: OpusBackend): string {
  const output = new Int16Array(MAX_PIECE_FRAMES * 2);
  let hash = FNV_START;
  for (const { channels, packets } of VECTOR_PACKETS) {
    const decoder = backend.createDecoder(channels);
    try {
      hash = hashList(decoder, unpack(packets), channels, output, hash);
    } finally {
      decoder.free();
    }
  }
  return hash.map((half) => half.toString(16).padStart(8, '0')).join('');
}

/** Whether the backend gives, bit for bit, the samples that seek points are measured with. */
export function verifyBackend(backend: OpusBackend): boolean {
  return vectorHash(backend) === VECTOR_HASH;
}

function hashList(
  decoder: RawDecoder,
  packets: readonly Uint8Array[],
  channels: number,
  output: Int16Array,
  start: readonly [number, number],
): readonly [number, number] {
  let hash = start;
  for (const gain of VECTOR_GAINS_Q8) {
    decoder.setGain(gain);
    for (const packet of packets) {
      const frames = decoder.decode(packet, output, 0);
      hash = fnv1a64(output.subarray(0, frames * channels), hash);
    }
  }
  return hash;
}

/** Packets in base64, each after one byte of length. */
function unpack(base64: string): Uint8Array[] {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const packets: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + bytes[at]!;
    packets.push(bytes.subarray(at + 1, end));
    at = end;
  }
  return packets;
}
