import { pick, type Random } from '../harness/random';
import { joined } from '../harness/smaller';
import { mutateBytes, mutateOrder } from './bytes';
import { mutateOpusPacket } from './opus-packet';

/** An element taken apart: its children, or its payload. */
export interface ElementParts {
  /** With its marker, as it stands. */
  id: number;
  payload: Uint8Array;
  children: ElementParts[] | undefined;
  /** Bytes of the size; 0: as few as go. */
  sizeBytes: number;
  /** In the place of the right size. */
  size: number | 'unknown' | undefined;
}

const ID = {
  EBML: 0x1a45dfa3,
  SEGMENT: 0x18538067,
  CLUSTER: 0x1f43b675,
  INFO: 0x1549a966,
  TRACKS: 0x1654ae6b,
  TAGS: 0x1254c367,
  CUES: 0x1c53bb6b,
  SEEK_HEAD: 0x114d9b74,
  CHAPTERS: 0x1043a770,
  ATTACHMENTS: 0x1941a469,
  TRACK_ENTRY: 0xae,
  AUDIO: 0xe1,
  CONTENT_ENCODINGS: 0x6d80,
  CONTENT_ENCODING: 0x6240,
  CONTENT_COMPRESSION: 0x5034,
  BLOCK_GROUP: 0xa0,
  TAG: 0x7373,
  TARGETS: 0x63c0,
  SIMPLE_TAG: 0x67c8,
  SIMPLE_BLOCK: 0xa3,
  BLOCK: 0xa1,
  DISCARD_PADDING: 0x75a2,
  TIMESTAMP: 0xe7,
};
const MASTERS = new Set([
  ID.EBML,
  ID.SEGMENT,
  ID.CLUSTER,
  ID.INFO,
  ID.TRACKS,
  ID.TAGS,
  ID.TRACK_ENTRY,
  ID.AUDIO,
  ID.CONTENT_ENCODINGS,
  ID.CONTENT_ENCODING,
  ID.CONTENT_COMPRESSION,
  ID.BLOCK_GROUP,
  ID.TAG,
  ID.TARGETS,
  ID.SIMPLE_TAG,
]);
/** Where an element of unknown size ends, at the latest. */
const TOP = new Set([
  ID.SEGMENT,
  ID.CLUSTER,
  ID.INFO,
  ID.TRACKS,
  ID.TAGS,
  ID.CUES,
  ID.SEEK_HEAD,
  ID.CHAPTERS,
  ID.ATTACHMENTS,
  ID.EBML,
]);
const OTHERS = [
  0xec, 0xbf, 0xd7, 0x83, 0x86, 0x63a2, 0x56aa, 0x56bb, 0xb5, 0x9f, 0x2ad7b1, 0x4489, 0x4461, 0x9b, 0xfb, 0xa7, 0xab,
  0x5854, 0x45a3, 0x4487, 0x1b538667, 0x81, 0x4282, 0x4285, 0x42f2, 0x5032, 0x4254, 0x4255,
];
const ALL_IDS = [...Object.values(ID), ...OTHERS];
const IS_BLOCK = (id: number) => id === ID.SIMPLE_BLOCK || id === ID.BLOCK;

function vint(
  bytes: Uint8Array,
  at: number,
  keepMarker: boolean,
): { value: number; length: number; ones: boolean } | undefined {
  const first = bytes[at];
  if (first === undefined || first === 0) return undefined;
  const length = Math.clz32(first) - 23;
  if (at + length > bytes.length) return undefined;
  let value = keepMarker ? first : first & (0xff >> length);
  let ones = (first | (0x100 >> length)) === 0xff >> (length - 1);
  for (let i = 1; i < length; i++) {
    value = value * 256 + bytes[at + i]!;
    ones &&= bytes[at + i] === 255;
  }
  return { value, length, ones };
}

export function parseElements(bytes: Uint8Array, start = 0, end = bytes.length, depth = 0): ElementParts[] {
  const elements: ElementParts[] = [];
  for (let at = start; at < end; ) {
    const id = vint(bytes, at, true);
    const size = id && vint(bytes, at + id.length, false);
    if (!id || !size || id.length > 4) {
      elements.push({ id: -1, payload: bytes.slice(at, end), children: undefined, sizeBytes: 0, size: undefined });
      break;
    }
    const from = at + id.length + size.length;
    const unknown = size.ones && size.value > 0;
    const stated = from + size.value;
    const to = unknown ? endOfUnknown(bytes, id.value, from, end) : Math.min(stated, end);
    const isMaster = MASTERS.has(id.value) && depth < 12;
    elements.push({
      id: id.value,
      payload: isMaster ? new Uint8Array(0) : bytes.slice(from, to),
      children: isMaster ? parseElements(bytes, from, to, depth + 1) : undefined,
      sizeBytes: size.length,
      size: unknown ? 'unknown' : stated > end ? size.value : undefined,
    });
    at = to;
  }
  return elements;
}

