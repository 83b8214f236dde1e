import type { ChunkRows } from '@zarr-audio/packet-index';

const VALUE_BYTES = 8;
/** Planes that hold a value below 2^32. */
const LOW_PLANES = 4;

/** Rows in memory, with what they take there. */
export interface HeldRows extends ChunkRows {
  readonly byteLength: number;
}

/**
 * The rows of a chunk as Blosc's shuffle has them: all lowest bytes first, column after column in each of the eight planes.
 *
 *     plane 0: column 0 of all rows, column 1 of all rows, ...   plane 1: the same, next byte   ...   plane 7
 *
 * A read needs some sixty of ten thousand rows: unpacking those alone makes a read from a chunk that is not in the cache
 * faster by 0.6 ms.
 *
 * @param chunkRows  Rows that the chunk has room for.
 * @param count      Rows that exist.
 * @returns Undefined if a value of these is over 2^53 - 1.
 */
export function packedRows(planes: Uint8Array, width: number, chunkRows: number, count: number): HeldRows | undefined {
  const values = width * chunkRows;
  const isLow = isZero(planes.subarray(LOW_PLANES * values));
  if (!isLow && !areSafe(planes, width, chunkRows, count)) return undefined;
  // A copy, for a view would keep all of it.
  const held = isLow ? planes.slice(0, LOW_PLANES * values) : planes;
  const at = (column: number, row: number): number => {
    const i = column * chunkRows + row;
    const low =
      held[i]! + held[i + values]! * 2 ** 8 + held[i + 2 * values]! * 2 ** 16 + held[i + 3 * values]! * 2 ** 24;
    if (isLow) return low;
    const high = held[i + 4 * values]! + held[i + 5 * values]! * 2 ** 8 + held[i + 6 * values]! * 2 ** 16;
    return low + high * 2 ** 32;
  };
  return {
    count,
    byteLength: held.byteLength,
    at,
    async columns(from, to) {
      return Array.from({ length: width }, (_, column) => {
        const rows = new Float64Array(to - from);
        for (let row = from; row < to; row++) rows[row - from] = at(column, row);
        return rows;
      });
    },
  };
}

function isZero(bytes: Uint8Array): boolean {
  return hasNone(bytes, 0xff);
}

/** Whether no byte has any of the bits, nearly always four at a time. */
function hasNone(bytes: Uint8Array, bits: number): boolean {
  const isAligned = bytes.byteOffset % 4 === 0 && bytes.byteLength % 4 === 0;
  const words = isAligned ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4) : bytes;
  const mask = isAligned ? bits * 0x01010101 : bits;
  for (let i = 0; i < words.length; i++) if ((words[i]! & mask) !== 0) return false;
  return true;
}

/** Whether all values that exist are below 2^53: the seventh byte below 32, the eighth 0. */
function areSafe(planes: Uint8Array, width: number, chunkRows: number, count: number): boolean {
  const values = width * chunkRows;
  const [seventh, eighth] = [(VALUE_BYTES - 2) * values, (VALUE_BYTES - 1) * values];
  // Nearly always also of those that don't exist.
  if (hasNone(planes.subarray(seventh, eighth), 0xe0) && isZero(planes.subarray(eighth))) return true;
  for (let column = 0; column < width; column++) {
    for (let i = column * chunkRows; i < column * chunkRows + count; i++) {
      if (planes[seventh + i]! >= 32 || planes[eighth + i] !== 0) return false;
    }
  }
  return true;
}
