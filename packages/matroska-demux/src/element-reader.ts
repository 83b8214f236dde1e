import { ClusterReader } from './cluster-reader';
import type { DamageDetails, MatroskaDamageCode } from './damage';
import { Element, hex } from './element';
import type { MatroskaEvent } from './events';
import { ID } from './ids';
import { endsGroup, isField, isPassedOver, Level, levelOf } from './levels';
import { PAYLOAD_LIMITS, SegmentReader } from './segment-reader';
import type { MatroskaTrack } from './track';
import { TrackTable } from './track-table';
import { type ElementHeader, UNKNOWN_SIZE } from './vint';
import { type BlockWish, type ElementVisitor, ElementWalker, Step } from './walker';

/** What is passed over in a Segment without a size: more is not believed. */
const MAX_PASSED_OVER_BYTES = 2 ** 30;

/** A number, date or float. Longer ones are read (and found wrong) up to here. */
const MAX_FIELD_BYTES = 64;

/** Walks the levels of a file, and gives what is read to those who know it. */
export class ElementReader implements ElementVisitor {
  readonly #walker = new ElementWalker(this);
  readonly #tracks: TrackTable;
  readonly #segment: SegmentReader;
  readonly #cluster: ClusterReader;
  readonly #maxFrameBytes: number;
  #events: MatroskaEvent[] = [];
  #level = Level.File;
  /** Where what is open at each level ends. */
  readonly #ends = [Number.POSITIVE_INFINITY, 0, 0, 0];
  innerEnd = Number.POSITIVE_INFINITY;
  resumeAt = 0;
  /** Of the element that is being read whole. */
  #payloadId = 0;
  /** What is being looked past. */
  #lost: { code: MatroskaDamageCode; what: string; byteOffset: number; details: DamageDetails } | undefined;
  #segmentOffset = 0;
  #clusterOffset = 0;
  #clusterHasSize = false;
  #firstChildAt = 0;
  /** That the Cluster should have. */
  #clusterCrc: number | undefined;
  #hasSegment = false;

  constructor(maxFrameBytes: number, maxTracks: number, selects: (track: MatroskaTrack) => boolean) {
    const out = () => this.#events;
    const report = this.#report.bind(this);
    this.#maxFrameBytes = maxFrameBytes;
    this.#tracks = new TrackTable({ maxTracks, selects }, report);
    this.#segment = new SegmentReader(this.#tracks, report, out);
    this.#cluster = new ClusterReader(this.#tracks, maxFrameBytes, report, out);
  }

  push(bytes: Uint8Array): MatroskaEvent[] {
    this.#walker.push(bytes);
    this.#cluster.detach();
    return this.#take();
  }

  finish(): MatroskaEvent[] {
    const { position, openFrom, openUntil } = this.#walker;
    const outermost = this.#ends.slice(1, this.#level + 1).filter(Number.isFinite);
    const missing = Math.max(0, openUntil ?? 0, ...outermost) - position;
    this.#endLost(position);
    if (this.#level === Level.Group) this.#cluster.endGroup(position, true);
    const truncated = missing > 0;
    if (truncated) {
      const from = openFrom ?? position;
      this.#report('MATROSKA_TRUNCATED', 'the input ends inside an element', from, position - from, {
        expected: position + missing,
        actual: position,
      });
    }
    if (this.#hasSegment) this.#segment.settle();
    this.#events.push({ type: 'end', reason: truncated ? 'truncated' : 'complete' });
    return this.#take();
  }