function endOfUnknown(bytes: Uint8Array, parent: number, start: number, end: number): number {
  if (parent === ID.SEGMENT) return end;
  let at = start;
  while (at < end) {
    const id = vint(bytes, at, true);
    const size = id && vint(bytes, at + id.length, false);
    if (!id || !size || TOP.has(id.value) || size.ones) return at;
    at += id.length + size.length + size.value;
  }
  return end;
}

function idBytes(id: number): Uint8Array {
  const bytes = [id >>> 24, id >>> 16, id >>> 8, id].map((value) => value & 255);
  return Uint8Array.from(bytes.slice(id > 0xffffff || id < 0 ? 0 : id > 0xffff ? 1 : id > 0xff ? 2 : 3));
}

function sizeOf(value: number | 'unknown', atLeast: number): Uint8Array {
  let length = Math.max(1, atLeast);
  if (value === 'unknown') {
    const bytes = new Uint8Array(length).fill(255);
    bytes[0] = 0xff >> (length - 1);
    return bytes;
  }
  while (length < 8 && value >= 2 ** (7 * length) - 1) length++;
  const bytes = new Uint8Array(length);
  let rest = value;
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[0]! |= 0x100 >> length;
  return bytes;
}

export function encodeElement({ id, payload, children, sizeBytes, size }: ElementParts): Uint8Array {
  if (id === -1) return payload;
  const body = children ? joined(children.map(encodeElement)) : payload;
  return joined([idBytes(id), sizeOf(size ?? body.length, sizeBytes), body]);
}

export const element = (id: number, payload: Uint8Array = new Uint8Array(0)): Uint8Array =>
  encodeElement({ id, payload, children: undefined, sizeBytes: 0, size: undefined });

/** Where elements of a Segment begin: for making a finding smaller. */
export function elementBoundaries(bytes: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const id = vint(bytes, at, true);
    const size = id && vint(bytes, at + id.length, false);
    if (!id || !size) break;
    found.push(at);
    const isOpen = id.value === ID.SEGMENT || id.value === ID.CLUSTER;
    at += id.length + size.length + (isOpen || size.ones ? 0 : size.value);
  }
  return found;
}

function listed(elements: ElementParts[], into: { element: ElementParts; list: ElementParts[] }[] = []) {
  for (const each of elements) {
    into.push({ element: each, list: elements });
    if (each.children) listed(each.children, into);
  }
  return into;
}

const SIZES: readonly (number | 'unknown')[] = [
  'unknown',
  'unknown',
  0,
  1,
  2,
  126,
  127,
  128,
  65_536,
  2 ** 24,
  2 ** 31,
  2 ** 32,
  2 ** 40,
  2 ** 53,
  2 ** 55,
];

/** A WebM or Matroska file changed in its elements: sizes, order, ids, values, blocks and their lacing. */
export function mutateMatroska(input: Uint8Array, next: Random, corpus: readonly Uint8Array[]): Uint8Array {
  if (next(12) === 0) return mutateBytes(input, next, corpus);
  const elements = parseElements(input);
  for (let k = next(5); k >= 0; k--) {
    const all = listed(elements);
    if (all.length === 0) break;
    // Most elements are blocks: one time in two it is to be something else.
    const others = next(2) === 0 ? all.filter((each) => !IS_BLOCK(each.element.id)) : all;
    const { element: chosen, list } = pick(next, others.length > 0 ? others : all);
    mutateElement(chosen, list, next, corpus);
  }
  if (next(8) === 0) {
    // As a live stream writes it.
    for (const { element: each } of listed(elements)) {
      if (each.id !== ID.SEGMENT && (each.id !== ID.CLUSTER || next(4) === 0)) continue;
      each.size = 'unknown';
      each.sizeBytes = next(2) === 0 ? 1 : 8;
    }
  }
  const bytes = joined(elements.map(encodeElement));
  return next(10) === 0 ? bytes.slice(0, next(bytes.length + 1)) : bytes;
}

