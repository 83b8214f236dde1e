import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { codesOf, demux } from './demuxed';
import { CASES, OGG_FILES, readFixture } from './fixture-files';
import { type LiboggGolden, readLiboggGolden, soundPages, streamSums } from './libogg-view';
import { mutate, random } from './mutations';

const script = fileURLToPath(new URL('../../../fixtures/golden/ogg/libogg.py', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ogg-demux-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Asks the libogg of this machine, through python3; throws if there is none. */
function ask(...files: string[]): LiboggGolden['files'] {
  const text = execFileSync('python3', [script, '--print', ...files], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return (JSON.parse(text) as LiboggGolden).files;
}

it('libogg says what was recorded', () => {
  expect(ask()).toEqual(readLiboggGolden().files);
});

it('finds the pages that libogg finds in 1500 mutated files, and the same packets in those that are sound', () => {
  const files = [...OGG_FILES, ...CASES].map(readFixture);
  const next = random(20261122);
  const inputs = Array.from({ length: 1500 }, () => mutate(files[next(files.length)]!, next));
  const paths = inputs.map((input, i) => {
    const path = join(folder, `${i}.ogg`);
    writeFileSync(path, input);
    return path;
  });
  const said = ask(...paths);
  let sound = 0;
  for (const [i, input] of inputs.entries()) {
    const { pages, streams } = said[paths[i]!]!;
    const events = demux(input);
    const ours = soundPages(events);
    expect([i, ours.places]).toEqual([i, pages.map(([byteOffset, byteLength]) => [byteOffset, byteLength])]);
    const all = new Map(pages.map((page) => [page[0], page]));
    expect(ours.said).toEqual(ours.said.map(([byteOffset]) => all.get(byteOffset)));
    // Damage outside of pages costs the packets that were there, to both; what is out of order is another matter.
    if (codesOf(events).some((code) => !['OGG_CRC_MISMATCH', 'OGG_GARBAGE', 'OGG_TRUNCATED_PAGE'].includes(code)))
      continue;
    expect(streamSums(events)).toEqual(streams.map(({ serial, packets, md5 }) => ({ serial, packets, md5 })));
    sound++;
  }
  expect(sound).toBeGreaterThan(100);
});
