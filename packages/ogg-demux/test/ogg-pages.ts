/** Ogg pages for tests, written after RFC 3533 §6 alone: slow, and independent of what is tested. */

export interface TestPage {
  readonly serial?: number;
  readonly sequence: number;
  readonly granule?: bigint;
  /** 1 continued, 2 BOS, 4 EOS. */
  readonly flags?: number;
  readonly version?: number;
  readonly lacing: readonly number[];
  readonly body: Uint8Array;
}

/** Bit by bit. */
export function slowCrc(bytes: Uint8Array): number {
  let crc = 0n;
  for (const byte of bytes) {
    crc ^= BigInt(byte) << 24n;
    for (let bit = 0; bit < 8; bit++) {
      crc = crc & 0x80000000n ? ((crc << 1n) ^ 0x104c11db7n) & 0xffffffffn : crc << 1n;
    }
  }
  return Number(crc);
}

const BY_BYTE = Array.from({ length: 256 }, (_, byte) => slowCrc(Uint8Array.of(byte)));

/** Byte by byte, for pages that are not small. */
export function crcOf(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = (crc << 8) ^ BY_BYTE[(crc >>> 24) ^ byte]!;
  return crc >>> 0;
}

export function encodePage(page: TestPage): Uint8Array {
  const { serial = 1, sequence, granule = 0n, flags = 0, version = 0, lacing, body } = page;
  const bytes = new Uint8Array(27 + lacing.length + body.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x4f, 0x67, 0x67, 0x53, version, flags]);
  view.setBigInt64(6, granule, true);
  view.setUint32(14, serial, true);
  view.setUint32(18, sequence, true);
  bytes[26] = lacing.length;
  bytes.set(lacing, 27);
  bytes.set(body, 27 + lacing.length);
  view.setUint32(22, crcOf(bytes), true);
  return bytes;
}

/** A page of whole packets. */
export function pageOf(packets: readonly Uint8Array[], page: Omit<TestPage, 'lacing' | 'body'>): Uint8Array {
  return encodePage({ ...page, lacing: packets.flatMap((packet) => lacingOf(packet.length)), body: concat(packets) });
}

export function lacingOf(byteLength: number): number[] {
  return [...new Array<number>(Math.floor(byteLength / 255)).fill(255), byteLength % 255];
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** `byteLength` bytes that depend on `seed`; never `O`, so that no `OggS` comes up. */
export function filled(byteLength: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length: byteLength }, (_, i) => (i * 7 + seed * 31) & 0x3f);
}

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A stream of `count` pages: a BOS page, then one packet of 100 bytes a page, the last with EOS. */
export function simpleStream(count: number, serial = 1): Uint8Array[] {
  return Array.from({ length: count }, (_, i) =>
    pageOf([i === 0 ? text('testhead') : filled(100, i)], {
      serial,
      sequence: i,
      granule: BigInt(i * 960),
      flags: (i === 0 ? 2 : 0) | (i === count - 1 ? 4 : 0),
    }),
  );
}

/** The lacing of all packets over pages that take at most `segments[i % n]` values each, cut anywhere. */
export function streamOf(packets: readonly Uint8Array[], segments: readonly number[], serial = 1): Uint8Array[] {
  const lacing = packets.flatMap((packet) => lacingOf(packet.length));
  const body = concat(packets);
  const pages: Uint8Array[] = [];
  let at = 0;
  let bodyAt = 0;
  let continued = false;
  for (let sequence = 0; at < lacing.length; sequence++) {
    const part = lacing.slice(at, at + segments[sequence % segments.length]!);
    const byteLength = part.reduce((sum, value) => sum + value, 0);
    at += part.length;
    const flags = (continued ? 1 : 0) | (sequence === 0 ? 2 : 0) | (at === lacing.length ? 4 : 0);
    const granule = part.some((value) => value < 255) ? BigInt(at) : -1n;
    pages.push(
      encodePage({ serial, sequence, granule, flags, lacing: part, body: body.subarray(bodyAt, bodyAt + byteLength) }),
    );
    bodyAt += byteLength;
    continued = part.length > 0 ? part[part.length - 1] === 255 : continued;
  }
  return pages;
}
