import type { Codec } from '@zarr-audio/codec';
import { expect, it } from 'vitest';
import { type CodecTestOptions, codecTests, type LawName } from '../../src/index';
import { referenceFile } from '../reference-file';
import type { BrokenCodec } from './deviations';

const sound = { name: 'sound.ref', bytes: referenceFile({ channels: 1, blocks: 24 }) };
const holes = { name: 'holes.ref', bytes: referenceFile({ channels: 1, blocks: 24, lost: [5, 6] }) };
const OPTIONS: CodecTestOptions = { samples: [sound], declares: { checksums: true }, timeLimitMs: 2000 };
export const WITH_HOLES = { ...OPTIONS, samples: [sound, holes] };

/** Laws that a codec breaks, with what was said of it first. */
export async function brokenLaws(codec: Codec, options: CodecTestOptions): Promise<Map<LawName, unknown>> {
  const broken = new Map<LawName, unknown>();
  for (const { law, skip, run } of codecTests(codec, options)) {
    if (skip !== undefined) continue;
    await run().catch((error: unknown) => broken.has(law) || broken.set(law, error));
  }
  return broken;
}

/** Each breaks its law, and no other but those that fail with it by nature. */
export function testBroken(codecs: readonly BrokenCodec[]): void {
  it.each(codecs)('$name: $law', async ({ law, also = [], needsHoles, make }) => {
    const broken = await brokenLaws(make(), needsHoles ? WITH_HOLES : OPTIONS);
    expect([...broken.keys()].sort()).toEqual([law, ...also].sort());
    expect(broken.get(law)).toBeInstanceOf(Error);
  });
}
