const MAGIC_BYTES = 8;

/** Does the packet begin with these eight ASCII characters? */
export function hasMagic(packet: Uint8Array, magic: string): boolean {
  if (packet.length < MAGIC_BYTES) return false;
  for (let i = 0; i < MAGIC_BYTES; i++) if (packet[i] !== magic.charCodeAt(i)) return false;
  return true;
}

export function writeMagic(magic: string, out: Uint8Array): void {
  for (let i = 0; i < MAGIC_BYTES; i++) out[i] = magic.charCodeAt(i);
}
