/** Seeded: a 32-bit linear congruential generator with a mixed output. */
export function random(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0;
    return ((mixed ^ (mixed >>> 13)) >>> 0) % below;
  };
}

/** Flips, cuts, doubles, overwrites and stretches, up to six times. */
export function mutate(input: Uint8Array, next: (below: number) => number): Uint8Array {
  let bytes: Uint8Array = input.slice();
  for (let times = 1 + next(6); times > 0 && bytes.length > 8; times--) {
    const at = next(bytes.length);
    const length = 1 + next(Math.min(bytes.length - at, 600));
    const piece = bytes.slice(at, at + length);
    const behind = bytes.slice(at + length);
    const kind = next(8);
    if (kind <= 2) bytes[at] = bytes[at]! ^ (1 << next(8));
    else if (kind === 3) bytes = bytes.slice(0, at);
    else if (kind === 4) bytes = concat(bytes.subarray(0, at), behind);
    else if (kind === 5) bytes = concat(bytes.subarray(0, at), piece, piece, behind);
    else if (kind === 6) for (let i = 0; i < length; i++) bytes[at + i] = next(256);
    // Something that looks like structure.
    else bytes.set(STRUCTURE[next(STRUCTURE.length)]!.slice(0, bytes.length - at), at);
  }
  return bytes;
}

const STRUCTURE: readonly (readonly number[])[] = [
  [0x1f, 0x43, 0xb6, 0x75, 0xff],
  [0x1f, 0x43, 0xb6, 0x75, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xe7, 0x81, 0x05],
  [0xa3, 0x01, 0, 0, 0, 0, 0, 0x40, 0],
  [0xa3, 0xff],
  [0xa0, 0x81],
  [0x18, 0x53, 0x80, 0x67, 0x80],
  [0x16, 0x54, 0xae, 0x6b, 0x10, 0xff, 0xff, 0xff],
  [0xec, 0x08, 0, 0, 0, 0],
  [0x1a, 0x45, 0xdf, 0xa3, 0x9f],
  [0x12, 0x54, 0xc3, 0x67, 0x40, 0x20, 0x73, 0x73],
];

function concat(...parts: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
