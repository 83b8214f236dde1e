import { expect, it } from 'vitest';
import { LAWS } from '../src/laws/index';
import { referenceCodec } from '../src/reference-codec';
import { brokenLaws, testBroken, WITH_HOLES } from './broken/broken-laws';
import { BROKEN_DECODERS } from './broken/decoders';
import { floatingCodec, roundingCodec } from './broken/float-codecs';
import { BROKEN_INGESTS } from './broken/ingests';
import { BROKEN_OTHERS } from './broken/others';
import { searchingCodec } from './broken/searching-codec';
import { BROKEN_SEEKS, seekingCodec } from './broken/seeking-codec';
import { BROKEN_TASKS, taskedCodec } from './broken/tasked-codec';

it.each([
  ['the reference codec', referenceCodec],
  ['one with seek points', seekingCodec],
  ['one whose seek points were measured by another decoder', () => seekingCodec({ seekPointAttributes: {} })],
  ['one with tasks', taskedCodec],
  ['one that keeps float32', () => floatingCodec()],
  ['one that makes 24 bits of float32', () => roundingCodec()],
  ['one that searches', () => searchingCodec()],
])('%s breaks none', async (_, make) => {
  expect([...(await brokenLaws(make(), WITH_HOLES))]).toEqual([]);
});

it('there is a broken codec for every law', () => {
  const all = [...BROKEN_INGESTS, ...BROKEN_DECODERS, ...BROKEN_OTHERS, ...BROKEN_SEEKS, ...BROKEN_TASKS];
  const broken = new Set(all.map(({ law }) => law));
  expect([...broken].sort()).toEqual(LAWS.map(({ name }) => name).sort());
});

it('what broke it is told by code', async () => {
  const { law, make } = BROKEN_SEEKS[0]!;
  expect((await brokenLaws(make(), WITH_HOLES)).get(law)).toMatchObject({ code: 'CODEC_LAW_BROKEN' });
});

it('says by a code that a law is broken', async () => {
  const [broken] = BROKEN_DECODERS;
  const laws = await brokenLaws(broken!.make(), WITH_HOLES);
  expect(laws.get(broken!.law)).toMatchObject({ name: 'LawError', code: 'CODEC_LAW_BROKEN' });
});

// Those of `broken-ingests.test.ts` take as long as these: files run at the same time.
testBroken([...BROKEN_DECODERS, ...BROKEN_OTHERS, ...BROKEN_SEEKS]);
