import { expect, it } from 'vitest';
import { brokenLaws, testBroken, WITH_HOLES } from './broken/broken-laws';
import { BROKEN_ENCODERS } from './broken/encoders';
import { BROKEN_SEARCHES } from './broken/searching-codec';

it('a rate of the encoder itself is found, also where the encodings have no other', async () => {
  const { make, law } = BROKEN_ENCODERS[0]!;
  const encodings = [{ sampleRate: 48_000, channels: 1, sampleType: 'int16', bitsPerSample: 16 }] as const;
  expect([...(await brokenLaws(make(), { ...WITH_HOLES, encodings })).keys()]).toEqual([law]);
});

testBroken([...BROKEN_ENCODERS, ...BROKEN_SEARCHES]);
