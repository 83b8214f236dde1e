import type { Box } from './box';

/** Sizes of the samples of a track. */
export interface SampleSizes {
  readonly box: Box;
  readonly count: number;
  /** The size of all of them, or 0: each has its own. */
  readonly common: number;
  /** Size of one of them, in bytes; of those that have their own. */
  at(sample: number): number;
}

/**
 * ```
 * stsz  version, flags: 4   size of all, or 0: 4          count: 4   size: 4 each, if not of all
 * stz2  version, flags: 4   reserved: 3, bits a size: 1   count: 4   size: 4, 8 or 16 bits each
 * ```
 *
 * A count that the box or (of one size for all) the input has no room for is no reason to allocate anything: here
 * nothing is, and the builder of the table cuts at the end of the input.
 *
 * @see ISO/IEC 14496-12 §8.7.3
 */
export function readSizes(box: Box | undefined): SampleSizes | undefined {
  if (!box?.holds(12)) return undefined;
  const count = box.u32(8);
  if (box.type === 'stz2') return readCompactSizes(box, count);
  const common = box.u32(4);
  if (common > 0) return { box, count, common, at: () => common };
  return { box, count: box.rows(count, 4, 12), common, at: (sample) => box.u32(12 + 4 * sample) };
}

function readCompactSizes(box: Box, count: number): SampleSizes | undefined {
  const bits = box.u8(7);
  if (bits === 16) return { box, count: box.rows(count, 2, 12), common: 0, at: (sample) => box.u16(12 + 2 * sample) };
  if (bits === 8) return { box, count: box.rows(count, 1, 12), common: 0, at: (sample) => box.u8(12 + sample) };
  if (bits === 4) {
    const held = Math.min(count, 2 * box.rows(Math.ceil(count / 2), 1, 12));
    const at = (sample: number) => (box.u8(12 + (sample >>> 1)) >>> (sample % 2 === 0 ? 4 : 0)) & 15;
    return { box, count: held, common: 0, at };
  }
  box.log.add('MP4_BAD_BOX', box.byteOffset, `box 'stz2' with sizes of ${bits} bits`);
  return undefined;
}
