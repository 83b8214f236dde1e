import type { DamageLog } from './damage';

/**
 * A box in memory: its payload, read at offsets from its beginning.
 *
 * ```
 * 0  size: 32 bits, header included       0: to the end of what it is in; 1: 64 bits follow the type
 * 4  type: four characters
 * 8  [size: 64 bits]
 * ```
 *
 * @see ISO/IEC 14496-12 §4.2
 */
export class Box {
  readonly type: string;
  /** Of its first payload byte, in the input. */
  readonly byteOffset: number;
  readonly payload: Uint8Array;
  readonly log: DamageLog;
  readonly #view: DataView;

  constructor(type: string, payload: Uint8Array, byteOffset: number, log: DamageLog) {
    this.type = type;
    this.payload = payload;
    this.byteOffset = byteOffset;
    this.log = log;
    this.#view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  }

  get byteLength(): number {
    return this.payload.length;
  }

  u8(at: number): number {
    return this.#view.getUint8(at);
  }

  u16(at: number): number {
    return this.#view.getUint16(at);
  }

  u32(at: number): number {
    return this.#view.getUint32(at);
  }

  i32(at: number): number {
    return this.#view.getInt32(at);
  }

  f64(at: number): number {
    return this.#view.getFloat64(at);
  }

  u64(at: number): bigint {
    return this.#view.getBigUint64(at);
  }

  i64(at: number): bigint {
    return this.#view.getBigInt64(at);
  }

  /** 64 bits as a number, which past 2^53 is Infinity. */
  offset64(at: number): number {
    const value = this.#view.getBigUint64(at);
    return value <= MAX_SAFE ? Number(value) : Number.POSITIVE_INFINITY;
  }

  /** Version of a full box. */
  get version(): number {
    return this.u8(0);
  }

  /** Flags of a full box. */
  get flags(): number {
    return this.u32(0) & 0xffffff;
  }

  type4(at: number): string {
    return fourCharacters(this.payload, at);
  }

  /** Are there this many bytes of payload? If not, that is damage. */
  holds(byteLength: number): boolean {
    if (this.payload.length >= byteLength) return true;
    const what = `box '${this.type}' has ${this.payload.length} bytes of at least ${byteLength}`;
    this.log.add('MP4_BAD_BOX', this.byteOffset, what);
    return false;
  }

  /** How many of `count` rows of `rowBytes` from `at` on there are; if not all, that is damage. */
  rows(count: number, rowBytes: number, at: number): number {
    const room = Math.max(0, Math.floor((this.payload.length - at) / rowBytes));
    if (count <= room) return count;
    this.log.add('MP4_BAD_BOX', this.byteOffset, `box '${this.type}' has room for ${room} of ${count} rows`);
    return room;
  }

  /** The same box, whose damage belongs to a track. */
  withLog(log: DamageLog): Box {
    return new Box(this.type, this.payload, this.byteOffset, log);
  }

  /** The boxes in this one, from offset `from` on. Up to 7 bytes behind the last are padding, as in QuickTime's user data. */
  *children(from = 0): Generator<Box> {
    const { payload, log } = this;
    for (let at = from; payload.length - at >= 8; ) {
      const header = readBoxHeader(payload, at);
      const left = payload.length - at;
      const size = header?.size === 0 ? left : header?.size;
      if (!header || size === undefined || size < header.headerBytes) {
        log.add('MP4_BAD_BOX', this.byteOffset + at, `a box in '${this.type}' is shorter than its header`);
        return;
      }
      if (size > left) {
        const what = `box '${header.type}' of ${size} bytes, where '${this.type}' has ${left} left`;
        log.add('MP4_BOX_OVER_PARENT', this.byteOffset + at, what);
      }
      const end = at + Math.min(size, left);
      const start = at + header.headerBytes;
      yield new Box(header.type, payload.subarray(start, end), this.byteOffset + start, log);
      at = end;
    }
  }
}

export interface BoxHeader {
  readonly type: string;
  /** With the header; 0: to the end of what it is in; at most 2^53 - 1. */
  readonly size: number;
  /** 8 or 16. */
  readonly headerBytes: number;
}

/** The header at `at`, or undefined if it is cut. */
export function readBoxHeader(bytes: Uint8Array, at: number): BoxHeader | undefined {
  if (bytes.length - at < 8) return undefined;
  const size = readU32(bytes, at);
  const type = fourCharacters(bytes, at + 4);
  if (size !== 1) return { type, size, headerBytes: 8 };
  if (bytes.length - at < 16) return undefined;
  const large = readU32(bytes, at + 8) * 2 ** 32 + readU32(bytes, at + 12);
  // Only a 32-bit size of 0 means 'to the end'; this one is too small, as 1 is.
  return { type, size: Math.max(1, Math.min(large, Number.MAX_SAFE_INTEGER)), headerBytes: 16 };
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

function readU32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function fourCharacters(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!);
}
