/** The offset basis, as its upper and lower 32 bits. */
export const FNV_START: readonly [number, number] = [0xcbf29ce4, 0x84222325];

/**
 * FNV-1a of 64 bits over the samples as little-endian bytes, on any machine. Not for secrets: it tells a decoder that
 * rounds differently from one that does not.
 *
 * The prime is 2^40 + 0x1b3, so a product needs no BigInt.
 *
 * @see RFC 9923
 */
export function fnv1a64(samples: Int16Array, start: readonly [number, number] = FNV_START): readonly [number, number] {
  let [high, low] = start;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]!;
    for (let shift = 0; shift <= 8; shift += 8) {
      low = (low ^ ((sample >> shift) & 0xff)) >>> 0;
      const product = low * 0x1b3;
      // low * 2^40 adds to the upper half alone.
      high = (Math.imul(high, 0x1b3) + Math.floor(product / 0x1_0000_0000) + (low << 8)) >>> 0;
      low = product >>> 0;
    }
  }
  return [high, low];
}
