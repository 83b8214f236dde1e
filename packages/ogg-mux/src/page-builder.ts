import { MAX_BODY_BYTES, MAX_SEGMENTS } from './page';

/** Lacing values that a packet takes: one for each 255 bytes, and one below 255 that ends it. */
export function lacingValues(byteLength: number): number {
  return Math.floor(byteLength / 255) + 1;
}

/** A packet on the page that is being filled. */
export interface PlacedPacket {
  /** Where its lacing values and its bytes begin on the page. */
  readonly firstSegment: number;
  readonly bodyOffset: number;
  readonly samples: number;
}

/** Lacing values and body of one page, as packets come to it. Reused for the next. */
export class PageBuilder {
  readonly #lacing = new Uint8Array(MAX_SEGMENTS);
  readonly #body = new Uint8Array(MAX_BODY_BYTES);
  segments = 0;
  byteLength = 0;
  /** Those that begin on the page. */
  packets: PlacedPacket[] = [];

  get lacing(): Uint8Array {
    return this.#lacing.subarray(0, this.segments);
  }

  get body(): Uint8Array {
    return this.#body.subarray(0, this.byteLength);
  }

  /** A whole packet; the caller has checked that there is room. */
  add(packet: Uint8Array, samples: number): void {
    this.packets.push({ firstSegment: this.segments, bodyOffset: this.byteLength, samples });
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
    const { firstSegment, bodyOffset } = this.packets[keep]!;
    this.#lacing.copyWithin(0, firstSegment, this.segments);
    this.#body.copyWithin(0, bodyOffset, this.byteLength);
    this.segments -= firstSegment;
    this.byteLength -= bodyOffset;
    this.packets = this.packets.slice(keep).map((packet) => ({
      firstSegment: packet.firstSegment - firstSegment,
      bodyOffset: packet.bodyOffset - bodyOffset,
      samples: packet.samples,
    }));
  }

  clear(): void {
    this.segments = 0;
    this.byteLength = 0;
    this.packets = [];
  }
}
