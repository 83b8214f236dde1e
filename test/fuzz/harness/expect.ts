import { Violation } from './attempt';

/** @throws {Violation} */
export function expect(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Violation(message);
}

export const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
