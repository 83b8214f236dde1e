import type { Box } from './box';

const FIXED_BYTES = 11;
const MAGIC = 'OpusHead';

/**
 * The OpusHead packet (RFC 7845 §5.1) that a `dOps` box stands for.
 *
 * ```
 *                          dOps, big-endian    OpusHead, little-endian
 * 'OpusHead'                                   0
 * version                  0: 0                8: 1
 * channels                 1                   9
 * pre-skip                 2                   10
 * input sample rate        4                   12
 * output gain              8                   16
 * mapping family           10                  18
 * table, unless family 0   11                  19
 * ```
 *
 * The table is a string of bytes: stream count, coupled count, and for families other than 3 a byte a channel. What
 * follows it is left out. Whether the fields fit each other is not checked here.
 *
 * @returns undefined, and damage, if the box is short or its version is not 0.
 * @see Encapsulation of Opus in ISO Base Media File Format §4.3.2
 */
export function opusHeadOf(dops: Box): Uint8Array | undefined {
  const { payload, byteLength, byteOffset, log } = dops;
  const bad = (what: string) => log.add('MP4_BAD_DOPS', byteOffset, `box 'dOps' ${what}`);
  // Of other versions nothing behind the version is known.
  if (byteLength > 0 && dops.version !== 0) {
    bad(`of version ${dops.version}`);
    return undefined;
  }
  const family = byteLength < FIXED_BYTES ? 0 : dops.u8(10);
  const channels = byteLength < FIXED_BYTES ? 0 : dops.u8(1);
  const needed = FIXED_BYTES + (family === 0 ? 0 : 2 + (family === 3 ? 0 : channels));
  if (byteLength < needed) {
    bad(`has ${byteLength} bytes of ${needed}`);
    return undefined;
  }
  const end = family === 3 ? byteLength : needed;
  const head = new Uint8Array(8 + end);
  const view = new DataView(head.buffer);
  for (let i = 0; i < MAGIC.length; i++) head[i] = MAGIC.charCodeAt(i);
  head.set(payload.subarray(0, end), 8);
  head[8] = 1;
  view.setUint16(10, dops.u16(2), true);
  view.setUint32(12, dops.u32(4), true);
  view.setUint16(16, dops.u16(8), true);
  return head;
}
