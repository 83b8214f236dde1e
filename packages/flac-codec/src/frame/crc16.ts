/**
 * The checksum of a frame: polynomial 0x8005, initial value 0, most significant bit first, over the whole frame without
 * the checksum itself. Over a frame *with* its checksum it is 0.
 *
 * @see RFC 9639 §9.3
 */
const POLYNOMIAL = 0x8005;
const SLICES = 16;

/**
 * `TABLES[256 * k + b]`: what byte `b` followed by `k` zero bytes adds to the CRC, so that 16 bytes are taken in one step
 * ("slicing"). The values are kept byte-swapped: then four bytes of input are one little-endian word.
 */
const TABLES = makeTables();
const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

function makeTables(): Int32Array {
  const tables = new Int32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ POLYNOMIAL) & 0xffff : crc << 1;
    tables[byte] = swap(crc);
  }
  for (let i = 256; i < tables.length; i++) {
    const previous = tables[i - 256]!;
    tables[i] = (previous >>> 8) ^ tables[previous & 255]!;
  }
  return tables;
}

function swap(crc: number): number {
  return (crc >>> 8) | ((crc & 255) << 8);
}

/**
 * Goes on with a CRC-16 over `bytes[start..end)`.
 *
 * @param crc  0 at the start of a frame. While it is computed its bytes are swapped; 0 stays 0, which is all that is asked.
 */
export function updateCrc16(crc: number, bytes: Uint8Array, start: number, end: number): number {
  const t = TABLES;
  let c = crc;
  let i = start;
  if (LITTLE_ENDIAN && end - start >= 2 * SLICES) {
    for (; ((bytes.byteOffset + i) & 3) !== 0; i++) c = (c >>> 8) ^ t[(bytes[i]! ^ c) & 255]!;
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + i, ((end - i) >>> 4) << 2);
    for (let k = 0; k < words.length; k += 4) {
      const w = words[k]! ^ c;
      const x = words[k + 1]!;
      const y = words[k + 2]!;
      const z = words[k + 3]!;
      c =
        t[3840 + (w & 255)]! ^
        t[3584 + ((w >>> 8) & 255)]! ^
        t[3328 + ((w >>> 16) & 255)]! ^
        t[3072 + (w >>> 24)]! ^
        t[2816 + (x & 255)]! ^
        t[2560 + ((x >>> 8) & 255)]! ^
        t[2304 + ((x >>> 16) & 255)]! ^
        t[2048 + (x >>> 24)]! ^
        t[1792 + (y & 255)]! ^
        t[1536 + ((y >>> 8) & 255)]! ^
        t[1280 + ((y >>> 16) & 255)]! ^
        t[1024 + (y >>> 24)]! ^
        t[768 + (z & 255)]! ^
        t[512 + ((z >>> 8) & 255)]! ^
        t[256 + ((z >>> 16) & 255)]! ^
        t[z >>> 24]!;
    }
    i += words.length * 4;
  }
  for (; i < end; i++) c = (c >>> 8) ^ t[(bytes[i]! ^ c) & 255]!;
  return c;
}

/** CRC-16 of `bytes[start..end)`, in [0, 65536). */
export function crc16(bytes: Uint8Array, start: number, end: number): number {
  return swap(updateCrc16(0, bytes, start, end));
}
