import { CRC_AT, headCrc, POLYNOMIAL, swapBytes, TABLES } from './crc';
import { MAX_PAGE_BYTES } from './page';

/** Positions that are remembered: two pages of the greatest size, as a power of two. */
const MAX_RING = 1 << 17;

/** To begin with, for the sake of small inputs. A power of two as well. */
const FIRST_RING = 1 << 10;

/**
 * Page checksums after damage, at a bounded cost per input byte.
 *
 * Behind every `OggS` may stand a page of up to 65,307 bytes. To sum each of them up anew would let a hostile file of
 * 50 MB ask for 100 GB of CRC. So the CRC of all bytes since some base is kept for every position, and that of a range
 * follows from linearity: with P(i) the CRC of [base, i), crc[a, b) = P(b) + P(a) * x^(8 (b - a)) over GF(2) modulo the
 * polynomial. Each byte is summed up once, and a candidate costs one multiplication, however long it is.
 *
 * Positions are offsets in the input.
 */
export class RangeCrc {
  #prefix = new Int32Array(FIRST_RING);
  readonly #powers = (powers ??= makePowers());
  #base = 0;
  #top = 0;

  /** Is `position` one that the sums reach beyond? */
  covers(position: number): boolean {
    return position >= this.#base && position < this.#top;
  }

  /** Begins at `position`. */
  restart(position: number): void {
    this.#base = position;
    this.#top = position;
    this.#prefix[position & (this.#prefix.length - 1)] = 0;
  }

  /** Sums up to `position`, from `bytes`, of which the first has the offset `byteOffset`. */
  extend(bytes: Uint8Array, byteOffset: number, position: number): void {
    if (position - this.#base >= this.#prefix.length) this.#grow(position);
    const prefix = this.#prefix;
    const mask = prefix.length - 1;
    let ring = this.#top & mask;
    let crc = prefix[ring]!;
    const end = position - byteOffset;
    for (let i = this.#top - byteOffset; i < end; i++) {
      crc = (crc >>> 8) ^ TABLES[(bytes[i]! ^ crc) & 255]!;
      ring = (ring + 1) & mask;
      prefix[ring] = crc;
    }
    if (position > this.#top) this.#top = position;
  }

  /** As `pageCrc`, for a page of `byteLength` bytes that starts at `position` (covered) = `bytes[at]`. */
  pageCrc(bytes: Uint8Array, at: number, position: number, byteLength: number): number {
    const prefix = this.#prefix;
    const mask = prefix.length - 1;
    const head = headCrc(bytes, at);
    const behind = CRC_AT + 4;
    const difference = prefix[(position + behind) & mask]! ^ head;
    const shifted = multiply(swapBytes(difference), this.#powers[byteLength - behind]!);
    return (swapBytes(prefix[(position + byteLength) & mask]!) ^ shifted) >>> 0;
  }

  /** Makes the ring greater, so that it reaches from the base to `position`; or as great as it gets. */
  #grow(position: number): void {
    const old = this.#prefix;
    let length = old.length;
    while (length <= position - this.#base && length < MAX_RING) length *= 2;
    if (length === old.length) return;
    this.#prefix = new Int32Array(length);
    for (let i = this.#base; i <= this.#top; i++) this.#prefix[i & (length - 1)] = old[i & (old.length - 1)]!;
  }
}

/** Of all demuxers, made for the first that meets damage. */
let powers: Int32Array | undefined;

/** x^(8 n) modulo the polynomial, for each n that a page may have. */
function makePowers(): Int32Array {
  const powers = new Int32Array(MAX_PAGE_BYTES);
  let power = swapBytes(1);
  for (let n = 0; n < powers.length; n++) {
    powers[n] = swapBytes(power);
    power = (power >>> 8) ^ TABLES[power & 255]!;
  }
  return powers;
}

/** Product of two polynomials over GF(2) modulo that of the CRC. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 31; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 31) & POLYNOMIAL);
    product ^= a & -((b >>> bit) & 1);
  }
  return product;
}
