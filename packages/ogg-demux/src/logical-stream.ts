import type { OggStream } from './events';
import { PacketAssembly } from './packet-assembly';
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

/** Packets of one logical stream, from its pages. */
export class LogicalStream {
  readonly stream: OggStream;
  ended = false;
  /** The last page: number, checksum, length. */
  #sequence: number;
  #checksum = -1;
  #byteLength = 0;
  readonly #budget: PacketBudget;
  #pending: PacketAssembly | undefined;
  /** The rest of a packet is passed over: it was reported already. */
  #skipping = false;

  constructor(stream: OggStream, firstPage: OggPage, budget: PacketBudget) {
    this.stream = stream;
    this.#sequence = (firstPage.sequence - 1) >>> 0;
    this.#budget = budget;
  }

  /** The page number that should come next. */
  get expected(): number {
    return (this.#sequence + 1) >>> 0;
  }

  /** Is it the last page over again? The checksum covers all of it. */
  isDouble(page: OggPage): boolean {
    return page.sequence === this.#sequence && page.checksum === this.#checksum && page.byteLength === this.#byteLength;
  }

  take(page: OggPage, lost: LostPacket[]): OggPagePackets {
    const gap = page.sequence !== this.expected;
    this.#sequence = page.sequence;
    this.#checksum = page.checksum;
    this.#byteLength = page.byteLength;
    const { lacing, body } = page;
    const segments = lacing.length;
    // A page without segments holds nothing of a packet, so it neither continues nor breaks one off.
    if (segments === 0) return new OggPagePackets(page, this.stream, EMPTY);
    if (gap || !page.continued) {
      this.#skipping = false;
      if (this.#pending) {
        this.#drop('OGG_PACKET_INCOMPLETE', 0, lost);
        this.#skipping = page.continued;
      }
    }

    const ends: number[] = [];
    let joined: JoinedPacket | undefined;
    let first = 0;
    let at = 0;
    let next = 0;
    if (page.continued) {
      let last = 255;
      while (next < segments && last === 255) at += last = lacing[next++]!;
      joined = this.#continue(page, at, last < 255, lost);
      if (joined) ends.push(at);
      else first = at;
      if (last === 255) return new OggPagePackets(page, this.stream, { first, ends, joined, unfinished: true });
    }
    let start = at;
    for (; next < segments; next++) {
      const value = lacing[next]!;
      at += value;
      if (value < 255) {
        ends.push(at);
        start = at;
      }
    }
    const unfinished = lacing[segments - 1] === 255;
    if (unfinished) this.#begin(body.subarray(start), page.byteOffset + page.headerLength + start, lost);
    return new OggPagePackets(page, this.stream, { first, ends, joined, unfinished });
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

const EMPTY = { first: 0, ends: [], joined: undefined, unfinished: false };
