import type { OggDamage, OggDamageCode, OggEvent, OggStream } from './events';
import { LogicalStream, type LostPacket, type PacketBudget } from './logical-stream';
import { PacketEnds } from './packet-ends';
import { MAX_BODY_BYTES, type OggPage } from './page';
import { type BadBytes, PageScanner, type PageSink } from './page-scanner';

export interface OggDemuxerOptions {
  /**
   * The most bytes that unfinished packets (those that go on over pages) may take, over all streams; what passes it
   * is dropped with `OGG_PACKET_TOO_LARGE`. At least 65,025; 32 MiB if not given.
   */
  readonly maxPacketBytes?: number;
  /** The most logical streams in one link. At least 1; 256 if not given. */
  readonly maxStreams?: number;
  /**
   * What becomes of pages of a stream behind its EOS page (RFC 7845 §3 forbids them), as an EOS flag too early or pages out of
   * order make them. `drop`: each is dropped. `keep`: they are handed out as libogg and ffmpeg do, with one
   * `OGG_PAGE_AFTER_EOS` for each return; and `end` comes not with the EOS page, but with the next link or the end of the
   * input. `drop` if not given.
   */
  readonly afterEos?: 'drop' | 'keep';
}

/**
 * Ogg bytes in, in any pieces; pages, packets and damage out. Does no I/O.
 *
 * Links and streams: BOS pages that follow one another begin the streams of one link. A BOS page behind any other page
 * begins a new link, and ends what is still open of the one before ('replaced'), for RFC 3533 §4 allows it only behind
 * the EOS pages of all of them. So links with one serial are told apart as well.
 *
 * Damage is an event and never thrown. What no checksum vouches for is not handed out.
 *
 * Memory: at most one page (blocks of up to 130,614 bytes are shared by the pages that lie in them), unfinished packets up
 * to `maxPacketBytes` (twice that while one grows), and 0.8 MB of tables after damage. Time: linear in the input, also for hostile input.
 *
 * @see RFC 3533
 */
export class OggDemuxer {
  readonly #maxStreams: number;
  readonly #keepsAfterEos: boolean;
  readonly #budget: PacketBudget;
  readonly #ends = new PacketEnds();
  readonly #scanner: PageScanner;
  /** Of the current link, by serial. */
  readonly #streams = new Map<number, LogicalStream>();
  #events: OggEvent[] = [];
  #lost: LostPacket[] = [];
  #link = -1;
  #count = 0;
  /** No page but BOS pages has come in this link. */
  #beginning = false;
  #finished = false;

  /** @throws {RangeError} if an option is not in its range. */
  constructor(options: OggDemuxerOptions = {}) {
    const { maxPacketBytes = 32 * 1024 * 1024, maxStreams = 256, afterEos = 'drop' } = options;
    checkAtLeast('maxPacketBytes', maxPacketBytes, MAX_BODY_BYTES);
    checkAtLeast('maxStreams', maxStreams, 1);
    if (afterEos !== 'drop' && afterEos !== 'keep') throw new RangeError("afterEos must be 'drop' or 'keep'");
    this.#maxStreams = maxStreams;
    this.#keepsAfterEos = afterEos === 'keep';
    this.#budget = { maxPacketBytes, pendingBytes: 0 };
    const sink: PageSink = {
      page: (page) => this.#page(page),
      bad: (bytes) => this.#bad(bytes),
      knows: (serial) => this.#streams.get(serial)?.ended === false,
    };
    this.#scanner = new PageScanner(sink);
  }

