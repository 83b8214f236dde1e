import { OggMuxError } from './errors';
import { checkUint32, encodeOggPage, MAX_BODY_BYTES, MAX_SEGMENTS, PAGE_HEADER_BYTES } from './page';
import { lacingValues, PageBuilder } from './page-builder';

export interface OggPacketMuxerOptions {
  /** Of the logical stream; in [0, 2^32). */
  readonly serial: number;
  /** A page ends before the packet that would pass it. At least 1; 48000 (1 s of Opus) if not given. */
  readonly maxPageSamples?: number;
  /** Likewise for lacing values. In [1, 255]; 255 if not given. */
  readonly maxPageSegments?: number;
}

export interface AddOptions {
  /** The packet begins a page. */
  readonly newPage?: boolean;
  /**
   * The packet stays on one page with the packet before it, over `maxPageSamples` if need be. For packets of which nothing
   * is heard: so the last page begins no later than the packet that holds the last sample that is (RFC 7845 §4.4).
   */
  readonly hold?: boolean;
  /** Granule position where the packet begins, not before the end of the last; more than that is a hole, as by `skip`. */
  readonly granuleStart?: number;
}

/** One page, done. */
export interface MuxedPage {
  readonly bytes: Uint8Array;
  /** Of each packet given to `add` that begins on the page: offset of its first byte in all that came out. */
  readonly packetOffsets: readonly number[];
  /** Its length there: with the page headers in between, for packets over 65,025 bytes. */
  readonly packetLengths: readonly number[];
}

/**
 * Packets to pages of one logical stream: whole packets, as many as the limits allow. Only a packet over 65,024 bytes
 * goes over pages: it has them to itself.
 *
 * A page comes out once the next one begins, so that the last can bear the EOS flag and the end trim. Packets are copied.
 * Memory: one page.
 *
 * All methods throw {TypeError} after `finish`, {RangeError} for a number out of its range; and leave everything as it
 * was when they throw.
 *
 * @see RFC 3533 §5, RFC 7845 §3, §4
 */
export class OggPacketMuxer {
  readonly #serial: number;
  readonly #maxPageSamples: number;
  readonly #maxPageSegments: number;
  readonly #page = new PageBuilder();
  #sequence = 0;
  /** Bytes that came out. */
  #byteOffset = 0;
  /** Granule position behind the last packet, */
  #granule = 0;
  /** and at the beginning of the page: of the first packet that has a part of it. */
  #pageGranule = 0;
  /** A hole before the next packet. */
  #hole = 0;
  #begun = false;
  #finished = false;
  /** The page is the last of a packet over several: nothing else goes on it. */
  #isRest = false;
  /** Number on the page of the packet that held ones must stay with, while such come. */
  #holder = -1;

  /** @throws {RangeError} if an option is out of its range. */
  constructor(options: OggPacketMuxerOptions) {
    const { serial, maxPageSamples = 48_000, maxPageSegments = MAX_SEGMENTS } = options;
    checkUint32('serial', serial);
    checkCount('maxPageSamples', maxPageSamples, 1, Number.MAX_SAFE_INTEGER);
    checkCount('maxPageSegments', maxPageSegments, 1, MAX_SEGMENTS);
    this.#serial = serial;
    this.#maxPageSamples = maxPageSamples;
    this.#maxPageSegments = maxPageSegments;
  }

