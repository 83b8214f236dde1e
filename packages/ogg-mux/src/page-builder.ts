import { MAX_BODY_BYTES, MAX_SEGMENTS } from './page';

/** Lacing values that a packet takes: one for each 255 bytes, and one below 255 that ends it. */
export function lacingValues(byteLength: number): number {
  return Math.floor(byteLength / 255) + 1;
}

/**
 * Lacing values and body of one page, as packets come to it, and where in them each packet begins. Reused for the next page, so
 * that a packet costs no object.
 */
export class PageBuilder {
  readonly #lacing = new Uint8Array(MAX_SEGMENTS);
  readonly #body = new Uint8Array(MAX_BODY_BYTES);
  segments = 0;
  byteLength = 0;
  /** Packets that begin on the page. */
  count = 0;
  /** Where the lacing values of each begin, and its bytes; and its samples. */
  readonly firstSegments = new Uint8Array(MAX_SEGMENTS);
  readonly bodyOffsets = new Uint16Array(MAX_SEGMENTS);
  readonly samples = new Float64Array(MAX_SEGMENTS);

  get lacing(): Uint8Array {
    return this.#lacing.subarray(0, this.segments);
  }

  get body(): Uint8Array {
    return this.#body.subarray(0, this.byteLength);
  }

  /** A whole packet; the caller has checked that there is room. */
  add(packet: Uint8Array, samples: number): void {
    const i = this.count++;
    this.firstSegments[i] = this.segments;
    this.bodyOffsets[i] = this.byteLength;
    this.samples[i] = samples;
    this.append(packet);
  }

  /** The rest of a packet that began on an earlier page. */
  append(rest: Uint8Array): void {
    let left = rest.length;
    for (; left >= 255; left -= 255) this.#lacing[this.segments++] = 255;
    this.#lacing[this.segments++] = left;
    this.#body.set(rest, this.byteLength);
    this.byteLength += rest.length;
  }

  /** Drops all packets before number `keep`; what is left moves to the front. */
  dropBefore(keep: number): void {
    const firstSegment = this.firstSegments[keep]!;
    const bodyOffset = this.bodyOffsets[keep]!;
    this.#lacing.copyWithin(0, firstSegment, this.segments);
    this.#body.copyWithin(0, bodyOffset, this.byteLength);
    this.segments -= firstSegment;
    this.byteLength -= bodyOffset;
    this.count -= keep;
    for (let i = 0; i < this.count; i++) {
      this.firstSegments[i] = this.firstSegments[i + keep]! - firstSegment;
      this.bodyOffsets[i] = this.bodyOffsets[i + keep]! - bodyOffset;
      this.samples[i] = this.samples[i + keep]!;
    }
  }

  clear(): void {
    this.segments = 0;
    this.byteLength = 0;
    this.count = 0;
  }
}
