import type { OpusErrorCode } from './errors';
import { frameLengthBytes } from './frame-length';
import { createFraming, scanFraming } from './framing';
import type { FramedPacket } from './packet-framing';
import { selfDelimitedExtent } from './self-delimited-extent';

/** An integer before each packet: its length in bytes. */
export type LengthPrefix = 'u16be' | 'u16le' | 'u32be' | 'u32le';

/** How one record, a packet with what frames it, is found. */
export interface RecordFormat {
  /** Bytes before the packet itself. */
  readonly headerBytes: number;
  /** `packet` writes into the bytes, which therefore must not be the caller's. */
  readonly rewrites: boolean;
  /** What is thrown where a record is cut or too large. */
  readonly code: OpusErrorCode;
  /**
   * Bytes of the record that begins at `start`, of which those before `end` are known; `-n` if at least `n`, more than
   * are known, are needed to tell.
   *
   * @param byteOffset  Of `start` in the input, for errors.
   */
  extent(bytes: Uint8Array, start: number, end: number, byteOffset: number): number;
  /** The packet of the whole record `bytes[start, end)`. */
  packet(bytes: Uint8Array, start: number, end: number, byteOffset: number): FramedPacket;
}

interface Prefix {
  readonly prefixBytes: number;
  readPrefix(bytes: Uint8Array, at: number): number;
  writePrefix(view: DataView, at: number, length: number): void;
}

/**
 * ```
 * u16be  b1 b0         packet of 256 * b1 + b0 bytes       (a length of 16 bits)
 * u16le  b0 b1         packet
 * u32be  b3 b2 b1 b0   packet                              (a length of 32 bits)
 * u32le  b0 b1 b2 b3   packet
 * ```
 */
export const LENGTH_PREFIXES: Readonly<Record<LengthPrefix, Prefix>> = {
  u16be: {
    prefixBytes: 2,
    readPrefix: (bytes, at) => (bytes[at]! << 8) | bytes[at + 1]!,
    writePrefix: (view, at, length) => view.setUint16(at, length),
  },
  u16le: {
    prefixBytes: 2,
    readPrefix: (bytes, at) => (bytes[at + 1]! << 8) | bytes[at]!,
    writePrefix: (view, at, length) => view.setUint16(at, length, true),
  },
  u32be: {
    prefixBytes: 4,
    readPrefix: readUint32,
    writePrefix: (view, at, length) => view.setUint32(at, length),
  },
  u32le: {
    prefixBytes: 4,
    readPrefix: (bytes, at) =>
      ((bytes[at + 3]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 1]! << 8) | bytes[at]!) >>> 0,
    writePrefix: (view, at, length) => view.setUint32(at, length, true),
  },
};

function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function lengthPrefixed({ prefixBytes, readPrefix }: Prefix): RecordFormat {
  return {
    headerBytes: prefixBytes,
    rewrites: false,
    code: 'OPUS_BAD_FRAMING',
    extent: (bytes, start, end) => (end - start < prefixBytes ? -prefixBytes : prefixBytes + readPrefix(bytes, start)),
    packet: (bytes, start, end, byteOffset) => ({
      packet: bytes.subarray(start + prefixBytes, end),
      byteOffset: byteOffset + prefixBytes,
      byteLength: end - start - prefixBytes,
    }),
  };
}

const DEMO_HEADER_BYTES = 8;

/**
 * ```
 * 0  length of the packet       32 bits, most significant byte first; 0: the packet was lost
 * 4  final range                32 bits, most significant byte first
 * 8  packet
 * ```
 *
 * @see RFC 6716 §4.1 (the range coder), `opus_demo` of libopus
 */
const opusDemo: RecordFormat = {
  headerBytes: DEMO_HEADER_BYTES,
  rewrites: false,
  code: 'OPUS_BAD_DEMO',
  extent: (bytes, start, end) =>
    end - start < DEMO_HEADER_BYTES ? -DEMO_HEADER_BYTES : DEMO_HEADER_BYTES + readUint32(bytes, start),
  packet: (bytes, start, end, byteOffset) => ({
    packet: bytes.subarray(start + DEMO_HEADER_BYTES, end),
    byteOffset: byteOffset + DEMO_HEADER_BYTES,
    byteLength: end - start - DEMO_HEADER_BYTES,
    finalRange: readUint32(bytes, start + 4),
  }),
};

const framing = createFraming();

/**
 * The length of the last frame is taken out of the header by moving what stands before it, a few bytes, up to the frames:
 * that way nothing has to be made for each packet but its view.
 *
 * @see RFC 6716 appendix B
 */
const selfDelimited: RecordFormat = {
  headerBytes: 0,
  rewrites: true,
  code: 'OPUS_BAD_FRAMING',
  extent: selfDelimitedExtent,
  packet: (bytes, start, end, byteOffset) => {
    scanFraming(bytes, start, end, true, framing);
    const lengthBytes = frameLengthBytes(framing.frameLengths[framing.frameCount - 1]!);
    bytes.copyWithin(start + lengthBytes, start, framing.framesStart - lengthBytes);
    return { packet: bytes.subarray(start + lengthBytes, end), byteOffset, byteLength: end - start };
  },
};

function constantSize(packetBytes: number): RecordFormat {
  return {
    headerBytes: 0,
    rewrites: false,
    code: 'OPUS_BAD_FRAMING',
    extent: () => packetBytes,
    packet: (bytes, start, end, byteOffset) => ({
      packet: bytes.subarray(start, end),
      byteOffset,
      byteLength: packetBytes,
    }),
  };
}

/** The format of that name or size; undefined if there is none. */
export function recordFormat(framing: string | { readonly constant: number }): RecordFormat | undefined {
  if (typeof framing === 'object') return framing === null ? undefined : constantSize(framing.constant);
  if (framing === 'opus-demo') return opusDemo;
  if (framing === 'self-delimited') return selfDelimited;
  return Object.hasOwn(LENGTH_PREFIXES, framing) ? lengthPrefixed(LENGTH_PREFIXES[framing as LengthPrefix]) : undefined;
}