  /**
   * A header packet, on pages of its own with granule position 0. The first page of all is the BOS page.
   *
   * @throws {TypeError} after `add`.
   */
  header(packet: Uint8Array): MuxedPage[] {
    this.#checkOpen();
    checkPacket(packet);
    if (this.#begun) throw new TypeError('header packets come before all others');
    const pages: MuxedPage[] = [];
    const rest = this.#writeFullPages(packet, pages);
    this.#page.append(rest);
    pages.push(this.#write({ granulePosition: 0n, continued: rest.length < packet.length }));
    this.#page.clear();
    return pages;
  }

  /**
   * The next packet.
   *
   * @param samples  What it adds to the granule position.
   * @returns The pages that this completes: none, one, or several around a packet over 65,024 bytes.
   * @throws {OggMuxError} `OGG_MUX_HELD_TOO_LARGE`, `OGG_MUX_HELD_APART`.
   */
  add(packet: Uint8Array, samples: number, options: AddOptions = NO_OPTIONS): MuxedPage[] {
    this.#checkOpen();
    checkPacket(packet);
    checkCount('samples', samples, 0, Number.MAX_SAFE_INTEGER);
    const { granuleStart = this.#granule + this.#hole } = options;
    checkCount('granuleStart', granuleStart, this.#granule + this.#hole, Number.MAX_SAFE_INTEGER - samples);
    const hole = granuleStart - this.#granule;
    const pages: MuxedPage[] = [];
    if (options.hold) {
      if (hole > 0 || options.newPage || !this.#begun) {
        throw new OggMuxError('OGG_MUX_HELD_APART', 'no packet right before that the held one could stay with');
      }
      this.#makeRoomToHold(packet, samples, pages);
    } else {
      this.#holder = -1;
      const full = this.#isRest || packet.length >= MAX_BODY_BYTES || !this.#fits(packet, samples);
      if (this.#begun && (full || options.newPage || hole > 0)) pages.push(this.#endPage());
    }
    if (this.#page.segments === 0) this.#pageGranule = granuleStart;
    if (packet.length < MAX_BODY_BYTES) this.#page.add(packet, samples);
    else this.#addOverPages(packet, pages);
    this.#begun = true;
    this.#hole = 0;
    this.#granule = granuleStart + samples;
    return pages;
  }

  /**
   * A hole in the timeline: the next packet begins that many samples later, and begins a page. Without a next packet it
   * leaves no trace.
   *
   * @returns Nothing: the page before comes out with the next packet.
   */
  skip(samples: number): MuxedPage[] {
    this.#checkOpen();
    checkCount('samples', samples, 0, Number.MAX_SAFE_INTEGER - this.#granule - this.#hole);
    this.#hole += samples;
    return [];
  }

  /**
   * The last page, with the EOS flag; an empty one if no packet was added.
   *
   * @param endGranule  Its granule position, if samples are trimmed from the end (RFC 7845 §4.4); not above the end of the
   *   last packet.
   * @throws {OggMuxError} `OGG_MUX_END_BEFORE_LAST_PAGE`: decoders trim on the last page only, so the packet with the last
   *   kept sample must have a part of it; `hold` those that come after it.
   */
  finish(endGranule: number = this.#granule): MuxedPage[] {
    this.#checkOpen();
    checkCount('endGranule', endGranule, 0, this.#granule);
    if (endGranule < this.#granule && endGranule <= this.#pageGranule) {
      const message = `the end at ${endGranule} lies before the last page, which begins at ${this.#pageGranule}`;
      const details = { expected: this.#pageGranule + 1, actual: endGranule };
      throw new OggMuxError('OGG_MUX_END_BEFORE_LAST_PAGE', message, details);
    }
    this.#finished = true;
    return [this.#write({ granulePosition: BigInt(endGranule), continued: this.#isRest, eos: true })];
  }

  #fits(packet: Uint8Array, samples: number): boolean {
    if (this.#page.segments + lacingValues(packet.length) > this.#maxPageSegments) return false;
    return this.#granule - this.#pageGranule + samples <= this.#maxPageSamples;
  }

  /** If the held packet does not fit, the packet that it stays with begins a new page. */
  #makeRoomToHold(packet: Uint8Array, samples: number, pages: MuxedPage[]): void {
    const page = this.#page;
    const holder = this.#holder < 0 ? page.count - 1 : this.#holder;
    const needed = page.segments - (holder < 0 ? 0 : page.firstSegments[holder]!) + lacingValues(packet.length);
    if (holder < 0 || needed > MAX_SEGMENTS) {
      const message = `packets that must share a page take ${needed} lacing values`;
      throw new OggMuxError('OGG_MUX_HELD_TOO_LARGE', message, { expected: MAX_SEGMENTS, actual: needed });
    }
    this.#holder = holder;
    if (holder > 0 && !this.#fits(packet, samples)) {
      pages.push(this.#endPageBefore(holder));
      this.#holder = 0;
    }
  }

  #endPage(): MuxedPage {
    const done = this.#write({ granulePosition: BigInt(this.#granule), continued: this.#isRest });
    this.#page.clear();
    this.#isRest = false;
    return done;
  }

  /** Ends the page before packet number `keep` on it, with which the next page begins. */
  #endPageBefore(keep: number): MuxedPage {
    const { count, samples } = this.#page;
    let granule = this.#granule;
    for (let i = keep; i < count; i++) granule -= samples[i]!;
    const done = this.#write({ granulePosition: BigInt(granule), keep });
    this.#page.dropBefore(keep);
    this.#pageGranule = granule;
    return done;
  }

  #addOverPages(packet: Uint8Array, pages: MuxedPage[]): void {
    const headerBytes = PAGE_HEADER_BYTES + MAX_SEGMENTS;
    const packetOffset = this.#byteOffset + headerBytes;
    const first = pages.length;
    const rest = this.#writeFullPages(packet, pages);
    const fullPages = pages.length - first;
    const lastHeader = rest.length > 0 ? PAGE_HEADER_BYTES + lacingValues(rest.length) : 0;
    const packetLength = packet.length + (fullPages - 1) * headerBytes + lastHeader;
    pages[first] = { ...pages[first]!, packetOffsets: [packetOffset], packetLengths: [packetLength] };
    this.#page.append(rest);
    this.#isRest = true;
  }

  /** Full pages on which the packet doesn't end. @returns what is left of it: less than a full page, or nothing. */
  #writeFullPages(packet: Uint8Array, pages: MuxedPage[]): Uint8Array {
    let at = 0;
    for (; packet.length - at >= MAX_BODY_BYTES; at += MAX_BODY_BYTES) {
      const body = packet.subarray(at, at + MAX_BODY_BYTES);
      pages.push(this.#emit({ granulePosition: -1n, continued: at > 0, lacing: FULL_LACING, body }));
    }
    return packet.subarray(at);
  }

  /** Writes the page that is being filled, or its packets before number `keep`. */
  #write(page: { granulePosition: bigint; continued?: boolean; eos?: boolean; keep?: number }): MuxedPage {
    const { count, firstSegments, bodyOffsets, lacing, body } = this.#page;
    const { keep = count, ...flags } = page;
    const segments = keep < count ? firstSegments[keep]! : lacing.length;
    const byteLength = keep < count ? bodyOffsets[keep]! : body.length;
    const bodyAt = this.#byteOffset + PAGE_HEADER_BYTES + segments;
    const packetOffsets: number[] = [];
    const packetLengths: number[] = [];
    for (let i = 0; i < keep; i++) {
      const start = bodyOffsets[i]!;
      packetOffsets.push(bodyAt + start);
      packetLengths.push((i + 1 < keep ? bodyOffsets[i + 1]! : byteLength) - start);
    }
    const content = { lacing: lacing.subarray(0, segments), body: body.subarray(0, byteLength) };
    return { ...this.#emit({ ...flags, ...content }), packetOffsets, packetLengths };
  }

  #emit(page: Omit<Parameters<typeof encodeOggPage>[0], 'serial' | 'sequence' | 'bos'>): MuxedPage {
    const sequence = this.#sequence;
    const bytes = encodeOggPage({ ...page, serial: this.#serial, sequence, bos: this.#byteOffset === 0 });
    this.#sequence = (sequence + 1) >>> 0;
    this.#byteOffset += bytes.length;
    return { bytes, packetOffsets: [], packetLengths: [] };
  }

  #checkOpen(): void {
    if (this.#finished) throw new TypeError('the stream is finished');
  }
}

const NO_OPTIONS: AddOptions = {};

const FULL_LACING = new Uint8Array(MAX_SEGMENTS).fill(255);

function checkPacket(packet: Uint8Array): void {
  if (!(packet instanceof Uint8Array)) throw new TypeError('a packet is a Uint8Array');
}

function checkCount(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} must be an integer in [${least}, ${most}]`);
}
