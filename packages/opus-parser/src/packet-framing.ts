import { badFraming } from './errors';
import { encodeOpusDemo } from './opus-demo';
import { LENGTH_PREFIXES, type LengthPrefix, type RecordFormat, recordFormat } from './record-formats';
import { RecordReader } from './record-reader';
import { encodeSelfDelimited } from './self-delimited';

/**
 * How packets stand one after another in bytes without a container.
 *
 * - `opus-demo`: length and final range before each packet (`.bit` files of libopus's `opus_demo`).
 * - `self-delimited`: RFC 6716 appendix B, packets of one stream each.
 * - `u16be`, `u16le`, `u32be`, `u32le`: the length of each packet before it, as an integer of 16 or 32 bits.
 * - `{ constant }`: all packets have this number of bytes, 1 or more (CBR without gaps).
 * - `undelimited`: packets of any size and nothing between them. It can be named, and is refused.
 */
export type PacketFraming =
  | 'opus-demo'
  | 'self-delimited'
  | LengthPrefix
  | { readonly constant: number }
  | 'undelimited';

/** One packet, and where it was. */
export interface FramedPacket {
  /**
   * The packet in ordinary framing; empty where the framing says that nothing was sent. A view of the bytes that were
   * pushed if it lay wholly in them, so don't overwrite these as long as it is in use; else, and always where it was
   * self-delimited, of a copy.
   */
  readonly packet: Uint8Array;
  /** First byte of the packet in the whole input, behind its length prefix. */
  readonly byteOffset: number;
  /** Bytes of the packet in the input; self-delimited packets are 1 or 2 bytes longer there than `packet` is. */
  readonly byteLength: number;
  /** `opus-demo` only: the state of the encoder's range coder after the packet, 32 bits, 0 if unknown. */
  readonly finalRange?: number;
}

export interface PacketFramingOptions {
  /** A packet over this is refused; the default is 1 MiB (without padding no packet of a stream is over 61,296 bytes). */
  readonly maxPacketBytes?: number;
}

/** Takes bytes in pieces of any size, gives packets. Holds at most one packet, in a buffer of at most twice its size. */
export interface PacketFramingReader {
  /**
   * Takes the next bytes of the input.
   *
   * Where the framing breaks, the packets before that place are still given: what is wrong is thrown by this call if
   * there are none, else by the next one. Nothing can be read after it, and every later call throws it again.
   *
   * @throws {OpusError} as `createPacketFraming` lists.
   * @throws {TypeError} if `bytes` is no Uint8Array, or after `finish`.
   */
  push(bytes: Uint8Array): FramedPacket[];
  /**
   * The input ends here.
   *
   * @returns No packets, for each is given as soon as its last byte is there.
   * @throws {OpusError} if it ends within a packet, and what `push` still had to throw.
   * @throws {TypeError} if called before.
   */
  finish(): FramedPacket[];
}

/**
 * A push parser for packets that stand one after another. The packets are not looked into, except for their frame
 * lengths where they are self-delimited: see `parsePacket`.
 *
 * @throws {OpusError} `OPUS_UNDELIMITED` for `undelimited`: nothing in such bytes tells where a packet ends. Of the
 *   reader: `OPUS_BAD_FRAMING` (for `opus-demo`: `OPUS_BAD_DEMO`) if the input ends within a packet or one is over
 *   `maxPacketBytes`; for `self-delimited` `OPUS_BAD_PACKET` with rule R5. `byteOffset` counts from the first byte.
 * @throws {TypeError} for a framing that is not known.
 * @throws {RangeError} if a size is no integer of 1 or more, or a constant one over `maxPacketBytes`.
 * @see RFC 6716 §3, appendix B
 */
export function createPacketFraming(framing: PacketFraming, options: PacketFramingOptions = {}): PacketFramingReader {
  const { maxPacketBytes = 1_048_576 } = options;
  checkSize('maxPacketBytes', maxPacketBytes);
  return new RecordReader(formatOf(framing, maxPacketBytes), maxPacketBytes);
}

