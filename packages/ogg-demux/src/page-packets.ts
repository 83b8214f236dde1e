import type { OggStream } from './events';
import type { OggPage } from './page';

/** A packet that came over more than one page, put together. */
export interface JoinedPacket {
  readonly bytes: Uint8Array;
  readonly byteOffset: number;
}

/** Where the packets lie in the body of their page. */
export interface PageLayout {
  /** Where the first packet starts, behind what had to be skipped. */
  readonly first: number;
  /** Where packet `i` ends: `ends[from + i]`. Shared with other pages. */
  readonly ends: Uint16Array;
  readonly from: number;
  readonly count: number;
  readonly joined: JoinedPacket | undefined;
  readonly unfinished: boolean;
}

/**
 * The packets that end on one page: numbers until `packet(i)` makes a view. `byteOffset` and `byteLength` make nothing.
 */
export class OggPagePackets {
  readonly page: OggPage;
  readonly stream: OggStream;
  /** How many packets end on the page; 0 to 255. */
  readonly count: number;
  /** The page ends inside a packet that goes on on the next. */
  readonly unfinished: boolean;
  readonly #first: number;
  readonly #ends: Uint16Array;
  readonly #from: number;
  readonly #joined: JoinedPacket | undefined;
  readonly #bodyOffset: number;

  constructor(page: OggPage, stream: OggStream, layout: PageLayout) {
    this.page = page;
    this.stream = stream;
    this.count = layout.count;
    this.unfinished = layout.unfinished;
    this.#first = layout.first;
    this.#ends = layout.ends;
    this.#from = layout.from;
    this.#joined = layout.joined;
    this.#bodyOffset = page.byteOffset + page.headerLength;
  }

  /**
   * The whole packet: a view into the body of the page, or a joined copy if it spans pages.
   *
   * @throws {RangeError} if `i` is not in [0, count); as all methods here.
   */
  packet(i: number): Uint8Array {
    const start = this.#start(i);
    if (i === 0 && this.#joined) return this.#joined.bytes;
    return this.page.body.subarray(start, this.#ends[this.#from + i]!);
  }

  /** Offset in the input of the first byte of the packet. */
  byteOffset(i: number): number {
    const start = this.#start(i);
    return i === 0 && this.#joined ? this.#joined.byteOffset : this.#bodyOffset + start;
  }

  /** Length of the whole packet, without page headers. */
  byteLength(i: number): number {
    const start = this.#start(i);
    return i === 0 && this.#joined ? this.#joined.bytes.length : this.#ends[this.#from + i]! - start;
  }

  /** Did the packet begin on an earlier page? Only the first can. */
  spansPages(i: number): boolean {
    this.#start(i);
    return i === 0 && this.#joined !== undefined;
  }

  #start(i: number): number {
    // The negation is true of NaN as well, and a fraction finds no number in `ends`.
    if (!(i >= 0 && i < this.count)) throw new RangeError(`packet ${i} of ${this.count} on this page`);
    const start = i === 0 ? this.#first : this.#ends[this.#from + i - 1];
    if (start === undefined) throw new RangeError(`packet ${i} of ${this.count} on this page`);
    return start;
  }
}
