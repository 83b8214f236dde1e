import type { MatroskaTrack } from './track';

/** A SimpleBlock or BlockGroup: one frame (packet), or several laced together. */
export interface MatroskaBlock {
  readonly track: MatroskaTrack;
  /**
   * Of the first frame, as the file says it: a multiple of the Segment's TimestampScale, CodecDelay not subtracted. A safe
   * integer, which may be negative.
   */
  readonly timestampNs: number;
  readonly frameCount: number;
  readonly keyframe: boolean;
  readonly invisible: boolean;
  readonly discardable: boolean;
  /** To drop at the end of what the block decodes to or, if it is negative, at its begin. 0 if the file doesn't say. */
  readonly discardPaddingNs: number;
  /** Of the whole block, where a BlockGroup says it. */
  readonly durationNs?: number;
  /** Where the SimpleBlock or Block begins: the header of the element. */
  readonly byteOffset: number;
  /**
   * Bytes of frame `i`: a view into what was pushed, if the block lies whole in that, and its bytes were not stripped of a
   * header.
   *
   * @throws {RangeError} if there is no such frame.
   */
  frame(i: number): Uint8Array;
  /** Where frame `i` begins in the input. @throws {RangeError} if there is no such frame. */
  frameOffset(i: number): number;
  /** Of `frame(i)`; a header that the file is stripped of is counted in. @throws {RangeError} if there is no such frame. */
  frameLength(i: number): number;
}

/** Where frames lie in memory. */
export interface FrameBytes {
  readonly bytes: Uint8Array;
  /** Index of the first frame. */
  readonly start: number;
  /** Where the last frame ends. */
  readonly end: number;
  readonly count: number;
  /** Where each frame ends; undefined: all have the same size. */
  readonly ends: Uint32Array | undefined;
  /** Offset in the input of `bytes[0]`. */
  readonly base: number;
  /** Stands before each frame. */
  readonly prefix: Uint8Array;
}

/** Views are made when they are asked for. */
export class BlockFrames implements MatroskaBlock {
  readonly track: MatroskaTrack;
  readonly timestampNs: number;
  readonly frameCount: number;
  keyframe: boolean;
  readonly invisible: boolean;
  readonly discardable: boolean;
  discardPaddingNs = 0;
  durationNs?: number;
  readonly byteOffset: number;
  #bytes: Uint8Array;
  #start: number;
  #end: number;
  #base: number;
  #isDetached = false;
  readonly #ends: Uint32Array | undefined;
  readonly #prefix: Uint8Array;

  constructor(track: MatroskaTrack, timestampNs: number, flags: number, byteOffset: number, frames: FrameBytes) {
    this.track = track;
    this.timestampNs = timestampNs;
    this.frameCount = frames.count;
    this.keyframe = (flags & 0x80) !== 0;
    this.invisible = (flags & 0x08) !== 0;
    this.discardable = (flags & 0x01) !== 0;
    this.byteOffset = byteOffset;
    this.#bytes = frames.bytes;
    this.#start = frames.start;
    this.#end = frames.end;
    this.#base = frames.base;
    this.#ends = frames.ends;
    this.#prefix = frames.prefix;
  }

  frame(i: number): Uint8Array {
    const start = this.#startOf(i);
    const end = this.#endOf(i);
    const prefix = this.#prefix;
    if (prefix.length === 0) return this.#bytes.subarray(start, end);
    const frame = new Uint8Array(prefix.length + end - start);
    frame.set(prefix);
    frame.set(this.#bytes.subarray(start, end), prefix.length);
    return frame;
  }

  frameOffset(i: number): number {
    return this.#base + this.#startOf(i);
  }

  frameLength(i: number): number {
    return this.#prefix.length + this.#endOf(i) - this.#startOf(i);
  }

  /** Makes the frames outlive what they are views into. */
  detach(): void {
    if (this.#isDetached) return;
    this.#isDetached = true;
    const first = this.#start;
    const length = this.#end - first;
    this.#bytes = this.#bytes.slice(first, this.#end);
    this.#base += first;
    this.#start = 0;
    this.#end = length;
    if (this.#ends) for (let i = 0; i < this.#ends.length; i++) this.#ends[i] = this.#ends[i]! - first;
  }

  #startOf(i: number): number {
    if (!(Number.isInteger(i) && i >= 0 && i < this.frameCount)) throw new RangeError(`there is no frame ${i}`);
    if (!this.#ends) return this.#start + i * ((this.#end - this.#start) / this.frameCount);
    return i === 0 ? this.#start : this.#ends[i - 1]!;
  }

  #endOf(i: number): number {
    return this.#ends ? this.#ends[i]! : this.#start + (i + 1) * ((this.#end - this.#start) / this.frameCount);
  }
}
