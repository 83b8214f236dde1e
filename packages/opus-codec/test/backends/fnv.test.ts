import { describe, expect, it } from 'vitest';
import { fnv1a64 } from '../../src/backends/fnv';

/** The text as little-endian samples: its bytes in their order. */
function hashOf(text: string): string {
  const samples = Int16Array.from({ length: text.length / 2 }, (_, i) => {
    return text.charCodeAt(2 * i) | (text.charCodeAt(2 * i + 1) << 8);
  });
  return fnv1a64(samples)
    .map((half) => half.toString(16).padStart(8, '0'))
    .join('');
}

describe('fnv1a64', () => {
  // From the table of test vectors in RFC 9923 (draft-eastlake-fnv), for texts of an even number of bytes.
  it.each([
    ['', 'cbf29ce484222325'],
    ['fo', '08985907b541d342'],
    ['foob', 'dd120e790c2512af'],
    ['foobar', '85944171f73967e8'],
  ])('%j', (text, hash) => {
    expect(hashOf(text)).toBe(hash);
  });

  it('goes on where it stopped', () => {
    const samples = Int16Array.of(-1, 32767, -32768, 5, 0);
    expect(fnv1a64(samples.subarray(2), fnv1a64(samples.subarray(0, 2)))).toEqual(fnv1a64(samples));
  });
});
