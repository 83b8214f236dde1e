import type { Subject } from './subject';

/** What a codec keeps, each by its own tests. */
export type LawName =
  | 'object'
  | 'probe'
  | 'rows'
  | 'split'
  | 'scan'
  | 'describe'
  | 'packets'
  | 'range'
  | 'sequential'
  | 'reset'
  | 'interleave'
  | 'encode'
  | 'damage'
  | 'limits'
  | 'input'
  | 'abort'
  | 'memory'
  | 'tasks'
  | 'audio';

/** One thing to try. */
export interface LawTest {
  readonly title: string;
  /** Why it can't be tried with this codec: which capability or declaration is missing. */
  readonly skip?: string;
  /** @throws {LawError} `CODEC_LAW_BROKEN`, if the law does not hold; and what the codec throws where it should not. */
  run(): Promise<void>;
}

export interface Law {
  readonly name: LawName;
  /** In a sentence. */
  readonly says: string;
  tests(subject: Subject): readonly LawTest[];
}

/** A test that says why it is none. */
export function skipped(title: string, reason: string): LawTest {
  return { title, skip: reason, run: async () => undefined };
}
