import { OpusError } from './errors';

/** A record of a `.bit` file: what `opus_demo` writes and the test vectors of RFC 6716 and RFC 8251 are in. */
export interface OpusDemoPacket {
  /** Empty for a packet that was lost. */
  readonly packet: Uint8Array;
  /** The range coder's state after the last frame, as the encoder had it: 32 bits, unsigned. */
  readonly finalRange: number;
}

/** Packet length and final range, 32 bits each, most significant byte first. */
const RECORD_HEADER_BYTES = 8;

/**
 * The packets of a `.bit` file.
 *
 * @param bytes  The whole file.
 * @returns Views of `bytes`, in order.
 * @throws {OpusError} `OPUS_BAD_DEMO` if a record is cut.
 */
export function parseOpusDemo(bytes: Uint8Array): OpusDemoPacket[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: OpusDemoPacket[] = [];
  let at = 0;
  while (at < bytes.length) {
    const rest = bytes.length - at - RECORD_HEADER_BYTES;
    if (rest < 0) throw cut('header', at, `${RECORD_HEADER_BYTES} bytes`, bytes.length - at);
    const byteLength = view.getUint32(at);
    if (byteLength > rest) throw cut('packet', at, `a packet of ${byteLength} bytes`, rest);
    const start = at + RECORD_HEADER_BYTES;
    records.push({ packet: bytes.subarray(start, start + byteLength), finalRange: view.getUint32(at + 4) });
    at = start + byteLength;
  }
  return records;
}

/**
 * Packets as a `.bit` file.
 *
 * @throws {RangeError} if a `finalRange` is not of 32 bits.
 */
export function encodeOpusDemo(records: readonly OpusDemoPacket[]): Uint8Array {
  const bytes = new Uint8Array(records.reduce((total, { packet }) => total + RECORD_HEADER_BYTES + packet.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { packet, finalRange } of records) {
    if (finalRange >>> 0 !== finalRange) throw new RangeError(`final range ${finalRange} is not of 32 bits`);
    view.setUint32(at, packet.length);
    view.setUint32(at + 4, finalRange);
    bytes.set(packet, at + RECORD_HEADER_BYTES);
    at += RECORD_HEADER_BYTES + packet.length;
  }
  return bytes;
}

function cut(field: string, byteOffset: number, expected: string, rest: number): OpusError {
  const message = `opus_demo: the record at byte ${byteOffset} needs ${expected}, ${rest} are left`;
  return new OpusError('OPUS_BAD_DEMO', message, { field, byteOffset });
}
