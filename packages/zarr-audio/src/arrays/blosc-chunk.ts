import Blosc from 'numcodecs/blosc';

/**
 * A Blosc 1 chunk begins so (little-endian); then come the blocks, or the plain data where `MEMCPYED` is set:
 *
 *     0        1         2       3          4        8           12
 *     version, lz format, flags, type size, bytes,   block size, bytes with this header
 *
 * @see https://github.com/Blosc/c-blosc/blob/main/README_CHUNK_FORMAT.rst
 */
const HEADER_BYTES = 16;
const FLAGS = 2;
const TYPE_SIZE = 3;
const FLAG_SHUFFLE = 0x01;
const FLAG_MEMCPYED = 0x02;
const FLAG_BITSHUFFLE = 0x04;
/** The planes of a block are compressed apart. Blosc does so for other compressors than zstd. */
const FLAG_NOT_SPLIT = 0x10;
const UINT64_BYTES = 8;

/** The header of a chunk says how it is to be decoded. */
const decoder = /* @__PURE__ */ Blosc.fromConfig({ id: 'blosc', cname: 'zstd', clevel: 5, shuffle: 0, blocksize: 0 });

/**
 * Compresses uint64 with zstd, level 5, and Blosc's byte shuffle.
 *
 * numcodecs takes every element to have 4 bytes; shuffled as 8 bytes rows become 13 % smaller. So they are
 * shuffled here, in one block, compressed as they are, and the header says what was done.
 *
 * @param planes  The bytes of the elements, shuffled: all lowest bytes first.
 */
export async function encodeBlosc(planes: Uint8Array): Promise<Uint8Array> {
  const { byteLength } = planes;
  const blosc = Blosc.fromConfig({ id: 'blosc', cname: 'zstd', clevel: 5, shuffle: 0, blocksize: byteLength });
  const chunk = await blosc.encode(planes);
  const blockBytes = new DataView(chunk.buffer, chunk.byteOffset).getUint32(8, true);
  const flags = chunk[FLAGS]!;
  chunk[TYPE_SIZE] = UINT64_BYTES;
  if (flags & FLAG_MEMCPYED) {
    chunk.set(unshuffle(planes), HEADER_BYTES);
  } else if (blockBytes === byteLength && flags & FLAG_NOT_SPLIT) {
    chunk[FLAGS] = flags | FLAG_SHUFFLE;
  } else {
    throw new Error(
      `Blosc made blocks of ${blockBytes} bytes of ${byteLength}, flags ${flags}: not what was asked for`,
    );
  }
  return chunk;
}

/**
 * The bytes of uint64 as Blosc shuffled them, in one block: planes, all lowest bytes first. Undefined for a chunk that has
 * several blocks, or is not shuffled so.
 *
 * @param chunk  One without `bloscHeaderDamage`.
 * @throws if it can't be decompressed
 */
export async function decodeShuffled(chunk: Uint8Array): Promise<Uint8Array | undefined> {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const flags = chunk[FLAGS]!;
  const isShuffled = (flags & (FLAG_SHUFFLE | FLAG_MEMCPYED | FLAG_BITSHUFFLE)) === FLAG_SHUFFLE;
  const isOneBlock = view.getUint32(4, true) === view.getUint32(8, true);
  if (!isShuffled || !isOneBlock || chunk[TYPE_SIZE] !== UINT64_BYTES) return undefined;
  const unmarked = chunk.slice();
  unmarked[FLAGS] = flags & ~FLAG_SHUFFLE;
  return decoder.decode(unmarked);
}

/** What is wrong with the header of a chunk that has to decode to `byteLength` bytes; undefined if nothing. */
export function bloscHeaderDamage(chunk: Uint8Array, byteLength: number): string | undefined {
  if (chunk.byteLength < HEADER_BYTES) return `has ${chunk.byteLength} bytes, less than Blosc's header`;
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const decoded = view.getUint32(4, true);
  const block = view.getUint32(8, true);
  const stored = view.getUint32(12, true);
  if (decoded !== byteLength) return `claims to decode to ${decoded} bytes, not ${byteLength}`;
  if (stored !== chunk.byteLength) return `claims to have ${stored} bytes, and has ${chunk.byteLength}`;
  if (block === 0 || block > decoded) return `claims blocks of ${block} bytes`;
  return undefined;
}

function unshuffle(planes: Uint8Array): Uint8Array {
  const elements = planes.byteLength / UINT64_BYTES;
  const bytes = new Uint8Array(planes.byteLength);
  for (let i = 0; i < elements; i++) {
    for (let k = 0; k < UINT64_BYTES; k++) bytes[i * UINT64_BYTES + k] = planes[k * elements + i]!;
  }
  return bytes;
}