  #take(): MatroskaEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #report(
    code: MatroskaDamageCode,
    what: string,
    byteOffset: number,
    byteLength: number,
    details: DamageDetails = {},
  ): void {
    const message = `${what}, at byte ${byteOffset}`;
    this.#events.push({ type: 'damage', code, message, byteOffset, byteLength, ...details });
  }

  close(position: number): void {
    this.#endLost(position);
    while (this.#level > Level.File && position >= this.#ends[this.#level]!) this.#leave(position);
  }

  /** Ends the innermost of what is open. */
  #leave(position: number): void {
    if (this.#level === Level.Group) this.#cluster.endGroup(position);
    else if (this.#level === Level.Cluster) this.#endCluster(position);
    else this.#segment.settle();
    this.#level--;
    this.innerEnd = this.#ends[this.#level]!;
  }

  #leaveTo(level: Level, position: number): void {
    while (this.#level > level) this.#leave(position);
  }

  #enter(level: Level, end: number): Step {
    this.#level = level;
    this.#ends[level] = end;
    this.innerEnd = end;
    return Step.Enter;
  }

  #endCluster(position: number): void {
    const expected = this.#clusterCrc;
    this.#clusterCrc = undefined;
    if (expected === undefined) return;
    const actual = this.#walker.endCrc();
    if (actual === expected) return;
    const details = { expected, actual };
    const length = position - this.#clusterOffset;
    this.#report('MATROSKA_CRC_MISMATCH', 'a Cluster with a wrong CRC-32', this.#clusterOffset, length, details);
  }

  #dropCrc(): void {
    this.#clusterCrc = undefined;
    this.#walker.cancelCrc();
  }

  element(header: ElementHeader, byteOffset: number): Step {
    const { id, size } = header;
    const end = size === UNKNOWN_SIZE ? Number.POSITIVE_INFINITY : byteOffset + header.length + size;
    // The hot path: what fits.
    if (this.#level === Level.Cluster && id === ID.SIMPLE_BLOCK && end <= this.innerEnd && size !== UNKNOWN_SIZE) {
      return this.#beginBlock(byteOffset, size);
    }
    const level = levelOf(id);
    if (level !== undefined) return this.#major(level, id, byteOffset, size, end);
    if (size === UNKNOWN_SIZE) {
      return this.#lose('MATROSKA_BAD_SIZE', `element ${hex(id)} has an unknown size`, byteOffset);
    }
    if (end > this.innerEnd) return this.#overParent(id, byteOffset, size);
    if (this.#level >= Level.Cluster) return this.#inCluster(id, byteOffset, size, end);
    if (isPassedOver(this.#level, id)) return this.#passOver(id, byteOffset, size);
    // Nothing else in a Segment has a shorter ID.
    if (this.#level === Level.File || id < 0x10000000) return this.malformed(byteOffset);
    return this.#unknown(id, byteOffset, size);
  }

  #overParent(id: number, byteOffset: number, size: number): Step {
    const what = `element ${hex(id)} of ${size} bytes goes on behind its parent`;
    const details = { expected: this.innerEnd, actual: byteOffset + size };
    return this.#lose('MATROSKA_SIZE_OVER_PARENT', what, byteOffset, details);
  }

  /** An element that ends whatever is open at its own level and below. */
  #major(level: Level.File | Level.Segment, id: number, byteOffset: number, size: number, end: number): Step {
    if (this.#level > Level.Segment) {
      if (this.#level === Level.Group) this.#endsEarly('a BlockGroup', this.#cluster.groupOffset, byteOffset);
      if (this.#clusterHasSize) this.#endsEarly('a Cluster', this.#clusterOffset, byteOffset);
      this.#dropCrc();
      this.#leaveTo(Level.Segment, byteOffset);
    }
    if (level === Level.File) return this.#top(id, byteOffset, size, end);
    if (this.#level === Level.File) this.#openSegment(byteOffset);
    if (id === ID.CLUSTER) return this.#beginCluster(byteOffset, size, end);
    if (size === UNKNOWN_SIZE) {
      return this.#lose('MATROSKA_BAD_SIZE', `element ${hex(id)} has an unknown size`, byteOffset);
    }
    if (end > this.innerEnd) return this.#overParent(id, byteOffset, size);
    return this.#whole(id, byteOffset, size) ?? this.#passOver(id, byteOffset, size);
  }

  #top(id: number, byteOffset: number, size: number, end: number): Step {
    if (this.#level === Level.Segment) {
      if (Number.isFinite(this.innerEnd)) this.#endsEarly('a Segment', this.#segmentOffset, byteOffset);
      this.#leaveTo(Level.File, byteOffset);
    }
    if (id === ID.SEGMENT) {
      this.#hasSegment = true;
      this.#segmentOffset = byteOffset;
      this.#segment.begin(byteOffset);
      return this.#enter(Level.Segment, end);
    }
    if (size === UNKNOWN_SIZE) return this.#lose('MATROSKA_BAD_SIZE', 'an EBML header of unknown size', byteOffset);
    return this.#whole(id, byteOffset, size) ?? this.#passOver(id, byteOffset, size);
  }

  #endsEarly(what: string, from: number, byteOffset: number): void {
    this.#report('MATROSKA_BAD_SIZE', `${what} runs into what follows it`, from, byteOffset - from);
  }

  /** What belongs into a Segment stands behind one, or without one. */
  #openSegment(byteOffset: number): void {
    if (this.#hasSegment) {
      const what = 'the Segment goes on behind its end';
      this.#report('MATROSKA_SIZE_OVER_PARENT', what, byteOffset, 0, { expected: byteOffset });
    } else {
      this.#hasSegment = true;
      this.#segmentOffset = byteOffset;
      this.#report('MATROSKA_HEADER_MISSING', 'no Segment begins before what belongs into one', byteOffset, 0);
      this.#segment.begin(byteOffset);
    }
    this.#enter(Level.Segment, Number.POSITIVE_INFINITY);
  }

  #beginCluster(byteOffset: number, size: number, end: number): Step {
    this.#clusterHasSize = size !== UNKNOWN_SIZE;
    if (this.#clusterHasSize && end > this.innerEnd) {
      const what = 'a Cluster goes on behind the end of its Segment';
      const details = { expected: this.innerEnd, actual: end };
      this.#report('MATROSKA_SIZE_OVER_PARENT', what, byteOffset, 0, details);
      // The Cluster is what is nearer: no end of the Segment is believed any more.
      this.#enter(Level.Segment, Number.POSITIVE_INFINITY);
    }
    this.#segment.settle();
    this.#cluster.timestampScaleNs = this.#segment.timestampScaleNs;
    this.#cluster.beginCluster(this.#clusterHasSize);
    this.#clusterOffset = byteOffset;
    this.#firstChildAt = this.#walker.position;
    return this.#enter(Level.Cluster, Math.min(end, this.innerEnd));
  }

  #inCluster(id: number, byteOffset: number, size: number, end: number): Step {
    if (this.#level === Level.Group && endsGroup(id)) {
      this.#endsEarly('a BlockGroup', this.#cluster.groupOffset, byteOffset);
      this.#leave(byteOffset);
    }
    const level = this.#level;
    if (level === Level.Group && id === ID.BLOCK) return this.#beginBlock(byteOffset, size);
    if (level === Level.Cluster) {
      if (id === ID.BLOCK_GROUP) {
        if (!this.#clusterHasSize && size > MAX_PASSED_OVER_BYTES) return this.malformed(byteOffset);
        this.#cluster.beginGroup(byteOffset);
        return this.#enter(Level.Group, end);
      }
      if (id === ID.SIMPLE_BLOCK) return this.#beginBlock(byteOffset, size);
      if (id === ID.ENCRYPTED_BLOCK) {
        this.#report('MATROSKA_TRACK_ENCODED', 'an EncryptedBlock', byteOffset, size);
        return this.#passOver(id, byteOffset, size);
      }
      if (id === ID.CRC_32 && size === 4 && byteOffset === this.#firstChildAt && this.#clusterHasSize) {
        return this.#readWhole(id);
      }
    }
    if (isField(level, id)) {
      if (size <= MAX_FIELD_BYTES) return this.#readWhole(id);
      this.#report('MATROSKA_BAD_VALUE', `${hex(id)} has ${size} bytes`, byteOffset, size);
      return Step.Probe;
    }
    return isPassedOver(level, id) ? this.#passOver(id, byteOffset, size) : this.#unknown(id, byteOffset, size);
  }

  #beginBlock(byteOffset: number, size: number): Step {
    if (!this.#cluster.beginBlock(byteOffset, size)) return Step.Skip;
    if (this.#clusterHasSize || size <= Math.max(this.#maxFrameBytes, MAX_PASSED_OVER_BYTES)) return Step.Block;
    // Nothing vouches for that size, of whatever track.
    const details = { expected: this.#maxFrameBytes, actual: size };
    this.#report('MATROSKA_FRAME_TOO_LARGE', `a block of ${size} bytes`, byteOffset, size, details);
    return Step.Probe;
  }

  /** @returns undefined if the element is none that is read whole. */
  #whole(id: number, byteOffset: number, size: number): Step | undefined {
    const limit = PAYLOAD_LIMITS[id];
    if (limit === undefined) return undefined;
    if (size <= limit) return this.#readWhole(id);
    const details = { expected: limit, actual: size };
    this.#report('MATROSKA_ELEMENT_TOO_LARGE', `element ${hex(id)} of ${size} bytes`, byteOffset, size, details);
    return Step.Probe;
  }

  #readWhole(id: number): Step {
    this.#payloadId = id;
    return Step.Payload;
  }

  #passOver(id: number, byteOffset: number, size: number): Step {
    if (Number.isFinite(this.innerEnd) || size <= MAX_PASSED_OVER_BYTES) return Step.Skip;
    return this.#lose('MATROSKA_BAD_SIZE', `element ${hex(id)} of ${size} bytes`, byteOffset, { actual: size });
  }

  #unknown(id: number, byteOffset: number, size: number): Step {
    if (!Number.isFinite(this.innerEnd) && size > MAX_PASSED_OVER_BYTES) return this.malformed(byteOffset);
    this.#report('MATROSKA_UNKNOWN_ELEMENT', `element ${hex(id)} has no place here`, byteOffset, size);
    return Step.Probe;
  }

  malformed(byteOffset: number): Step {
    return this.#lose('MATROSKA_GARBAGE', 'bytes that are no element', byteOffset);
  }

  /** Reading can't go on here. */
  #lose(code: MatroskaDamageCode, what: string, byteOffset: number, details: DamageDetails = {}): Step {
    this.#dropCrc();
    this.#lost = { code, what, byteOffset, details };
    if (this.#level !== Level.Group) return Step.Lost;
    this.resumeAt = this.innerEnd;
    this.#cluster.spoilGroup();
    return Step.Resume;
  }

  #endLost(byteOffset: number): void {
    if (!this.#lost) return;
    const { code, what, byteOffset: from, details } = this.#lost;
    this.#lost = undefined;
    this.#report(code, what, from, byteOffset - from, details);
  }

  found(byteOffset: number): void {
    this.#endLost(byteOffset);
    this.#dropCrc();
    this.#leaveTo(Math.min(this.#level, Level.Segment), byteOffset);
    // An end that was passed by is no end.
    if (this.#level === Level.Segment && byteOffset >= this.innerEnd) {
      this.#enter(Level.Segment, Number.POSITIVE_INFINITY);
    }
  }

  payload(view: Uint8Array, byteOffset: number): void {
    const id = this.#payloadId;
    const bytes = view.slice();
    if (this.#level <= Level.Segment) this.#segment.payload(id, bytes, byteOffset);
    else if (id === ID.CRC_32) {
      this.#clusterCrc = new DataView(bytes.buffer).getUint32(0, true);
      this.#walker.beginCrc();
    } else this.#cluster.field(new Element(id, bytes, byteOffset, this.#report.bind(this)));
  }

  wantsBlock(trackNumber: number, byteOffset: number, byteLength: number): BlockWish {
    return this.#cluster.wantsBlock(trackNumber, byteOffset, byteLength);
  }

  block(bytes: Uint8Array, start: number, end: number, byteOffset: number, numberLength: number): void {
    this.#cluster.block(bytes, start, end, byteOffset, numberLength);
  }
}
