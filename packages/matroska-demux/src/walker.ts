import { CRC_START, crcOf, updateCrc } from './crc';
import { PayloadCollector } from './payload-collector';
import { ResyncScanner } from './resync';
import { type ElementHeader, MAX_HEADER_BYTES, readHeader, vintLength, vintValue } from './vint';

/** What to do with an element whose header was read. */
export enum Step {
  /** Its payload is elements. */
  Enter,
  Skip,
  /** Its payload is wanted whole: `payload`. */
  Payload,
  /** It is a block: `wantsBlock`, then perhaps `block`. */
  Block,
  /** Skip it, but go on at any element of a Segment that shows in it. */
  Probe,
  /** It is none: go on at the next element of a Segment that shows. */
  Lost,
  /** It is none: go on at `resumeAt`, which lies behind it, or at an element of a Segment that shows before. */
  Resume,
}

/** What to do with a block whose track number was read. */
export enum BlockWish {
  Skip,
  /** Its bytes: `block`. */
  Hold,
  /** As `Step.Probe`. */
  Probe,
}

/** Gives the bytes their meaning. Offsets are those in the input. */
export interface ElementVisitor {
  /** Where the innermost open element ends, or Infinity. */
  readonly innerEnd: number;
  /** For `Step.Resume`. */
  readonly resumeAt: number;
  /** Position is at or behind `innerEnd`. */
  close(position: number): void;
  /** `header` is valid during the call. */
  element(header: ElementHeader, byteOffset: number): Step;
  malformed(byteOffset: number): Step;
  payload(bytes: Uint8Array, byteOffset: number): void;
  /** @param trackNumber  -1 if it can't be read. */
  wantsBlock(trackNumber: number, byteOffset: number, byteLength: number): BlockWish;
  /** The payload of a block is `bytes[start..end)`, the track number takes `numberLength` of it. */
  block(bytes: Uint8Array, start: number, end: number, byteOffset: number, numberLength: number): void;
  /** After `Probe` or `Lost`: an element of a Segment follows. */
  found(byteOffset: number): void;
}

enum Mode {
  Header,
  Skip,
  Payload,
  BlockNumber,
  Block,
  Scan,
}

const EMPTY = new Uint8Array(0);

/**
 * Cuts bytes that come in any pieces into elements. It holds the header or the payload that is being read, and nothing of
 * what is skipped.
 */
export class ElementWalker {
  readonly #visitor: ElementVisitor;
  readonly #header: ElementHeader = { id: 0, size: 0, length: 0 };
  readonly #scanner = new ResyncScanner();
  readonly #collector = new PayloadCollector();
  /** Of a header or track number that comes in several pieces. */
  readonly #scratch = new Uint8Array(MAX_HEADER_BYTES);
  #scratchLength = 0;
  #mode = Mode.Header;
  #bytes: Uint8Array = EMPTY;
  #at = 0;
  #end = 0;
  /** Offset in the input of `#bytes[0]`. */
  #base = 0;
  /** Where the element that is being skipped, collected or scanned ends. */
  #until = 0;
  #elementOffset = 0;
  #payloadOffset = 0;
  #numberLength = 0;
  #isBlock = false;
  #crc = CRC_START;
  #crcFrom = -1;
  #crcAt = 0;

  constructor(visitor: ElementVisitor) {
    this.#visitor = visitor;
  }

  /** Where reading stands, in the input. */
  get position(): number {
    return this.#base + this.#at;
  }

