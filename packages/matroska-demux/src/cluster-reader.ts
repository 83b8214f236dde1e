import { BlockFrames } from './block';
import type { MatroskaDamageCode, ReportDamage } from './damage';
import type { Element } from './element';
import type { MatroskaEvent } from './events';
import { ID } from './ids';
import { LACING_MASK, readLacing } from './lacing';
import type { KnownTrack, TrackTable } from './track-table';
import { BlockWish } from './walker';

/** Behind the track number: a time (2 bytes) and flags. */
const BLOCK_FIELDS_BYTES = 3;

interface BadTime {
  readonly code: MatroskaDamageCode;
  readonly what: string;
}

const CUT: BadTime = { code: 'MATROSKA_BAD_BLOCK', what: 'a block shorter than its header' };
const NO_TIMESTAMP: BadTime = {
  code: 'MATROSKA_NO_TIMESTAMP',
  what: 'a block of a Cluster that has no Timestamp (yet)',
};
const OVERFLOW: BadTime = { code: 'MATROSKA_TIME_OVERFLOW', what: 'a time over 2^53 - 1 ns' };

/**
 * Blocks of one Cluster after another.
 *
 *     Cluster 1F43B675
 *       Timestamp E7 (ticks)
 *       SimpleBlock A3
 *       BlockGroup A0: Block A1, BlockDuration 9B (ticks), ReferenceBlock FB, DiscardPadding 75A2 (ns, signed)
 *
 *     SimpleBlock, Block
 *       track number   integer of variable size
 *       time           2 bytes, signed: ticks from the Cluster's
 *       flags          1 byte: 80 keyframe, 08 invisible, 06 lacing, 01 discardable (80 and 01 in SimpleBlock alone)
 *       frames, laced or one
 *
 * @see RFC 9559 §5.1.3, §10.1, §10.2
 */
export class ClusterReader {
  readonly #tracks: TrackTable;
  readonly #maxFrameBytes: number;
  readonly #report: ReportDamage;
  readonly #out: () => MatroskaEvent[];
  timestampScaleNs = 0;
  /** Of the Cluster, in ticks. */
  #timestamp: number | undefined;
  #hasSize = false;
  #inGroup = false;
  #groupOffset = 0;
  /** A Block was in the group, of whatever track. */
  #hasBlock = false;
  #block: BlockFrames | undefined;
  #isReferring = false;
  #duration: Element | undefined;
  #discard: Element | undefined;
  #known: KnownTrack | undefined;
  #blockOffset = 0;

  constructor(tracks: TrackTable, maxFrameBytes: number, report: ReportDamage, out: () => MatroskaEvent[]) {
    this.#tracks = tracks;
    this.#maxFrameBytes = maxFrameBytes;
    this.#report = report;
    this.#out = out;
  }

  /** @param hasSize  So that the sizes of blocks have been held against an end. */
  beginCluster(hasSize: boolean): void {
    this.#timestamp = undefined;
    this.#hasSize = hasSize;
  }

  beginGroup(byteOffset: number): void {
    this.#inGroup = true;
    this.#groupOffset = byteOffset;
    this.#hasBlock = false;
    this.#block = undefined;
    this.#isReferring = false;
    this.#duration = undefined;
    this.#discard = undefined;
  }

  /** The group is complete, or nothing more of it can be read. @param isCut  The input ends here. */
  endGroup(byteOffset: number, isCut = false): void {
    this.#inGroup = false;
    const block = this.#block;
    if (block) {
      const ticks = this.#duration?.uint();
      const durationNs = ticks === undefined ? undefined : ticks * this.timestampScaleNs;
      if (Number.isSafeInteger(durationNs)) block.durationNs = durationNs!;
      else if (durationNs !== undefined)
        this.#duration?.damage('MATROSKA_BAD_VALUE', 'BlockDuration is over 2^53 - 1 ns');
      block.discardPaddingNs = this.#discard?.int() ?? 0;
      block.keyframe = !this.#isReferring;
      this.#out().push({ type: 'block', block });
    } else if (!this.#hasBlock && !isCut) {
      const length = byteOffset - this.#groupOffset;
      this.#report('MATROSKA_BAD_BLOCK', 'a BlockGroup without a Block', this.#groupOffset, length);
    }
    this.#block = undefined;
  }

