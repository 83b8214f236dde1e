import { FlacError } from '../errors';
import { type FoundFrame, type FrameDamage, FrameFinder } from './frame-finder';
import { ID3_HEADER_BYTES, id3Length, isMarker, MARKER_BYTES } from './markers';
import { BLOCK_HEADER_BYTES, BLOCK_TYPES, isPossible, type MetadataBlock, parseBlockHeader } from './metadata';
import { type StreamInfo, tryStreamInfo } from './stream-info';

/**
 * What a native FLAC input holds, in order.
 *
 * - `block`: a metadata block; `body` of STREAMINFO and VORBIS_COMMENT.
 * - `info`: what a STREAMINFO block says, or what is wrong with it.
 * - `frames`: the metadata is over, frames follow.
 * - `broken`: the chain of metadata blocks leads nowhere (`FLAC_BAD_METADATA`). Nothing comes after it: where the frames begin is only to be
 *   found from the end of STREAMINFO on (`onlyStreamInfo`).
 */
export type NativeEvent =
  | { readonly type: 'block'; readonly block: MetadataBlock; readonly body: Uint8Array | undefined }
  | { readonly type: 'info'; readonly info: StreamInfo | FlacError; readonly byteOffset: number }
  | { readonly type: 'frames'; readonly byteOffset: number; readonly hasMarker: boolean }
  | { readonly type: 'broken'; readonly byteOffset: number }
  | FoundFrame
  | FrameDamage;

export interface NativeParserOptions {
  /** Look for frames right behind STREAMINFO; what else lies there is passed over. */
  readonly onlyStreamInfo?: boolean;
}

/**
 * Native FLAC in, in any pieces; blocks and frames out. Does no I/O. ID3v2 tags in front are passed over; without the marker `fLaC`
 * the input is taken for frames.
 *
 * Memory: as `FrameFinder`, and twice the longest comment block (16 MiB at most).
 *
 * @see RFC 9639 §6
 */
export class NativeParser {
  readonly #onlyStreamInfo: boolean;
  #events: NativeEvent[] = [];
  #state: 'start' | 'header' | 'body' | 'skip' | 'frames' | 'broken' = 'start';
  /** What is gathered of a header or body, */
  #gathered = new Uint8Array(ID3_HEADER_BYTES);
  #filled = 0;
  /** how many bytes of it there have to be, */
  #wanted = ID3_HEADER_BYTES;
  /** or how many are passed over. */
  #left = 0;
  #afterSkip: 'start' | 'header' | 'frames' = 'start';
  #offset = 0;
  #block: MetadataBlock | undefined;
  #finder: FrameFinder | undefined;
  #finished = false;
  #bitsPerSample: number | undefined;

  constructor({ onlyStreamInfo = false }: NativeParserOptions = {}) {
    this.#onlyStreamInfo = onlyStreamInfo;
  }

