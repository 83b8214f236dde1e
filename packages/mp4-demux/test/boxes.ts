/** Bytes of files made by hand. */

export type Part = Uint8Array | readonly number[] | string;

export function bytes(...parts: readonly Part[]): Uint8Array {
  const list = parts.map((part) =>
    typeof part === 'string' ? Uint8Array.from(part, (letter) => letter.charCodeAt(0)) : Uint8Array.from(part),
  );
  const all = new Uint8Array(list.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of list) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function u32(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => {
    view.setUint32(4 * i, value);
  });
  return new Uint8Array(view.buffer);
}

export function u16(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * values.length));
  values.forEach((value, i) => {
    view.setUint16(2 * i, value);
  });
  return new Uint8Array(view.buffer);
}

export function u64(...values: readonly (number | bigint)[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((value, i) => {
    view.setBigInt64(8 * i, BigInt(value));
  });
  return new Uint8Array(view.buffer);
}

export function box(type: string, ...parts: readonly Part[]): Uint8Array {
  const payload = bytes(...parts);
  return bytes(u32(8 + payload.length), type, payload);
}

/** With version and flags. */
export function full(type: string, versionFlags: number, ...parts: readonly Part[]): Uint8Array {
  return box(type, u32(versionFlags), ...parts);
}

export const MAX = 0xffffffff;
export const FTYP = box('ftyp', 'isom', u32(512), 'isomiso2');
export const DOPS = box('dOps', [0, 2], u16(312), u32(48_000), u16(0), [0]);

export function soundEntry(codec = 'Opus', inner: Part = DOPS, channels = 2): Uint8Array {
  return box(codec, new Uint8Array(6), u16(1, 0, 0, 0, 0, channels, 16, 0, 0, 48_000, 0), inner);
}

export interface TrackParts {
  id?: number;
  tkhd?: Part;
  mdhd?: Part;
  handler?: string;
  dref?: Part;
  stsd?: Part;
  stts?: Part;
  stsc?: Part;
  stsz?: Part;
  stco?: Part;
  elst?: Part;
  /** Further boxes of `stbl`. */
  more?: Part;
}

/** One sample of 4 bytes and 960 units at byte 40, unless told otherwise. Parts are whole boxes. */
export function trak(parts: TrackParts = {}): Uint8Array {
  const {
    tkhd = full('tkhd', 3, u32(0, 0, parts.id ?? 1, 0, 960), new Uint8Array(60)),
    mdhd = full('mdhd', 0, u32(0, 0, 48_000, 960), u16(0x55c4, 0)),
    handler = 'soun',
    dref = full('dref', 0, u32(1), full('url ', 1)),
    stsd = full('stsd', 0, u32(1), soundEntry()),
    stts = full('stts', 0, u32(1, 1, 960)),
    stsc = full('stsc', 0, u32(1, 1, 1, 1)),
    stsz = full('stsz', 0, u32(0, 1, 4)),
    stco = full('stco', 0, u32(1, 40)),
    elst,
    more = [],
  } = parts;
  const stbl = box('stbl', stsd, stts, stsc, stsz, stco, more);
  const minf = box('minf', full('smhd', 0, u32(0)), box('dinf', dref), stbl);
  const hdlr = full('hdlr', 0, u32(0), handler, new Uint8Array(13));
  return box('trak', tkhd, ...(elst ? [box('edts', elst)] : []), box('mdia', mdhd, hdlr, minf));
}

export const MVHD = full('mvhd', 0, u32(0, 0, 48_000, 960), new Uint8Array(80));

export function moov(...parts: readonly Part[]): Uint8Array {
  return box('moov', MVHD, ...parts);
}

/** A track whose samples are all in fragments. */
export function emptyTrak(parts: TrackParts = {}): Uint8Array {
  return trak({
    stts: full('stts', 0, u32(0)),
    stsc: full('stsc', 0, u32(0)),
    stsz: full('stsz', 0, u32(0, 0)),
    stco: full('stco', 0, u32(0)),
    ...parts,
  });
}

export const MVEX = box('mvex', full('trex', 0, u32(1, 1, 960, 4, 0)));

/** A fragment; `trafs` are whole boxes. */
export function moof(...trafs: readonly Part[]): Uint8Array {
  return box('moof', full('mfhd', 0, u32(1)), ...trafs);
}

/** `ftyp` of 24 bytes, `mdat` with 16 bytes of data from byte 32 on, the movie. */
export function movieFile(...tracks: readonly Part[]): Uint8Array {
  return bytes(FTYP, box('mdat', [0xfc, 0xff, 0xfe, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), moov(...tracks));
}
