import { readFileSync } from 'node:fs';

const fixtures = new URL('../../../fixtures/', import.meta.url);

export function readFixture(path: string): Uint8Array {
  const file = readFileSync(new URL(path, fixtures));
  return new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
}

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, fixtures), 'utf8')) as T;
}

/** `hex`, or `hex*n`: the last byte n times more. */
export function unhex(text: string): Uint8Array {
  const [hex, repeats = '0'] = text.split('*');
  const bytes = Uint8Array.from(hex!.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  const packet = new Uint8Array(bytes.length + Number(repeats)).fill(bytes[bytes.length - 1] ?? 0);
  packet.set(bytes);
  return packet;
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The packets of an Ogg file in the order of their ends: a plain walk over pages, without CRC. RFC 3533 §6 */
export function oggPackets(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const open = new Map<number, Uint8Array[]>();
  const packets: Uint8Array[] = [];
  let at = 0;
  while (at + 27 <= file.length) {
    if (view.getUint32(at) !== 0x4f676753) {
      at++;
      continue;
    }
    const serial = view.getUint32(at + 14);
    const segments = file.subarray(at + 27, at + 27 + file[at + 26]!);
    let body = at + 27 + segments.length;
    if (body + segments.reduce((total, length) => total + length, 0) > file.length) break;
    for (const length of segments) {
      const parts = open.get(serial) ?? [];
      open.set(serial, parts);
      parts.push(file.subarray(body, body + length));
      body += length;
      if (length === 255) continue;
      packets.push(parts.length === 1 ? parts[0]! : new Uint8Array(Buffer.concat(parts)));
      open.delete(serial);
    }
    at = body;
  }
  return packets;
}

export function count(values: readonly (number | string)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
