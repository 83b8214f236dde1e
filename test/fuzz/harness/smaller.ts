/**
 * A smaller input that still fails: halves, quarters, ... are cut out as long as that goes, first at the boundaries of units.
 *
 * @param fails  May be called so many times.
 */
export async function smaller(
  input: Uint8Array,
  boundaries: readonly number[],
  fails: (input: Uint8Array) => Promise<boolean>,
  attempts: number,
): Promise<Uint8Array> {
  let left = attempts;
  const cut = async (parts: readonly Uint8Array[]): Promise<readonly Uint8Array[]> => {
    let kept = parts;
    for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < kept.length && left > 0; ) {
        const rest = [...kept.slice(0, at), ...kept.slice(at + size)];
        left--;
        if (await fails(joined(rest))) kept = rest;
        else at += size;
      }
    }
    return kept;
  };
  const places = [0, ...boundaries.filter((place) => place > 0 && place < input.length), input.length];
  const units = places.slice(1).map((end, i) => input.subarray(places[i]!, end));
  let found = joined(units.length > 1 ? await cut(units) : units);
  // Then in 64 parts, and at last by the byte.
  for (const count of [64, found.length]) {
    const size = Math.max(1, Math.ceil(found.length / count));
    const parts = Array.from({ length: Math.ceil(found.length / size) }, (_, i) =>
      found.subarray(i * size, (i + 1) * size),
    );
    found = joined(await cut(parts));
  }
  return found;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