  /**
   * Takes the next bytes of the input, and keeps no reference to them.
   *
   * @throws {TypeError} if `bytes` is not a Uint8Array, or after `finish`.
   */
  push(bytes: Uint8Array): NativeEvent[] {
    if (!(bytes instanceof Uint8Array)) throw new TypeError('push takes a Uint8Array');
    if (this.#finished) throw new TypeError('push after finish');
    this.#read(bytes);
    return this.#takeEvents();
  }

  /**
   * The input ends here.
   *
   * @throws {TypeError} if called before.
   */
  finish(): NativeEvent[] {
    if (this.#finished) throw new TypeError('finish was called before');
    this.#finished = true;
    if (this.#state === 'start') this.#beginFrames(this.#offset - this.#filled, false);
    if (this.#finder) this.#take(this.#finder.finish());
    else if (this.#state !== 'broken') this.#break();
    return this.#takeEvents();
  }

  #takeEvents(): NativeEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #take(found: readonly (FoundFrame | FrameDamage)[]): void {
    for (const event of found) this.#events.push(event);
  }

  /** Takes bytes that are no frames. @returns where it stopped. */
  #readAhead(bytes: Uint8Array, at: number): number {
    if (this.#state === 'skip') {
      const taken = Math.min(this.#left, bytes.length - at);
      this.#left -= taken;
      this.#offset += taken;
      if (this.#left === 0) this.#enter(this.#afterSkip);
      return at + taken;
    }
    const taken = Math.min(this.#wanted - this.#filled, bytes.length - at);
    this.#makeRoom(this.#filled + taken);
    this.#gathered.set(bytes.subarray(at, at + taken), this.#filled);
    this.#filled += taken;
    this.#offset += taken;
    if (this.#filled === this.#wanted) {
      if (this.#state === 'start') this.#readStart();
      else if (this.#state === 'header') this.#readHeader();
      else this.#readBody();
    }
    return at + taken;
  }

  /** For what is there, not for what a header announces. */
  #makeRoom(byteLength: number): void {
    if (byteLength <= this.#gathered.length) return;
    const grown = new Uint8Array(Math.min(this.#wanted, 2 * byteLength));
    grown.set(this.#gathered.subarray(0, this.#filled));
    this.#gathered = grown;
  }

  #enter(state: 'start' | 'header' | 'frames'): void {
    if (state === 'frames') {
      this.#beginFrames(this.#offset, true);
      return;
    }
    this.#state = state;
    this.#filled = 0;
    this.#wanted = state === 'start' ? ID3_HEADER_BYTES : BLOCK_HEADER_BYTES;
  }

  #skip(byteLength: number, then: 'start' | 'header' | 'frames'): void {
    if (byteLength === 0) {
      this.#enter(then);
      return;
    }
    this.#state = 'skip';
    this.#left = byteLength;
    this.#afterSkip = then;
  }

  /** An ID3v2 tag, the marker, or neither. */
  #readStart(): void {
    const start = this.#gathered;
    if (isMarker(start, 0)) {
      const rest = start.slice(MARKER_BYTES, this.#filled);
      this.#offset -= rest.length;
      this.#enter('header');
      this.#read(rest);
      return;
    }
    const tagBytes = id3Length(start);
    if (tagBytes > 0) this.#skip(tagBytes - ID3_HEADER_BYTES, 'start');
    else this.#beginFrames(this.#offset - this.#filled, false);
  }

  #read(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && this.#state !== 'frames' && this.#state !== 'broken') at = this.#readAhead(bytes, at);
    if (this.#finder && at < bytes.length) this.#take(this.#finder.push(bytes.subarray(at)));
  }

  #readHeader(): void {
    const block = parseBlockHeader(this.#gathered, 0, this.#offset - BLOCK_HEADER_BYTES);
    this.#block = block;
    if (!isPossible(block)) {
      this.#break();
      return;
    }
    if (block.type === BLOCK_TYPES.streamInfo || block.type === BLOCK_TYPES.vorbisComment) {
      this.#state = 'body';
      this.#filled = 0;
      this.#wanted = block.byteLength;
      return;
    }
    this.#events.push({ type: 'block', block, body: undefined });
    this.#skip(block.byteLength, block.isLast ? 'frames' : 'header');
  }

  #readBody(): void {
    const block = this.#block!;
    const body = this.#gathered.slice(0, this.#filled);
    this.#events.push({ type: 'block', block, body });
    if (block.type === BLOCK_TYPES.streamInfo) this.#readInfo(body, block.byteOffset);
    const isOver = block.isLast || (this.#onlyStreamInfo && block.type === BLOCK_TYPES.streamInfo);
    this.#enter(isOver ? 'frames' : 'header');
  }

  #readInfo(body: Uint8Array, byteOffset: number): void {
    const info = tryStreamInfo(body);
    if (!(info instanceof FlacError)) this.#bitsPerSample ??= info.bitsPerSample;
    this.#events.push({ type: 'info', info, byteOffset });
  }

  #break(): void {
    this.#state = 'broken';
    this.#events.push({ type: 'broken', byteOffset: this.#block?.byteOffset ?? this.#offset });
  }

  #beginFrames(byteOffset: number, hasMarker: boolean): void {
    this.#state = 'frames';
    this.#events.push({ type: 'frames', byteOffset, hasMarker });
    this.#finder = new FrameFinder(byteOffset, this.#bitsPerSample);
    const gathered = this.#gathered.slice(0, this.#offset - byteOffset);
    if (gathered.length > 0) this.#take(this.#finder.push(gathered));
  }
}
