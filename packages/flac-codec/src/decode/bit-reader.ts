import { damagedFrame } from '../errors';

/** Zero bytes behind what is read: a word may be loaded from any place up to the end. */
const PADDING = 16;
/** Positions are 31-bit numbers of bits. */
const MAX_BYTES = 2 ** 27;

/**
 * Bits of one frame, most significant first.
 *
 * The bytes are copied, so that zeros follow them: whatever a hostile frame announces, a load of 32 bits within them is
 * within memory, a run of zeros that passes the end is noticed, and no loop has to look for the end at every bit.
 */
export class BitReader {
  bytes = new Uint8Array(0);
  view = new DataView(this.bytes.buffer);
  /** In bits; never read from without a check against `end`. */
  position = 0;
  /** In bits. */
  end = 0;

  /** Begins at bit 0 of `source[start..end)`. */
  load(source: Uint8Array, start: number, end: number): void {
    const byteLength = end - start;
    if (byteLength > MAX_BYTES) throw damagedFrame('length', `${byteLength} bytes are no frame`, 0);
    if (this.bytes.length < byteLength + PADDING) {
      this.bytes = new Uint8Array(Math.max(2 * this.bytes.length, byteLength + PADDING));
      this.view = new DataView(this.bytes.buffer);
    }
    const isWhole = start === 0 && end === source.length;
    this.bytes.set(isWhole ? source : source.subarray(start, end));
    this.bytes.fill(0, byteLength, byteLength + PADDING);
    this.position = 0;
    this.end = 8 * byteLength;
  }

  /** @throws {FlacError} `FLAC_FRAME_DAMAGED` (`truncated`) if fewer than `bits` are left. */
  need(bits: number): void {
    if (this.position + bits > this.end) {
      throw damagedFrame('truncated', 'the frame ends too early', this.end >>> 3);
    }
  }

  /** An unsigned number of 0 to 25 bits. */
  read(bits: number): number {
    this.need(bits);
    const word = this.view.getInt32(this.position >>> 3) << (this.position & 7);
    this.position += bits;
    return (word >>> 1) >>> (31 - bits);
  }

  /** A number of 0 to 33 bits in two's complement. */
  readSigned(bits: number): number {
    if (bits <= 25) {
      const shift = 32 - bits;
      return bits === 0 ? 0 : (this.read(bits) << shift) >> shift;
    }
    const high = this.readSigned(bits - 16);
    return high * 65_536 + this.read(16);
  }

  /** An unsigned number of 0 to 31 bits. */
  readLong(bits: number): number {
    return bits <= 25 ? this.read(bits) : this.read(bits - 16) * 65_536 + this.read(16);
  }

  /** Zero bits up to the next one, which is passed over. */
  readUnary(): number {
    let zeros = 0;
    for (;;) {
      this.need(1);
      const shift = this.position & 7;
      const word = this.view.getInt32(this.position >>> 3) << shift;
      if (word !== 0) {
        const more = Math.clz32(word);
        this.position += more + 1;
        this.need(0);
        return zeros + more;
      }
      zeros += 32 - shift;
      this.position += 32 - shift;
    }
  }

  fail(reason: string, message: string): never {
    throw damagedFrame(reason, message, this.position >>> 3);
  }
}
