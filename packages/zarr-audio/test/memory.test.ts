import { join } from 'node:path';
import { expect, it } from 'vitest';
import { outputOf, startChild } from './support/child';
import { fixtures } from './support/corpus';
import { temporaryFolder } from './support/stores';

const MIB = 2 ** 20;

interface Report {
  readonly packets: number;
  readonly blobBytes: number;
  readonly verbatim: boolean;
  readonly maxRssBytes: number;
}

async function importLongStream(packetCount: number): Promise<Report> {
  const store = join(temporaryFolder(), 'long.zarr');
  const file = `${fixtures}ogg_opus/ogg.opus`;
  return JSON.parse(await outputOf(startChild('import-long-stream.mjs', store, file, String(packetCount))));
}

it('an import takes less than 200 MB of memory, whatever the length of the file', async () => {
  const short = await importLongStream(10_000);
  const long = await importLongStream(1_300_000);
  expect(long).toMatchObject({ packets: 1_300_000, verbatim: true });
  expect(long.blobBytes).toBeGreaterThan(280 * MIB);
  expect(long.maxRssBytes).toBeLessThan(200_000_000);
  // 130 times as long: what is more is room that the garbage collector takes, and more of it where the machine is busy.
  expect(long.maxRssBytes - short.maxRssBytes).toBeLessThan(128 * MIB);
});
