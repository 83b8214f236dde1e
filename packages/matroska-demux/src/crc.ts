/** CRC-32 as EBML has it: IEEE 802.3, reflected, stored in little endian (RFC 8794 §11.3.1). */

const SLICES = 16;

/** `TABLES[256 * k + b]`: what byte b does to the register, with k bytes of zeros behind it. */
const TABLES = /* @__PURE__ */ makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte++) {
    let register = byte;
    for (let bit = 0; bit < 8; bit++) register = register & 1 ? (register >>> 1) ^ 0xedb88320 : register >>> 1;
    tables[byte] = register;
  }
  for (let i = 256; i < tables.length; i++) {
    const before = tables[i - 256]!;
    tables[i] = (before >>> 8) ^ tables[before & 0xff]!;
  }
  return tables;
}

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Register before the first byte. */
export const CRC_START = -1;

/** The register after `bytes[start..end)`: little-endian words, sixteen bytes a step, which is what the tables are for. */
export function updateCrc(register: number, bytes: Uint8Array, start: number, end: number): number {
  const t = TABLES;
  let crc = register;
  let at = start;
  if (LITTLE_ENDIAN && end - start >= 2 * SLICES) {
    for (; ((bytes.byteOffset + at) & 3) !== 0; at++) crc = (crc >>> 8) ^ t[(crc ^ bytes[at]!) & 255]!;
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, ((end - at) >>> 4) << 2);
    for (let k = 0; k < words.length; k += 4) {
      const w = words[k]! ^ crc;
      const x = words[k + 1]!;
      const y = words[k + 2]!;
      const z = words[k + 3]!;
      crc =
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
    at += words.length * 4;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ t[(crc ^ bytes[at]!) & 255]!;
  return crc;
}

/** The checksum that a register stands for, unsigned. */
export function crcOf(register: number): number {
  return ~register >>> 0;
}
