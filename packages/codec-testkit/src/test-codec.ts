import type { Codec } from '@zarr-audio/codec';
import type { LawName, LawTest } from './law';
import { LAWS } from './laws/index';
import { type CodecTestOptions, Subject } from './subject';

/** How long one test may take before its framework gives up; laws have a time limit of their own for each pass over a sample. */
const TEST_TIMEOUT_MS = 120_000;

/** What vitest, node:test, Jest, Mocha and others have. */
export interface TestFunctions {
  describe(name: string, body: () => void): unknown;
  readonly it: TestFunction & { readonly skip: TestFunction };
}

type TestFunction = (name: string, body: () => Promise<void>, timeoutMs?: number) => unknown;

/** A test of a law. */
export interface CodecTest extends LawTest {
  readonly law: LawName;
}

/**
 * Registers the tests of a codec: a group for every law. A test that is skipped says why in its name.
 *
 * @param functions  `{ describe, it }` of the test framework. Assertions are the kit's own.
 * @throws {TypeError} without a sample, or with an empty one.
 */
export function testCodec({ describe, it }: TestFunctions, codec: Codec, options: CodecTestOptions): void {
  const subject = new Subject(codec, options);
  describe(`the codec ${codec.id}`, () => {
    for (const { name, says, tests } of LAWS) {
      describe(`${name}: ${says}`, () => {
        for (const { title, skip, run } of tests(subject)) {
          if (skip === undefined) it(title, () => run(), TEST_TIMEOUT_MS);
          else it.skip(`${title} (skipped: ${skip})`, async () => undefined);
        }
      });
    }
  });
}

/** The same tests as a list, for whatever has no `describe` and `it`. */
export function codecTests(codec: Codec, options: CodecTestOptions): readonly CodecTest[] {
  const subject = new Subject(codec, options);
  return LAWS.flatMap(({ name, tests }) => tests(subject).map((test) => ({ ...test, law: name })));
}
