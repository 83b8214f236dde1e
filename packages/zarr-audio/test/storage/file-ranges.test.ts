import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileRanges } from '../../src/storage/file-ranges';
import { temporaryFolder } from '../support/stores';

const SIZE = 700_001;
const content = Uint8Array.from({ length: SIZE }, (_, i) => i * 7 + (i >> 8));

async function file(): Promise<string> {
  const path = join(await temporaryFolder(), 'file');
  await writeFile(path, content);
  return path;
}

/** `toEqual` takes seconds for so many bytes. */
function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  expect(Buffer.compare(actual, expected)).toBe(0);
}

describe('FileRanges', () => {
  it('gives what there is of any range, here and on threads', async () => {
    const path = await file();
    const ranges = new FileRanges();
    const offset = fc.nat(SIZE + 10);
    // From 262,145 bytes on threads read.
    const length = fc.oneof(fc.nat(300), fc.integer({ min: 262_000, max: 262_300 }), fc.nat(SIZE + 10));
    await fc.assert(
      fc.asyncProperty(offset, length, async (start, count) => {
        expectSame(await ranges.read(path, { offset: start, length: count }), content.subarray(start, start + count));
        const end = count === 0 ? content.subarray(SIZE) : content.subarray(-count);
        expectSame(await ranges.read(path, { suffixLength: count }), end);
      }),
      { numRuns: 50 },
    );
  });

  it('makes no room for what a file does not hold', async () => {
    const path = await file();
    expectSame(await new FileRanges().read(path, { offset: 10, length: 2 ** 45 }), content.subarray(10));
    expectSame(await new FileRanges().read(path, { suffixLength: 2 ** 45 }), content);
  });

  it('says what the system says', async () => {
    for (const length of [1, 2 ** 20]) {
      const read = new FileRanges().read('/there/is/no/such', { offset: 0, length });
      await expect(read).rejects.toMatchObject({ code: 'ENOENT' });
    }
  });

  it.runIf(process.platform !== 'win32')('is not held up by a pipe that lies in the place of a file', async () => {
    const path = join(await temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [path]);
    for (const length of [1, 2 ** 20]) {
      const outcome = await new FileRanges().read(path, { offset: 0, length }).catch((error: Error) => error);
      expect(outcome instanceof Error || outcome.byteLength === 0).toBe(true);
    }
  });
});