  /** Where the group that is open begins. */
  get groupOffset(): number {
    return this.#groupOffset;
  }

  /** Of the group that is open nothing more can be read, which is reported. */
  spoilGroup(): void {
    this.#hasBlock = true;
  }

  /** Of the groups that are not complete: the pushed bytes may be overwritten from now on. */
  detach(): void {
    this.#block?.detach();
  }

  /** A Block begins here. @returns false if the group has one. */
  beginBlock(byteOffset: number, byteLength: number): boolean {
    this.#blockOffset = byteOffset;
    if (!this.#inGroup) return true;
    const isFirst = !this.#hasBlock;
    this.#hasBlock = true;
    if (!isFirst) this.#report('MATROSKA_BAD_BLOCK', 'a further Block in a BlockGroup', byteOffset, byteLength);
    return isFirst;
  }

  field(element: Element): void {
    if (element.id === ID.TIMESTAMP) this.#timestamp = element.uint();
    else if (element.id === ID.BLOCK_DURATION) this.#duration = element;
    else if (element.id === ID.DISCARD_PADDING) this.#discard = element;
    else if (element.id === ID.REFERENCE_BLOCK) this.#isReferring = true;
  }

  wantsBlock(number: number, byteOffset: number, byteLength: number): BlockWish {
    if (number < 0 || byteLength < BLOCK_FIELDS_BYTES + 1) {
      this.#report('MATROSKA_BAD_BLOCK', 'a block shorter than its header', byteOffset, byteLength);
      return BlockWish.Skip;
    }
    const isLarge = byteLength > this.#maxFrameBytes;
    // In a Cluster without a size nothing vouches for that of a block.
    const skip = isLarge && !this.#hasSize ? BlockWish.Probe : BlockWish.Skip;
    const known = this.#tracks.get(number);
    if (!known) {
      this.#tracks.reportUnknown(number, byteOffset, byteLength);
      return skip;
    }
    if (!known.gives) return BlockWish.Skip;
    this.#known = known;
    if (!isLarge) return BlockWish.Hold;
    const details = { track: known.track, expected: this.#maxFrameBytes, actual: byteLength };
    this.#report('MATROSKA_FRAME_TOO_LARGE', `a block of ${byteLength} bytes`, byteOffset, byteLength, details);
    return skip;
  }

  /** The one that `wantsBlock` was asked for. */
  block(bytes: Uint8Array, start: number, end: number, byteOffset: number, numberLength: number): void {
    const { track, framePrefix: prefix } = this.#known!;
    const at = start + numberLength;
    const timestampNs = this.#timeOf(bytes, at, end);
    if (typeof timestampNs !== 'number') {
      const { code, what } = timestampNs;
      this.#report(code, what, byteOffset, end - start, { track });
      return;
    }
    const flags = bytes[at + 2]!;
    const base = byteOffset - start;
    let first = at + BLOCK_FIELDS_BYTES;
    let count = 1;
    let ends: Uint32Array | undefined;
    if ((flags & LACING_MASK) !== 0) {
      const lacing = readLacing(bytes, first, end, flags & LACING_MASK);
      if (!lacing) {
        this.#report('MATROSKA_BAD_LACING', 'lacing that does not fit the block', byteOffset, end - start, { track });
        return;
      }
      first = lacing.start;
      count = lacing.count;
      ends = lacing.ends;
    }
    const shown = this.#inGroup ? flags & 0x08 : flags;
    const frames = { bytes, start: first, end, count, ends, base, prefix };
    const block = new BlockFrames(track, timestampNs, shown, this.#blockOffset, frames);
    if (this.#inGroup) this.#block = block;
    else this.#out().push({ type: 'block', block });
  }

  /** The time of the block whose fields begin at `at`, in ns, or what is wrong with it. */
  #timeOf(bytes: Uint8Array, at: number, end: number): number | BadTime {
    if (at + BLOCK_FIELDS_BYTES > end) return CUT;
    if (this.#timestamp === undefined) return NO_TIMESTAMP;
    const ticks = ((bytes[at]! << 24) >> 16) | bytes[at + 1]!;
    const timestampNs = (this.#timestamp + ticks) * this.timestampScaleNs;
    return Number.isSafeInteger(timestampNs) ? timestampNs : OVERFLOW;
  }
}
