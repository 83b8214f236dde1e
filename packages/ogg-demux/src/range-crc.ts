import { CRC_AT, headCrc, POLYNOMIAL, swapBytes, TABLES } from './crc';
import { MAX_PAGE_BYTES } from './page';

/** Positions that are remembered: two pages of the greatest size, as a power of two. */
const RING = 1 << 17;
const MASK = RING - 1;

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
  readonly #prefix = new Int32Array(RING);
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
    this.#prefix[position & MASK] = 0;
  }

  /** Sums up to `position`, from `bytes`, of which the first has the offset `byteOffset`. */
  extend(bytes: Uint8Array, byteOffset: number, position: number): void {
    const prefix = this.#prefix;
    let crc = prefix[this.#top & MASK]!;
    let ring = this.#top & MASK;
    const end = position - byteOffset;
    for (let i = this.#top - byteOffset; i < end; i++) {
      crc = (crc >>> 8) ^ TABLES[(bytes[i]! ^ crc) & 255]!;
      ring = (ring + 1) & MASK;
      prefix[ring] = crc;
    }
    if (position > this.#top) this.#top = position;
  }

  /** As `pageCrc`, for a page of `byteLength` bytes that starts at `position` (covered) = `bytes[at]`. */
  pageCrc(bytes: Uint8Array, at: number, position: number, byteLength: number): number {
    const prefix = this.#prefix;
    const head = headCrc(bytes, at);
    const behind = CRC_AT + 4;
    const difference = prefix[(position + behind) & MASK]! ^ head;
    const shifted = multiply(swapBytes(difference), this.#powers[byteLength - behind]!);
    return (swapBytes(prefix[(position + byteLength) & MASK]!) ^ shifted) >>> 0;
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
