/**
 * The checksum of an Ogg page: CRC-32 with polynomial 0x04c11db7, most significant bit first, initial value 0, no final
 * XOR, over the whole page with the checksum field taken as zero.
 *
 * @see RFC 3533 §6, field 7
 */

const POLYNOMIAL = 0x04c11db7;
const SLICES = 16;

/**
 * `TABLES[256 * k + b]`: what byte `b` followed by `k` zero bytes adds to the CRC. Sixteen of them take 16 bytes a step
 * ("slicing"); Int32Array keeps every value a small integer for the engine.
 */
const TABLES = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
    tables[byte] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    const previous = tables[i - 256]!;
    tables[i] = (previous << 8) ^ tables[previous >>> 24]!;
  }
  return tables;
}

/** The checksum of the page `bytes`, whose checksum field holds zeros. @returns in [0, 2^32). */
export function pageCrc(bytes: Uint8Array): number {
  const t = TABLES;
  let c = 0;
  let i = 0;
  for (const last = bytes.length - SLICES; i <= last; i += SLICES) {
    c =
      t[3840 + (bytes[i]! ^ (c >>> 24))]! ^
      t[3584 + (bytes[i + 1]! ^ ((c >>> 16) & 255))]! ^
      t[3328 + (bytes[i + 2]! ^ ((c >>> 8) & 255))]! ^
      t[3072 + (bytes[i + 3]! ^ (c & 255))]! ^
      t[2816 + bytes[i + 4]!]! ^
      t[2560 + bytes[i + 5]!]! ^
      t[2304 + bytes[i + 6]!]! ^
      t[2048 + bytes[i + 7]!]! ^
      t[1792 + bytes[i + 8]!]! ^
      t[1536 + bytes[i + 9]!]! ^
      t[1280 + bytes[i + 10]!]! ^
      t[1024 + bytes[i + 11]!]! ^
      t[768 + bytes[i + 12]!]! ^
      t[512 + bytes[i + 13]!]! ^
      t[256 + bytes[i + 14]!]! ^
      t[bytes[i + 15]!]!;
  }
  for (; i < bytes.length; i++) c = (c << 8) ^ t[bytes[i]! ^ (c >>> 24)]!;
  return c >>> 0;
}