  /**
   * Takes the next bytes of the input.
   *
   * Pages that lie wholly in `bytes` are handed out as views into it, so don't overwrite it as long as these events
   * are in use. The demuxer itself keeps no reference to it. Views are plain Uint8Arrays, also into a Buffer.
   *
   * @throws {TypeError} if `bytes` is not a Uint8Array, or after `finish`.
   */
  push(bytes: Uint8Array): OggEvent[] {
    if (!(bytes instanceof Uint8Array)) throw new TypeError('push takes a Uint8Array');
    if (this.#finished) throw new TypeError('push after finish');
    this.#scanner.push(bytes);
    return this.#takeEvents();
  }

  /**
   * The input ends here.
   *
   * @throws {TypeError} if called before.
   */
  finish(): OggEvent[] {
    if (this.#finished) throw new TypeError('finish was called before');
    this.#finished = true;
    this.#scanner.finish();
    for (const logical of this.#streams.values()) this.#end(logical, 'input');
    this.#streams.clear();
    return this.#takeEvents();
  }

  #takeEvents(): OggEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #page(page: OggPage): void {
    let logical = this.#streams.get(page.serial);
    if (logical?.isDouble(page)) {
      this.#damagedPage('OGG_SEQUENCE_GAP', page, logical, 'a page comes again', 'doubled');
      return;
    }
    if (page.bos) {
      if (logical && this.#beginning && !logical.eos && page.sequence === logical.expected) {
        this.#damagedPage('OGG_UNEXPECTED_BOS', page, logical, 'a later page of the stream bears the BOS flag');
      } else {
        logical = this.#begin(page, logical !== undefined);
        if (!logical) return;
      }
    } else if (!logical) {
      this.#damagedPage('OGG_UNKNOWN_STREAM', page, undefined, `no BOS page for serial ${page.serial}`);
      return;
    } else if (logical.ended) {
      this.#damagedPage('OGG_PAGE_AFTER_EOS', page, logical, 'the stream has ended before this page');
      return;
    } else {
      if (logical.eos) this.#damagedPage('OGG_PAGE_AFTER_EOS', page, logical, 'the stream goes on behind its EOS page');
      this.#beginning = false;
    }
    this.#take(page, logical);
  }

  #take(page: OggPage, logical: LogicalStream): void {
    const { expected } = logical;
    if (page.sequence !== expected) {
      const lost = (page.sequence - expected) >>> 0 < 0x80000000;
      const message = `page number ${page.sequence} where ${expected} should be`;
      this.#damagedPage('OGG_SEQUENCE_GAP', page, logical, message, lost ? 'lost' : 'late');
    }
    const packets = logical.take(page, this.#lost);
    this.#reportLost(logical.stream);
    this.#events.push({ type: 'page', packets });
    logical.eos = page.eos;
    if (page.eos && !this.#keepsAfterEos) this.#end(logical, 'eos');
  }

  /** The BOS page of a new stream; `known`: the link has one of that serial. */
  #begin(page: OggPage, known: boolean): LogicalStream | undefined {
    if (!this.#beginning || known) {
      for (const logical of this.#streams.values()) this.#end(logical, 'replaced');
      this.#streams.clear();
      this.#link++;
      this.#beginning = true;
    }
    if (this.#streams.size >= this.#maxStreams) {
      this.#damagedPage('OGG_TOO_MANY_STREAMS', page, undefined, `more than ${this.#maxStreams} streams in one link`);
      return undefined;
    }
    const stream = describe(page, this.#count++, this.#link);
    const logical = new LogicalStream(stream, page, this.#budget, this.#ends);
    this.#streams.set(page.serial, logical);
    this.#events.push({ type: 'stream', stream });
    return logical;
  }

  #end(logical: LogicalStream, reason: 'eos' | 'replaced' | 'input'): void {
    if (logical.ended) return;
    logical.end(this.#lost);
    this.#reportLost(logical.stream);
    this.#events.push({ type: 'end', stream: logical.stream, reason: logical.eos ? 'eos' : reason });
  }

  #reportLost(stream: OggStream): void {
    for (const { code, byteOffset, byteLength } of this.#lost) {
      const what =
        code === 'OGG_PACKET_INCOMPLETE'
          ? 'a packet over several pages lost a part'
          : `unfinished packets passed ${this.#budget.maxPacketBytes} bytes`;
      this.#events.push(damage(code, what, { byteOffset, byteLength, stream }));
    }
    if (this.#lost.length > 0) this.#lost = [];
  }

  #bad({ code, byteOffset, byteLength, serial, expected, actual }: BadBytes): void {
    const stream = serial === undefined ? undefined : this.#streams.get(serial)?.stream;
    const more = {
      ...(stream && { stream }),
      ...(expected !== undefined && actual !== undefined && { expected, actual }),
    };
    this.#events.push(damage(code, BAD_BYTES[code] ?? code, { byteOffset, byteLength, ...more }));
  }

  /** Only pages that are dropped count as bytes lost. */
  #damagedPage(
    code: OggDamageCode,
    page: OggPage,
    logical: LogicalStream | undefined,
    message: string,
    order?: OggDamage['order'],
  ): void {
    const goesOn = code === 'OGG_PAGE_AFTER_EOS' && this.#keepsAfterEos;
    const kept = goesOn || code === 'OGG_UNEXPECTED_BOS' || order === 'lost' || order === 'late';
    this.#events.push(
      damage(code, message, {
        byteOffset: page.byteOffset,
        byteLength: kept ? 0 : page.byteLength,
        ...(logical && { stream: logical.stream }),
        ...(logical && order && { expected: logical.expected, actual: page.sequence, order }),
      }),
    );
  }
}

const BAD_BYTES: Partial<Record<OggDamageCode, string>> = {
  OGG_CRC_MISMATCH: 'a page with a wrong checksum',
  OGG_GARBAGE: 'bytes that are no page',
  OGG_TRUNCATED_PAGE: 'the input ends inside a page',
  OGG_BAD_VERSION: 'a page of an unknown version',
};

function damage(code: OggDamageCode, what: string, more: Omit<OggDamage, 'type' | 'code' | 'message'>): OggDamage {
  return { type: 'damage', code, message: `${what}, at byte ${more.byteOffset}`, ...more };
}

function describe(page: OggPage, index: number, link: number): OggStream {
  const { serial, byteOffset, lacing, body } = page;
  let byteLength = 0;
  let complete = false;
  for (let i = 0; i < lacing.length && !complete; i++) {
    byteLength += lacing[i]!;
    complete = lacing[i]! < 255;
  }
  const stream = { index, link, serial, byteOffset };
  return complete && !page.continued ? { ...stream, firstPacket: body.slice(0, byteLength) } : stream;
}

function checkAtLeast(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) throw new RangeError(`${name} must be an integer >= ${least}`);
}
