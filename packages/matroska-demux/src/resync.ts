import { ID } from './ids';
import { vintLength } from './vint';

/** What a place must show to be taken for the begin of an element: ID, size, and the ID (and size) of a first child. */
const LOOKAHEAD_BYTES = 16;

/** Elements where reading can go on behind damage, with what may be their first child. */
const FIRST_CHILDREN: Readonly<Record<number, readonly number[]>> = {
  [ID.CLUSTER]: [ID.TIMESTAMP, ID.CRC_32, ID.VOID, ID.POSITION, ID.PREV_SIZE],
  [ID.EBML]: [0x4286, 0x42f7, 0x42f2, 0x42f3, 0x4282, 0x4287, 0x4285, ID.CRC_32, ID.VOID],
  [ID.SEGMENT]: [ID.SEEK_HEAD, ID.INFO, ID.TRACKS, ID.CLUSTER, ID.TAGS, ID.CUES, ID.CRC_32, ID.VOID],
  [ID.INFO]: [
    0x73a4,
    0x7384,
    ID.TIMESTAMP_SCALE,
    ID.DURATION,
    ID.DATE_UTC,
    ID.TITLE,
    0x4d80,
    0x5741,
    ID.CRC_32,
    ID.VOID,
  ],
  [ID.TRACKS]: [ID.TRACK_ENTRY, ID.CRC_32, ID.VOID],
  [ID.TAGS]: [ID.TAG, ID.CRC_32, ID.VOID],
  [ID.CUES]: [0xbb, ID.CRC_32, ID.VOID],
};

/**
 * Looks for the next element of a Segment (or file) in bytes that are none. It holds at most 15 bytes over pushes, and looks
 * at each byte at most 15 times.
 */
export class ResyncScanner {
  /** What begins like an element, where too little came to tell. */
  readonly held = new Uint8Array(LOOKAHEAD_BYTES);
  heldLength = 0;
  found = false;

  reset(): void {
    this.heldLength = 0;
    this.found = false;
  }

  /**
   * Goes through `bytes[at..end)`. @returns The index behind what it has taken. If then `found`, the element begins
   * `heldLength` bytes before that index: with what is held, or if that is nothing, there.
   */
  find(bytes: Uint8Array, at: number, end: number): number {
    this.found = false;
    let next = at;
    while (this.heldLength > 0) {
      for (; this.heldLength < LOOKAHEAD_BYTES && next < end; next++) this.held[this.heldLength++] = bytes[next]!;
      if (this.heldLength < LOOKAHEAD_BYTES) return next;
      this.found = isElement(this.held, 0);
      if (this.found) return next;
      this.#dropOne();
    }
    for (; next < end; next++) {
      if (!mayBegin(bytes, next, end)) continue;
      if (end - next < LOOKAHEAD_BYTES) {
        this.held.set(bytes.subarray(next, end));
        this.heldLength = end - next;
        return end;
      }
      this.found = isElement(bytes, next);
      if (this.found) return next;
    }
    return next;
  }

  /** Lets go of the first byte that is held, and of what follows up to the next that may begin an element. */
  #dropOne(): void {
    let first = 1;
    while (first < this.heldLength && !mayBegin(this.held, first, this.heldLength)) first++;
    this.held.copyWithin(0, first, this.heldLength);
    this.heldLength -= first;
  }
}

/** As far as the bytes up to `end` tell. */
function mayBegin(bytes: Uint8Array, at: number, end: number): boolean {
  switch (bytes[at]) {
    case 0x1f:
      return at + 1 >= end || bytes[at + 1] === 0x43;
    case 0x1a:
      return at + 1 >= end || bytes[at + 1] === 0x45;
    case 0x18:
      return at + 1 >= end || bytes[at + 1] === 0x53;
    case 0x15:
      return at + 1 >= end || bytes[at + 1] === 0x49;
    case 0x16:
      return at + 1 >= end || bytes[at + 1] === 0x54;
    case 0x12:
      return at + 1 >= end || bytes[at + 1] === 0x54;
    case 0x1c:
      return at + 1 >= end || bytes[at + 1] === 0x53;
    default:
      return false;
  }
}

/** Do `LOOKAHEAD_BYTES` at `at` show an element with a plausible first child? */
function isElement(bytes: Uint8Array, at: number): boolean {
  const id = idAt(bytes, at, 4);
  const children = FIRST_CHILDREN[id];
  if (!children) return false;
  const sizeLength = vintLength(bytes[at + 4]!);
  if (sizeLength > 8) return false;
  const childAt = at + 4 + sizeLength;
  const childIdLength = vintLength(bytes[childAt]!);
  if (childIdLength > 4) return false;
  const child = idAt(bytes, childAt, childIdLength);
  if (!children.includes(child)) return false;
  // Where the child's size lies within reach, it must be what such a child has.
  if (childIdLength !== 1) return true;
  const childSize = bytes[childAt + 1]!;
  if (child === ID.CRC_32) return childSize === 0x84;
  if (child === ID.TIMESTAMP || child === ID.POSITION || child === ID.PREV_SIZE) {
    // A size of 0 to 8, in one byte as nearly everybody writes it, or in eight.
    return (childSize >= 0x80 && childSize <= 0x88) || childSize === 0x01;
  }
  return vintLength(childSize) <= 8;
}

function idAt(bytes: Uint8Array, at: number, length: number): number {
  let id = 0;
  for (let i = 0; i < length; i++) id = (id << 8) | bytes[at + i]!;
  return id;
}
