import type { OggStream } from './events';
import { PacketAssembly } from './packet-assembly';
import type { PacketEnds } from './packet-ends';
import type { OggPage } from './page';
import { type JoinedPacket, OggPagePackets } from './page-packets';

/** Memory that unfinished packets of all streams may take together. */
export interface PacketBudget {
  readonly maxPacketBytes: number;
  pendingBytes: number;
}

/** What happened to a packet over several pages. */
export interface LostPacket {
  readonly code: 'OGG_PACKET_INCOMPLETE' | 'OGG_PACKET_TOO_LARGE';
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** How many page numbers back a page is known again. */
const RECENT_PAGES = 64;

/** Packets of one logical stream, from its pages. */
export class LogicalStream {
  readonly stream: OggStream;
  ended = false;
  /** Its last page bore the EOS flag. */
  eos = false;
  /** The last page: number, checksum, length. */
  #sequence: number;
  #checksum = -1;
  #byteLength = 0;
  /** Sequence, checksum and length of pages before the last, three a page, each where its number modulo 64 says. */
  #recent: Uint32Array | undefined;
  readonly #budget: PacketBudget;
  readonly #ends: PacketEnds;
  #pending: PacketAssembly | undefined;
  /** The rest of a packet is passed over: it was reported already. */
  #skipping = false;

  constructor(stream: OggStream, firstPage: OggPage, budget: PacketBudget, ends: PacketEnds) {
    this.stream = stream;
    this.#sequence = (firstPage.sequence - 1) >>> 0;
    this.#budget = budget;
    this.#ends = ends;
  }

  /** The page number that should come next. */
  get expected(): number {
    return (this.#sequence + 1) >>> 0;
  }

  /**
   * Is it one of the last 64 pages over again? The checksum covers all of it. A BOS page is so only right behind itself:
   * later on it begins the next link of a chain, which may be the same as this one.
   */
  isDouble(page: OggPage): boolean {
    const { sequence, checksum, byteLength } = page;
    if (sequence === this.#sequence) return checksum === this.#checksum && byteLength === this.#byteLength;
    const recent = this.#recent;
    if (!recent || page.bos) return false;
    const at = (sequence % RECENT_PAGES) * 3;
    return recent[at] === sequence && recent[at + 1] === checksum && recent[at + 2] === byteLength;
  }

  take(page: OggPage, lost: LostPacket[]): OggPagePackets {
    const gap = page.sequence !== this.expected;
    this.#remember(page);
    // A page without segments holds nothing of a packet, so it neither continues nor breaks one off. Lost pages do.
    if (page.lacing.length === 0) {
      if (gap && this.#pending) {
        this.#drop('OGG_PACKET_INCOMPLETE', 0, lost);
        this.#skipping = true;
      }
      return new OggPagePackets(page, this.stream, NONE);
    }
    if (gap || !page.continued) {
      this.#skipping = false;
      if (this.#pending) {
        this.#drop('OGG_PACKET_INCOMPLETE', 0, lost);
        this.#skipping = page.continued;
      }
    }
    return this.#split(page, lost);
  }

  #remember(page: OggPage): void {
    if (this.#byteLength > 0) {
      this.#recent ??= new Uint32Array(3 * RECENT_PAGES);
      const at = (this.#sequence % RECENT_PAGES) * 3;
      this.#recent[at] = this.#sequence;
      this.#recent[at + 1] = this.#checksum;
      this.#recent[at + 2] = this.#byteLength;
    }
    this.#sequence = page.sequence;
    this.#checksum = page.checksum;
    this.#byteLength = page.byteLength;
  }

  #split(page: OggPage, lost: LostPacket[]): OggPagePackets {
    const { lacing, body } = page;
    const segments = lacing.length;
    const ends = this.#ends.block(segments);
    const from = this.#ends.used;
    const unfinished = lacing[segments - 1] === 255;
    let joined: JoinedPacket | undefined;
    let first = 0;
    let at = 0;
    let next = 0;
    let end = from;
    if (page.continued) {
      let last = 255;
      while (next < segments && last === 255) at += last = lacing[next++]!;
      joined = this.#continue(page, at, last < 255, lost);
      if (joined) ends[end++] = at;
      else first = at;
      if (last === 255)
        return new OggPagePackets(page, this.stream, { first, ends, from, count: 0, joined, unfinished });
    }
    let start = at;
    for (; next < segments; next++) {
      const value = lacing[next]!;
      at += value;
      if (value < 255) {
        ends[end++] = at;
        start = at;
      }
    }
    this.#ends.used = end;
    if (unfinished) this.#begin(body.subarray(start), page.byteOffset + page.headerLength + start, lost);
    return new OggPagePackets(page, this.stream, { first, ends, from, count: end - from, joined, unfinished });
  }

  /** The stream is over: is a packet left that will never end? */
  end(lost: LostPacket[]): void {
    this.ended = true;
    if (this.#pending) this.#drop('OGG_PACKET_INCOMPLETE', 0, lost);
  }

  #begin(part: Uint8Array, byteOffset: number, lost: LostPacket[]): void {
    this.#pending = new PacketAssembly(byteOffset);
    this.#append(part, lost);
  }

  /** The first `byteLength` bytes of the body belong to a packet of earlier pages. */
  #continue(page: OggPage, byteLength: number, complete: boolean, lost: LostPacket[]): JoinedPacket | undefined {
    const pending = this.#pending;
    if (!pending) {
      if (!this.#skipping) {
        const byteOffset = page.byteOffset + page.headerLength;
        lost.push({ code: 'OGG_PACKET_INCOMPLETE', byteOffset, byteLength });
      }
      this.#skipping = !complete;
      return undefined;
    }
    if (!this.#append(page.body.subarray(0, byteLength), lost)) {
      this.#skipping = !complete;
      return undefined;
    }
    if (!complete) return undefined;
    this.#budget.pendingBytes -= pending.byteLength;
    this.#pending = undefined;
    return pending.join();
  }

  #append(part: Uint8Array, lost: LostPacket[]): boolean {
    const { maxPacketBytes, pendingBytes } = this.#budget;
    if (pendingBytes + part.length > maxPacketBytes) {
      this.#drop('OGG_PACKET_TOO_LARGE', part.length, lost);
      this.#skipping = true;
      return false;
    }
    this.#pending!.append(part);
    this.#budget.pendingBytes += part.length;
    return true;
  }

  #drop(code: LostPacket['code'], more: number, lost: LostPacket[]): void {
    const { byteOffset, byteLength } = this.#pending!;
    lost.push({ code, byteOffset, byteLength: byteLength + more });
    this.#budget.pendingBytes -= byteLength;
    this.#pending = undefined;
  }
}

const NONE = { first: 0, ends: new Uint16Array(0), from: 0, count: 0, joined: undefined, unfinished: false };
