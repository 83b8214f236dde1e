import type { MatroskaDamageCode, ReportDamage } from './damage';
import { ID } from './ids';
import { type ElementHeader, readHeader, UNKNOWN_SIZE } from './vint';

/** One element that lies whole in memory: its fields and children. */
export class Element {
  readonly id: number;
  /** The payload. */
  readonly bytes: Uint8Array;
  /** Of the payload, in the input. */
  readonly byteOffset: number;
  readonly #report: ReportDamage;

  constructor(id: number, bytes: Uint8Array, byteOffset: number, report: ReportDamage) {
    this.id = id;
    this.bytes = bytes;
    this.byteOffset = byteOffset;
    this.#report = report;
  }

  damage(code: MatroskaDamageCode, what: string, details?: Parameters<ReportDamage>[4]): void {
    this.#report(code, what, this.byteOffset, this.bytes.length, details);
  }

  /** Its children but Void and CRC-32. What follows one that doesn't fit is reported and left out. */
  *children(): Generator<Element> {
    const { bytes } = this;
    const header: ElementHeader = { id: 0, size: 0, length: 0 };
    for (let at = 0; at < bytes.length; ) {
      const state = readHeader(bytes, at, bytes.length, header);
      const start = at + header.length;
      const lost = (code: MatroskaDamageCode, what: string) =>
        this.#report(code, what, this.byteOffset + at, bytes.length - at);
      if (state === 'malformed') return lost('MATROSKA_GARBAGE', 'bytes that are no element');
      if (state === 'cut') return lost('MATROSKA_SIZE_OVER_PARENT', 'the header of an element is cut by its parent');
      const { id, size } = header;
      if (size === UNKNOWN_SIZE) return lost('MATROSKA_BAD_SIZE', `element ${hex(id)} has an unknown size`);
      if (size > bytes.length - start) {
        return lost('MATROSKA_SIZE_OVER_PARENT', `element ${hex(id)} of ${size} bytes goes on behind its parent`);
      }
      at = start + size;
      if (id === ID.VOID || id === ID.CRC_32) continue;
      yield new Element(id, bytes.subarray(start, at), this.byteOffset + start, this.#report);
    }
  }

  /** An unsigned integer (RFC 8794 §7.2) of at most 64 bits; undefined, and reported, if it is longer. */
  bigUint(): bigint | undefined {
    if (this.bytes.length > 8) {
      this.damage('MATROSKA_BAD_VALUE', `the integer ${hex(this.id)} has ${this.bytes.length} bytes`);
      return undefined;
    }
    let value = 0n;
    for (const byte of this.bytes) value = (value << 8n) | BigInt(byte);
    return value;
  }

  /** An unsigned integer up to 2^53 - 1; undefined, and reported, if it is larger. */
  uint(): number | undefined {
    const value = this.bigUint();
    if (value === undefined) return undefined;
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
    this.damage('MATROSKA_BAD_VALUE', `${hex(this.id)} is ${value}, over 2^53 - 1`);
    return undefined;
  }

  /** A signed integer (RFC 8794 §7.1) within ±(2^53 - 1); undefined, and reported, if it isn't. */
  int(): number | undefined {
    const value = this.bigUint();
    if (value === undefined) return undefined;
    const signed = Number(BigInt.asIntN(8 * this.bytes.length, value));
    if (Number.isSafeInteger(signed)) return signed;
    this.damage('MATROSKA_BAD_VALUE', `${hex(this.id)} is ${signed}, over 2^53 - 1`);
    return undefined;
  }

  /** A float of 0, 4 or 8 bytes (RFC 8794 §7.3) that is finite and not negative; undefined, and reported, otherwise. */
  float(): number | undefined {
    const { bytes } = this;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const { length } = bytes;
    const value = length === 8 ? view.getFloat64(0) : length === 4 ? view.getFloat32(0) : length === 0 ? 0 : Number.NaN;
    if (value >= 0 && value < Number.POSITIVE_INFINITY) return value;
    this.damage('MATROSKA_BAD_VALUE', `${hex(this.id)} is no positive number`);
    return undefined;
  }

  /** A string (RFC 8794 §7.4, §7.5), without what follows a null character. */
  text(): string {
    const end = this.bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? this.bytes : this.bytes.subarray(0, end));
  }
}

export function hex(id: number): string {
  return `0x${id.toString(16).toUpperCase()}`;
}
