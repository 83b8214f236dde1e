import { pick, type Random } from '../harness/random';
import { joined } from '../harness/smaller';
import { mutateBytes, mutateOrder, NUMBERS } from './bytes';

/** A box taken apart: its children, or its payload. */
interface BoxParts {
  type: string;
  /** Before the children: version, flags, fields. */
  head: Uint8Array;
  children: BoxParts[] | undefined;
  /** Written in the place of the right size: 0 and 1 have a meaning. */
  size: number | undefined;
  /** The size is written in 64 bits. */
  wide: boolean;
}

/** Bytes of fields before the children. */
const PARENTS: Readonly<Record<string, number>> = {
  moov: 0,
  trak: 0,
  mdia: 0,
  minf: 0,
  stbl: 0,
  dinf: 0,
  edts: 0,
  mvex: 0,
  moof: 0,
  traf: 0,
  udta: 0,
  meta: 4,
  ilst: 0,
  stsd: 8,
  Opus: 28,
  mp4a: 28,
  dref: 8,
};
const TYPES = [
  ...Object.keys(PARENTS),
  'mdat',
  'free',
  'stsz',
  'stco',
  'co64',
  'stts',
  'stsc',
  'stz2',
  'elst',
  'trun',
  'tfhd',
  'tfdt',
  'trex',
  'dOps',
  'ctts',
  'mvhd',
  'mdhd',
  'hdlr',
  'tkhd',
  'ftyp',
  'uuid',
  'wide',
  'cmov',
  'sidx',
  'sgpd',
  'data',
];

function parseBoxes(bytes: Uint8Array, depth = 0): BoxParts[] {
  const boxes: BoxParts[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 8 <= bytes.length; ) {
    const stated = view.getUint32(at);
    const wide = stated === 1 && at + 16 <= bytes.length;
    const headerBytes = wide ? 16 : 8;
    const size = wide ? Number(view.getBigUint64(at + 8)) : stated;
    const fits = size >= headerBytes && at + size <= bytes.length;
    const end = fits ? at + size : bytes.length;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const payload = bytes.slice(at + headerBytes, end);
    const fields = Object.hasOwn(PARENTS, type) && depth < 12 ? PARENTS[type] : undefined;
    const isParent = fields !== undefined && payload.length >= fields;
    boxes.push({
      type,
      head: isParent ? payload.subarray(0, fields) : payload,
      children: isParent ? parseBoxes(payload.subarray(fields), depth + 1) : undefined,
      size: fits ? undefined : size,
      wide,
    });
    at = end;
  }
  return boxes;
}

function encodeBox({ type, head, children, size, wide }: BoxParts): Uint8Array {
  const payload = joined([head, ...(children ?? []).map(encodeBox)]);
  const header = new Uint8Array(wide ? 16 : 8);
  const view = new DataView(header.buffer);
  const right = header.length + payload.length;
  if (wide) {
    view.setUint32(0, 1);
    view.setBigUint64(8, BigInt(size ?? right));
  } else view.setUint32(0, (size ?? right) >>> 0);
  for (let i = 0; i < 4; i++) header[4 + i] = type.charCodeAt(i) || 0x20;
  return joined([header, payload]);
}

/** All boxes, with the list that each stands in. */
function listed(boxes: BoxParts[], into: { box: BoxParts; list: BoxParts[] }[] = []) {
  for (const box of boxes) {
    into.push({ box, list: boxes });
    if (box.children) listed(box.children, into);
  }
  return into;
}

const WIDE = [0, 1, 8, 16, 0xffffffff, 2 ** 32, 2 ** 40, 2 ** 53, 2 ** 62];

/** An MP4 file changed in its boxes: sizes, types, order, and the counts, sizes and offsets in tables. */
export function mutateMp4(input: Uint8Array, next: Random, corpus: readonly Uint8Array[]): Uint8Array {
  if (next(12) === 0) return mutateBytes(input, next, corpus);
  const boxes = parseBoxes(input);
  for (let k = next(4); k >= 0; k--) {
    const all = listed(boxes);
    if (all.length === 0) break;
    // Media data is one box, and a table is what there is to be wrong in.
    const { box, list } = pick(next, all);
    switch (next(9)) {
      case 0:
        box.size = next(3) === 0 ? pick(next, NUMBERS) : 8 + box.head.length + next(40) - 20;
        if (box.size < 0) box.size = 0;
        break;
      case 1:
        box.wide = true;
        if (next(2) === 0) box.size = pick(next, WIDE);
        break;
      case 2:
        box.type = pick(next, TYPES);
        break;
      case 3:
        mutateOrder(list, next);
        break;
      case 4: {
        const other = pick(next, listed(parseBoxes(pick(next, corpus))));
        list.splice(next(list.length + 1), next(2), other.box);
        break;
      }
      case 5:
        // Into itself, many deep.
        for (let depth = pick(next, [1, 3, 60]); depth > 0 && box.head.length < 5000; depth--) {
          box.children = [{ ...box }];
          box.head = box.head.slice(0, PARENTS[box.type] ?? 0);
        }
        break;
      default:
        if (box.type !== 'mdat' || next(8) === 0) box.head = mutateFields(box.head, next);
    }
  }
  const bytes = joined(boxes.map(encodeBox));
  return next(10) === 0 ? bytes.slice(0, next(bytes.length + 1)) : bytes;
}

/** Fields of boxes are of 32 bits, mostly, and stand at multiples of four. */
function mutateFields(payload: Uint8Array, next: Random): Uint8Array {
  const bytes = payload.slice();
  const view = new DataView(bytes.buffer);
  const words = bytes.length >> 2;
  if (words === 0) return Uint8Array.from({ length: next(40) }, () => next(256));
  for (let k = next(3); k >= 0; k--) {
    const at = 4 * (next(3) === 0 ? next(words) : next(Math.min(words, 6)));
    switch (next(5)) {
      case 0:
        view.setUint32(at, pick(next, NUMBERS));
        break;
      case 1:
        view.setInt32(at, view.getInt32(at) + next(33) - 16);
        break;
      case 2:
        bytes[next(Math.min(bytes.length, 4))] = next(3);
        break;
      case 3:
        return next(2) === 0
          ? bytes.slice(0, next(bytes.length + 1))
          : joined([bytes, bytes.subarray(0, 4 * next(20))]);
      default:
        bytes[next(bytes.length)]! ^= 1 << next(8);
    }
  }
  return bytes;
}
