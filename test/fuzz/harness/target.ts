import type { Log } from './log';
import type { Random } from './random';

/** An input, and the pieces that it comes in; the same ones every time that they are asked for. */
export interface Feed {
  readonly input: Uint8Array;
  pieces(): Iterable<Uint8Array>;
}

/** A multiple of the input's length, and what is there for any input. */
export interface Bound {
  readonly perByte: number;
  readonly constant: number;
}

/** One parser under test. */
export interface Target {
  readonly name: string;
  /** Runs of `npm test`: about a second. */
  readonly iterations: number;
  /** Sound inputs and such as were made by hand, to be mutated. */
  corpus(): readonly Uint8Array[];
  mutate(input: Uint8Array, next: Random, corpus: readonly Uint8Array[]): Uint8Array;
  /** Parses, and logs all that must not depend on the pieces. May throw errors with one of our codes. */
  run(feed: Feed, log: Log): void | Promise<void>;
  /** What must hold besides; throws where it does not. Errors with one of our codes are let through. */
  check?(input: Uint8Array): void | Promise<void>;
  /** Most entries of the log, */
  readonly events: Bound;
  /** most bytes in them, */
  readonly bytes: Bound;
  /** and most live memory, heap and array buffers, while an input is read. */
  readonly memory: Bound;
  /** Where an input may be cut so that whole units go: for making a finding smaller. */
  boundaries?(input: Uint8Array): readonly number[];
  /** Inputs made to be slow, of about so many bytes. */
  readonly slow?: Readonly<Record<string, (byteLength: number) => Uint8Array>>;
}

export const bounded = ({ perByte, constant }: Bound, byteLength: number): number => perByte * byteLength + constant;
