/**
 * The checksum of a frame header: polynomial 0x07, initial value 0, most significant bit first, over the header without
 * the checksum itself. Over a header *with* its checksum it is 0.
 *
 * @see RFC 9639 §9.1.8
 */
const TABLE = makeTable();

function makeTable(): Uint8Array {
  const table = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? (crc << 1) ^ 0x07 : crc << 1;
    table[byte] = crc;
  }
  return table;
}

/** CRC-8 of `bytes[start..end)`, in [0, 256). */
export function crc8(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0;
  for (let i = start; i < end; i++) crc = TABLE[crc ^ bytes[i]!]!;
  return crc;
}