function mutateElement(chosen: ElementParts, list: ElementParts[], next: Random, corpus: readonly Uint8Array[]): void {
  switch (next(10)) {
    case 0:
      chosen.size = next(2) === 0 ? pick(next, SIZES) : Math.max(0, encodedLength(chosen) + next(21) - 10);
      return;
    case 1:
      chosen.sizeBytes = next(9);
      return;
    case 2:
      chosen.id = next(6) === 0 ? next(2 ** 32) : pick(next, ALL_IDS);
      return;
    case 3:
      mutateOrder(list, next);
      return;
    case 4: {
      const other = pick(next, listed(parseElements(pick(next, corpus))));
      list.splice(next(list.length + 1), next(2), other.element);
      return;
    }
    case 5:
      // Into itself, many deep.
      if (encodedLength(chosen) > 4000) return;
      for (let depth = pick(next, [1, 2, 10, 40]); depth > 0; depth--) {
        chosen.children = [{ ...chosen }];
        chosen.payload = new Uint8Array(0);
      }
      return;
    case 6:
      if (chosen.id === ID.BLOCK_GROUP || IS_BLOCK(chosen.id)) {
        const ns = pick(next, [-(2 ** 40), -20_000_000, -1, 0, 1, 6_500_000, 20_000_000, 2 ** 40, 2 ** 62]);
        const payload = new Uint8Array(8);
        new DataView(payload.buffer).setBigInt64(0, BigInt(ns));
        const padding = { id: ID.DISCARD_PADDING, payload, children: undefined, sizeBytes: 0, size: undefined };
        if (chosen.children) chosen.children.push(padding);
        else if (chosen.id === ID.SIMPLE_BLOCK) {
          chosen.children = [{ ...chosen, id: ID.BLOCK }, padding];
          chosen.id = ID.BLOCK_GROUP;
          chosen.payload = new Uint8Array(0);
        }
        return;
      }
      break;
    default:
  }
  if (chosen.children) mutateOrder(chosen.children, next);
  else if (IS_BLOCK(chosen.id)) chosen.payload = mutateBlock(chosen.payload, next);
  else chosen.payload = mutateValue(chosen.payload, next);
}

function encodedLength({ payload, children }: ElementParts): number {
  return children ? children.reduce((sum, child) => sum + 2 + encodedLength(child), 0) : payload.length;
}

/** Numbers, floats and texts. */
function mutateValue(payload: Uint8Array, next: Random): Uint8Array {
  switch (next(5)) {
    case 0:
      return Uint8Array.from({ length: next(10) }, () => pick(next, [0, 1, 127, 128, 255, next(256)]));
    case 1:
      return new Uint8Array(next(10)).fill(pick(next, [0, 255]));
    case 2:
      return payload.slice(0, next(payload.length + 1));
    case 3:
      return joined([payload, new Uint8Array(next(6))]);
    default: {
      const bytes = payload.slice();
      if (bytes.length > 0) bytes[next(bytes.length)]! ^= 1 << next(8);
      return bytes;
    }
  }
}

/** `track number, 16 bits of time, flags, frames`: another time, track or lacing, and other frames. */
function mutateBlock(payload: Uint8Array, next: Random): Uint8Array {
  if (payload.length < 4 || next(8) === 0) return mutateValue(payload, next);
  const bytes = payload.slice();
  switch (next(6)) {
    case 0:
      bytes[0] = pick(next, [0x80, 0x81, 0x82, 0x83, 0x40, 0x01, 0]);
      return bytes;
    case 1:
      new DataView(bytes.buffer).setInt16(1, pick(next, [0, 1, -1, 20, 32_767, -32_768, next(65_536) - 32_768]));
      return bytes;
    case 2:
      bytes[3] = next(256);
      return bytes;
    case 3: {
      // Its frame, and others made of it, laced.
      const frame = bytes.subarray(4);
      const count = 1 + next(pick(next, [3, 8, 255]));
      const frames = Array.from({ length: count }, () => (next(3) === 0 ? mutateOpusPacket(frame, next) : frame)).slice(
        0,
        frame.length > 200 ? 8 : 255,
      );
      return joined([bytes.subarray(0, 3), laced(frames, pick(next, [2, 4, 6]), next)]);
    }
    case 4:
      return joined([bytes.subarray(0, 4), mutateOpusPacket(bytes.subarray(4), next)]);
    default:
      if (bytes.length > 5) bytes[4 + next(Math.min(6, bytes.length - 4))] = next(256);
      return bytes;
  }
}

/** Flags, and the frames behind their sizes; in fixed lacing they have one size. */
function laced(frames: readonly Uint8Array[], lacing: number, next: Random): Uint8Array {
  const head = Uint8Array.of(lacing, next(16) === 0 ? next(256) : frames.length - 1);
  if (lacing === 4) return joined([head, ...frames.map(() => frames[0]!)]);
  const sizes = frames.slice(0, -1).map(({ length }) => length);
  if (lacing === 2) {
    const xiph = sizes.map((size) =>
      Uint8Array.from([...new Array<number>(Math.floor(size / 255)).fill(255), size % 255]),
    );
    return joined([head, ...xiph, ...frames]);
  }
  const ebml = sizes.map((size, i) => {
    if (i === 0) return sizeOf(size, 0);
    const difference = size - sizes[i - 1]!;
    const length = Math.abs(difference) < 63 ? 1 : Math.abs(difference) < 8191 ? 2 : 3;
    const value = difference + 2 ** (7 * length - 1) - 1;
    const bytes = new Uint8Array(length);
    for (let at = length - 1, rest = value; at >= 0; at--, rest = Math.floor(rest / 256)) bytes[at] = rest % 256;
    bytes[0]! |= 0x100 >> length;
    return bytes;
  });
  return joined([head, ...ebml, ...frames]);
}
