import type { Random } from './random';

/** One way to damage a file. */
export interface Damage {
  readonly name: string;
  apply(bytes: Uint8Array, random: Random): Uint8Array;
}

/** Most bytes that are lost, doubled or put in at a time. */
const MOST_BYTES = 5000;

/** Ways to damage a file, of which each changes something. They get a copy, and may write in it. */
export const DAMAGES: readonly Damage[] = [
  {
    name: 'bits flipped',
    apply(bytes, random) {
      const flips = 1 + random.below(8);
      for (let i = 0; i < flips; i++) flip(bytes, random.below(bytes.length), random);
      return bytes;
    },
  },
  {
    name: 'one bit flipped',
    apply(bytes, random) {
      flip(bytes, random.below(bytes.length), random);
      return bytes;
    },
  },
  { name: 'the end cut off', apply: (bytes, random) => bytes.subarray(0, random.below(bytes.length)) },
  { name: 'the start cut off', apply: (bytes, random) => bytes.subarray(1 + random.below(bytes.length - 1)) },
  {
    name: 'bytes lost',
    apply(bytes, random) {
      const { start, end } = stretch(bytes, random);
      return joined(bytes.subarray(0, start), bytes.subarray(end));
    },
  },
  {
    name: 'garbage put in',
    apply(bytes, random) {
      const { start, end } = stretch(bytes, random);
      return joined(bytes.subarray(0, start), random.bytes(end - start), bytes.subarray(start));
    },
  },
  { name: 'garbage behind', apply: (bytes, random) => joined(bytes, random.bytes(1 + random.below(MOST_BYTES))) },
  {
    name: 'a stretch of zeros',
    apply(bytes, random) {
      const { start, end } = stretch(bytes, random);
      return bytes.fill(0, start, end);
    },
  },
  {
    name: 'a stretch twice',
    apply(bytes, random) {
      const { start, end } = stretch(bytes, random);
      return joined(bytes.subarray(0, end), bytes.subarray(start));
    },
  },
  {
    name: "two stretches in each other's place",
    apply(bytes, random) {
      const { start, end } = stretch(bytes, random);
      const next = Math.min(bytes.length, end + (end - start));
      return joined(
        bytes.subarray(0, start),
        bytes.subarray(end, next),
        bytes.subarray(start, end),
        bytes.subarray(next),
      );
    },
  },
];

function flip(bytes: Uint8Array, at: number, random: Random): void {
  bytes[at]! ^= 1 << random.below(8);
}

function stretch({ length }: Uint8Array, random: Random): { start: number; end: number } {
  const start = random.below(length);
  return { start, end: Math.min(length, start + 1 + random.below(MOST_BYTES)) };
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
