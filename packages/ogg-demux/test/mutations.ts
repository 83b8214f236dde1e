/** xorshift32: the same run every time, from a seed that the failure names. */
export function random(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Flips, cuts, doubles and moves parts of a file, and sets header fields to extremes. */
export function mutate(input: Uint8Array, next: (below: number) => number): Uint8Array {
  let bytes = input.slice(0, 60_000);
  for (let k = next(6); k >= 0; k--) {
    const at = next(bytes.length);
    const length = next(Math.min(400, bytes.length - at) + 1);
    const kind = next(5);
    if (kind === 0) bytes[at]! ^= 1 << next(8);
    else if (kind === 1) bytes.fill(next(256), at, at + length);
    else if (kind === 2) bytes = new Uint8Array(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]));
    else if (kind === 3) bytes = new Uint8Array(Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]));
    else bytes[at] = [0, 1, 255, 0x4f][next(4)]!;
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}