/**
 * All packets of an input that is in memory; the inverse of `encodePacketFraming`.
 *
 * @throws As `createPacketFraming` and its reader: a place where the framing breaks makes it give nothing. To get what
 *   stands before it, push the bytes.
 */
export function parsePacketFraming(
  bytes: Uint8Array,
  framing: PacketFraming,
  options: PacketFramingOptions = {},
): FramedPacket[] {
  const reader = createPacketFraming(framing, options);
  const packets = reader.push(bytes);
  reader.finish();
  return packets;
}

/**
 * Packets one after another in a framing. In `opus-demo` the final ranges are 0, which says that they are unknown:
 * `encodeOpusDemo` takes them.
 *
 * @param packets  In ordinary framing. Any bytes, but for `self-delimited`.
 * @throws {OpusError} `OPUS_UNDELIMITED` for `undelimited`: nobody could read it. For `self-delimited` as `parsePacket`.
 * @throws {TypeError} for a framing that is not known.
 * @throws {RangeError} if a packet is longer than its length prefix can say, or not of the constant size.
 * @see RFC 6716 appendix B
 */
export function encodePacketFraming(packets: readonly Uint8Array[], framing: PacketFraming): Uint8Array {
  if (framing === 'opus-demo') return encodeOpusDemo(packets.map((packet) => ({ packet, finalRange: 0 })));
  if (framing === 'self-delimited') return join(packets.map(encodeSelfDelimited), 0);
  formatOf(framing, Number.MAX_SAFE_INTEGER);
  if (typeof framing === 'object') {
    const other = packets.findIndex((packet) => packet.length !== framing.constant);
    if (other < 0) return join(packets, 0);
    throw new RangeError(`packet ${other} has ${packets[other]!.length} bytes, not ${framing.constant}`);
  }
  const { prefixBytes, writePrefix } = LENGTH_PREFIXES[framing as LengthPrefix];
  const bytes = join(packets, prefixBytes);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { length } of packets) {
    if (length >= 2 ** (8 * prefixBytes))
      throw new RangeError(`${length} bytes are too many for a length of ${framing}`);
    writePrefix(view, at, length);
    at += prefixBytes + length;
  }
  return bytes;
}

/** The packets with so many bytes left free before each. */
function join(packets: readonly Uint8Array[], prefixBytes: number): Uint8Array {
  const bytes = new Uint8Array(packets.reduce((total, { length }) => total + prefixBytes + length, 0));
  let at = 0;
  for (const packet of packets) {
    bytes.set(packet, at + prefixBytes);
    at += prefixBytes + packet.length;
  }
  return bytes;
}

function formatOf(framing: PacketFraming, maxPacketBytes: number): RecordFormat {
  if (framing === 'undelimited') {
    badFraming(
      'OPUS_UNDELIMITED',
      'framing',
      0,
      'Opus packets of variable size that follow each other without their lengths can not be told apart: nothing in a ' +
        'packet says where its last frame ends, so any byte could be the first of the next (RFC 6716 §3). Take the ' +
        'lengths from where the packets came from (RTP, a container, a log), and write the packets self-delimited, ' +
        'with length prefixes or into Ogg. If all have one size, say so: { constant: bytes }',
    );
  }
  if (typeof framing === 'object' && framing !== null) {
    checkSize('the constant packet size', framing.constant);
    if (framing.constant > maxPacketBytes) {
      throw new RangeError(`packets of ${framing.constant} bytes are over maxPacketBytes, ${maxPacketBytes}`);
    }
  }
  const format = recordFormat(framing);
  if (!format) throw new TypeError(`no such framing: ${JSON.stringify(framing)}`);
  return format;
}

function checkSize(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} is ${value}, no integer of 1 or more`);
}