  /** Where the element begins that is not read to its end; undefined between elements, and where none is known. */
  get openFrom(): number | undefined {
    if (this.#mode === Mode.Scan && this.#until === Number.POSITIVE_INFINITY) return undefined;
    if (this.#mode !== Mode.Header) return this.#elementOffset;
    return this.#scratchLength > 0 ? this.position - this.#scratchLength : undefined;
  }

  /** Where that element ends, as far as is known. */
  get openUntil(): number | undefined {
    if (this.openFrom === undefined) return undefined;
    return this.#mode === Mode.Header ? this.position + 1 : this.#until;
  }

  /** Begins a checksum over what follows. */
  beginCrc(): void {
    this.#crc = CRC_START;
    this.#crcFrom = this.position;
    this.#crcAt = this.#at;
  }

  /** The checksum over what was read since it began. */
  endCrc(): number {
    this.#crc = updateCrc(this.#crc, this.#bytes, this.#crcAt, this.#at);
    this.#crcFrom = -1;
    return crcOf(this.#crc);
  }

  cancelCrc(): void {
    this.#crcFrom = -1;
  }

  push(bytes: Uint8Array): void {
    this.#run(bytes, this.position);
    this.#base = this.position;
    this.#bytes = EMPTY;
    this.#at = 0;
    this.#end = 0;
  }

  /** Walks through `bytes`, also from within a walk, over bytes that were read and turned out to be something else. */
  #run(bytes: Uint8Array, base: number): void {
    this.#bytes = bytes;
    this.#base = base;
    this.#at = 0;
    this.#end = bytes.length;
    this.#crcAt = 0;
    for (;;) {
      if (this.#mode === Mode.Header && this.#scratchLength === 0 && this.position >= this.#visitor.innerEnd) {
        this.#visitor.close(this.position);
      }
      if (this.#at >= this.#end) break;
      this.#step();
    }
    if (this.#crcFrom >= 0) this.#crc = updateCrc(this.#crc, bytes, this.#crcAt, this.#end);
  }

  #again(bytes: Uint8Array, base: number): void {
    const outer = this.#bytes;
    const outerBase = this.#base;
    const at = this.#at;
    const end = this.#end;
    this.#run(bytes, base);
    this.#bytes = outer;
    this.#base = outerBase;
    this.#at = at;
    this.#end = end;
    this.#crcAt = at;
  }

  #step(): void {
    if (this.#mode === Mode.Header) this.#readHeader();
    else if (this.#mode === Mode.Skip) this.#skip();
    else if (this.#mode === Mode.BlockNumber) this.#readNumber();
    else if (this.#mode === Mode.Scan) this.#scan();
    else this.#collect();
  }

  #skip(): void {
    this.#at = Math.min(this.#end, this.#until - this.#base);
    if (this.position >= this.#until) this.#mode = Mode.Header;
  }

  #readHeader(): void {
    const visitor = this.#visitor;
    if (this.#scratchLength === 0) {
      const at = this.#at;
      const state = readHeader(this.#bytes, at, this.#end, this.#header);
      if (state === 'cut') {
        this.#scratch.set(this.#bytes.subarray(at, this.#end));
        this.#scratchLength = this.#end - at;
        this.#at = this.#end;
        return;
      }
      const byteOffset = this.#base + at;
      if (state === 'whole') {
        this.#at = at + this.#header.length;
        this.#apply(visitor.element(this.#header, byteOffset), byteOffset, at + 1);
      } else this.#apply(visitor.malformed(byteOffset), byteOffset, at + 1);
      return;
    }
    this.#scratch[this.#scratchLength++] = this.#bytes[this.#at++]!;
    const length = this.#scratchLength;
    const state = readHeader(this.#scratch, 0, length, this.#header);
    if (state === 'cut') return;
    this.#scratchLength = 0;
    const byteOffset = this.position - length;
    const step = state === 'whole' ? visitor.element(this.#header, byteOffset) : visitor.malformed(byteOffset);
    this.#apply(step, byteOffset, -1, length);
  }

  /** @param again  Index of the byte behind the first of the header; -1 if `scratchLength` bytes of it are in the scratch. */
  #apply(step: Step, byteOffset: number, again: number, scratchLength = 0): void {
    const { size } = this.#header;
    const payloadOffset = byteOffset + this.#header.length;
    this.#elementOffset = byteOffset;
    switch (step) {
      case Step.Enter:
        return;
      case Step.Skip:
        this.#until = payloadOffset + size;
        if (size > 0) this.#mode = Mode.Skip;
        return;
      case Step.Payload:
        this.#begin(false, payloadOffset, size);
        return;
      case Step.Block:
        this.#begin(true, payloadOffset, size);
        return;
      case Step.Probe:
        this.#scanner.reset();
        this.#until = payloadOffset + size;
        if (size > 0) this.#mode = Mode.Scan;
        return;
      case Step.Lost:
        this.cancelCrc();
        this.#scanner.reset();
        this.#until = Number.POSITIVE_INFINITY;
        this.#mode = Mode.Scan;
        break;
      case Step.Resume:
        this.cancelCrc();
        this.#scanner.reset();
        this.#until = this.#visitor.resumeAt;
        this.#mode = Mode.Scan;
        break;
    }
    if (again >= 0) this.#at = again;
    else this.#again(this.#scratch.slice(1, scratchLength), byteOffset + 1);
  }

  #begin(isBlock: boolean, payloadOffset: number, size: number): void {
    this.#isBlock = isBlock;
    this.#payloadOffset = payloadOffset;
    this.#until = payloadOffset + size;
    const { position } = this;
    const start = this.#at;
    if (size > this.#end - start) {
      this.#mode = isBlock ? Mode.BlockNumber : Mode.Payload;
      if (!isBlock) this.#collector.begin(size);
      return;
    }
    if (!isBlock) {
      this.#at = start + size;
      this.#visitor.payload(this.#bytes.subarray(start, start + size), position);
      return;
    }
    const numberLength = size > 0 ? vintLength(this.#bytes[start]!) : 9;
    const number = numberLength > size ? -1 : vintValue(this.#bytes, start, numberLength);
    const wish = this.#visitor.wantsBlock(number, payloadOffset, size);
    if (wish === BlockWish.Probe) {
      this.#at = start + numberLength;
      this.#probe();
      return;
    }
    this.#at = start + size;
    if (wish === BlockWish.Hold) this.#visitor.block(this.#bytes, start, start + size, payloadOffset, numberLength);
  }

  /** Looks at what is left of a block for an element of a Segment. */
  #probe(): void {
    this.#scanner.reset();
    this.#mode = this.position >= this.#until ? Mode.Header : Mode.Scan;
  }

  /** Of a block that is cut: decides whether it is worth holding. */
  #readNumber(): void {
    this.#scratch[this.#scratchLength++] = this.#bytes[this.#at++]!;
    const length = this.#scratchLength;
    const size = this.#until - this.#payloadOffset;
    const numberLength = vintLength(this.#scratch[0]!);
    const readable = numberLength <= size;
    if (readable && length < numberLength) return;
    const number = readable ? vintValue(this.#scratch, 0, numberLength) : -1;
    this.#scratchLength = 0;
    this.#numberLength = numberLength;
    const wish = this.#visitor.wantsBlock(number, this.#payloadOffset, size);
    if (wish === BlockWish.Probe) {
      this.#probe();
      return;
    }
    if (wish === BlockWish.Skip) {
      this.#mode = this.position >= this.#until ? Mode.Header : Mode.Skip;
      return;
    }
    this.#mode = Mode.Block;
    this.#collector.begin(size);
    this.#collector.append(this.#scratch, 0, length);
    this.#finishCollecting();
  }

  #collect(): void {
    const end = Math.min(this.#end, this.#at + this.#collector.missing);
    this.#collector.append(this.#bytes, this.#at, end);
    this.#at = end;
    this.#finishCollecting();
  }

  #finishCollecting(): void {
    if (this.#collector.missing > 0) return;
    this.#mode = Mode.Header;
    const bytes = this.#collector.take();
    if (this.#isBlock) this.#visitor.block(bytes, 0, bytes.length, this.#payloadOffset, this.#numberLength);
    else this.#visitor.payload(bytes, this.#payloadOffset);
  }

  #scan(): void {
    const end = Math.min(this.#end, this.#until - this.#base);
    this.#at = this.#scanner.find(this.#bytes, this.#at, end);
    if (this.#scanner.found) {
      this.#mode = Mode.Header;
      const { heldLength, held } = this.#scanner;
      const start = this.position - heldLength;
      this.#visitor.found(start);
      if (heldLength > 0) this.#again(held.slice(0, heldLength), start);
    } else if (this.position >= this.#until) this.#mode = Mode.Header;
  }
}
