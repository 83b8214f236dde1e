import { expect, it } from 'vitest';
import { openOrCreateStore } from '../src/index';
import { fileStorage } from '../src/node';
import { bytesOf, codecs, cut, importFixture, temporaryFolder } from './support/stores';

it('a store of many tiny files is read without a warning of leaks', async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error) => void warnings.push(warning);
  process.on('warning', warn);
  const store = await openOrCreateStore(await fileStorage(temporaryFolder()), { codecs });
  const layout = { chunkBytes: 500, shardBytes: 1500 };
  const [recording] = await importFixture(store, 'ogg_opus/opus.opus', { layout, seekPoints: 'grid' });
  const { signal } = new AbortController();
  const ranges = [
    { start: 0, end: 40_000 },
    { start: 50_000, end: 90_000 },
  ];
  const whole = await recording!.read({ signal });
  for await (const { start, frames, data } of recording!.readMany(ranges, { signal })) {
    expect(bytesOf(data).equals(cut(whole, start, start + frames))).toBe(true);
  }
  let length = 0;
  for await (const piece of recording!.blob.stream(0, recording!.blob.byteLength, { signal })) length += piece.length;
  expect(length).toBe(recording!.blob.byteLength);
  for await (const { damage } of store.verify(undefined, { signal })) expect(damage).toEqual([]);
  await new Promise(setImmediate);
  process.off('warning', warn);
  expect(warnings).toEqual([]);
});
