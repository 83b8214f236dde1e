import { parsePacket } from '@zarr-audio/opus-parser';
import { expect } from 'vitest';

/** A packet of one frame with so many bytes of padding behind it (RFC 6716 §3.2.5), framed by code 3. */
export function padded(packet: Uint8Array, padding: number): Uint8Array {
  const { frames } = parsePacket(packet);
  expect(frames).toHaveLength(1);
  const lengths = [...Array(Math.floor(padding / 254)).fill(255), padding % 254];
  const bytes = new Uint8Array(2 + lengths.length + frames[0]!.byteLength + padding);
  bytes.set([packet[0]! | 3, 0x40 | 1, ...lengths]);
  bytes.set(packet.subarray(frames[0]!.byteOffset), 2 + lengths.length);
  return bytes;
}

/** As `byte_len` bytes of a blob: the next page's header stands where a page is full. */
export function spanned(packet: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [packet.subarray(0, 65_025)];
  for (let at = 65_025; at < packet.length; at += 65_025) {
    const rest = packet.subarray(at, at + 65_025);
    const isFull = rest.length === 65_025;
    const header = Buffer.alloc(27 + (isFull ? 255 : Math.floor(rest.length / 255) + 1), 255);
    header.write('OggS', 0, 'latin1');
    header.fill(0, 4, 27);
    header[5] = 1;
    header.writeUInt32LE(6 + parts.length, 18);
    header[26] = header.length - 27;
    if (!isFull) header[header.length - 1] = rest.length % 255;
    const page = Buffer.concat([header, rest]);
    page.writeUInt32LE(oggCrc(page), 22);
    parts.push(page);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** CRC-32 of polynomial 0x04c11db7, not reflected, from 0 (RFC 3533 §6). */
export function oggCrc(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  }
  return crc >>> 0;
}
