import { ReferenceCodecError } from '../errors';
import {
  BLOCK_HEADER_BYTES,
  type BlockHeader,
  blockBytes,
  FILE_HEADER_BYTES,
  type FileHeader,
  isSound,
  parseBlockHeader,
  parseFileHeader,
  SYNC,
  samplesOf,
} from './format';

export type BlockEvent =
  | { readonly type: 'header'; readonly header: FileHeader }
  | {
      readonly type: 'block';
      readonly byteOffset: number;
      readonly byteLength: number;
      readonly block: BlockHeader;
      /** As they lie in the block; valid until the next bytes are pushed. */
      readonly samples: Uint8Array;
    }
  | { readonly type: 'damage'; readonly code: string; readonly byteOffset: number };

/**
 * Finds the blocks of a file, each proved by two checksums. It holds one block and what was pushed last, and looks at each byte twice at
 * the most: a block whose checksum is wrong is passed over as a whole.
 */
export class BlockParser {
  #header: FileHeader | undefined;
  /** Bytes that are not done with: `#buffer[#start, #end)`; the first lies at `#byteOffset` of the file. */
  #buffer = new Uint8Array(0);
  #start = 0;
  #end = 0;
  #byteOffset = 0;
  #isInGarbage = false;

  /** @throws {ReferenceCodecError} `REFERENCE_BAD_HEADER` */
  push(bytes: Uint8Array): BlockEvent[] {
    this.#append(bytes);
    return this.#parse(false);
  }

  /** @throws {ReferenceCodecError} `REFERENCE_BAD_HEADER` */
  finish(): BlockEvent[] {
    return this.#parse(true);
  }

  #append(bytes: Uint8Array): void {
    const held = this.#end - this.#start;
    if (this.#end + bytes.length > this.#buffer.length) {
      const isRoomy = held + bytes.length <= this.#buffer.length / 2;
      const buffer = isRoomy ? this.#buffer : new Uint8Array(2 * (held + bytes.length));
      buffer.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = buffer;
      this.#start = 0;
      this.#end = held;
    }
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  #parse(isEnd: boolean): BlockEvent[] {
    const events: BlockEvent[] = [];
    if (!this.#header) {
      if (this.#end - this.#start < FILE_HEADER_BYTES && !isEnd) return events;
      this.#header = parseFileHeader(this.#buffer.subarray(this.#start, this.#end));
      if (!this.#header) {
        throw new ReferenceCodecError('REFERENCE_BAD_HEADER', 'the file does not begin with a sound header');
      }
      events.push({ type: 'header', header: this.#header });
      this.#skip(FILE_HEADER_BYTES);
    }
    while (this.#next(this.#header, isEnd, events));
    return events;
  }

  /** @returns Could there be more? */
  #next(header: FileHeader, isEnd: boolean, events: BlockEvent[]): boolean {
    const held = this.#end - this.#start;
    if (held === 0) return false;
    if (held < BLOCK_HEADER_BYTES) {
      if (isEnd) this.#damage('REFERENCE_TRUNCATED', held, events);
      return false;
    }
    const block = parseBlockHeader(this.#buffer, this.#start);
    if (!block || block.frames < 1 || block.frames > header.blockFrames) {
      if (!this.#isInGarbage) this.#damage('REFERENCE_GARBAGE', 0, events);
      this.#isInGarbage = true;
      this.#skipToSync();
      return true;
    }
    const byteLength = blockBytes(header, block.frames);
    if (held < byteLength) {
      if (isEnd) this.#damage('REFERENCE_TRUNCATED', BLOCK_HEADER_BYTES, events);
      // What lies behind is told with it.
      this.#isInGarbage = isEnd;
      return isEnd;
    }
    this.#isInGarbage = false;
    const bytes = this.#buffer.subarray(this.#start, this.#start + byteLength);
    if (isSound(bytes)) {
      events.push({ type: 'block', byteOffset: this.#byteOffset, byteLength, block, samples: samplesOf(bytes) });
      this.#skip(byteLength);
    } else this.#damage('REFERENCE_BLOCK_DAMAGED', byteLength, events);
    return true;
  }

  #damage(code: string, byteLength: number, events: BlockEvent[]): void {
    events.push({ type: 'damage', code, byteOffset: this.#byteOffset });
    this.#skip(byteLength);
  }

  #skipToSync(): void {
    const found = this.#buffer.indexOf(SYNC[0], this.#start + 1);
    this.#skip((found < 0 || found > this.#end ? this.#end : found) - this.#start);
  }

  #skip(byteLength: number): void {
    this.#start += byteLength;
    this.#byteOffset += byteLength;
  }
}
