import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { blocksOf, codesOf, demux, tracksOf } from './demuxed';
import { comparable, packetsAsFfprobe } from './ffprobe-view';
import { GOLDEN, type Golden, readFixture } from './fixture-files';
import {
  type Bytes,
  blockGroup,
  cluster,
  ebml,
  element,
  file,
  info,
  join,
  master,
  OPUS_HEAD,
  opusTrack,
  segment,
  simpleBlock,
  summed,
  trackEntry,
  tracks,
  uint,
  voided,
} from './matroska-writer';

const record = fileURLToPath(new URL('../../../fixtures/golden/matroska/record.mjs', import.meta.url));
const folder = mkdtempSync(joinPath(tmpdir(), 'matroska-demux-'));
afterAll(() => rmSync(folder, { recursive: true }));

function probe(...files: string[]): Golden['files'] {
  const text = execFileSync(process.execPath, [record, '--print', ...files], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return (JSON.parse(text) as Golden).files;
}

it('ffprobe says what was recorded', () => {
  expect(probe()).toEqual(GOLDEN.files);
});

/** Real packets of 20 ms: what ffprobe's parser makes of others is not asked. */
const PACKETS: Bytes[] = blocksOf(demux(readFixture('golden/matroska/whole.webm'))).map((block) => block.frame(0));

describe('files that ffmpeg would not write', () => {
  const wide = { sizeLength: 8 };
  const live = { size: 'unknown' } as const;
  const some = (from: number, count: number) => PACKETS.slice(from, from + count);
  const singles = some(0, 20).map((one, i) => simpleBlock({ time: 20 * i, frames: [one] }));
  const stripped = some(0, 20).filter((one) => one[0] === PACKETS[5]![0]);
  const encodings = master(0x6d80, [
    master(0x6240, [master(0x5034, [uint(0x4254, 3), element(0x4255, PACKETS[5]!.slice(0, 1))])]),
  ]);
  const header = [element(0x63a2, OPUS_HEAD), uint(0x56aa, 6_500_000)];
  const files: Record<string, Bytes> = {
    xiph: file(cluster(0, [simpleBlock({ lacing: 'xiph', frames: some(0, 20) })])),
    ebml: file(
      cluster(0, [
        simpleBlock({ lacing: 'ebml', frames: some(0, 30) }),
        simpleBlock({ time: 600, lacing: 'ebml', frames: some(30, 30) }),
      ]),
    ),
    fixed: file(cluster(0, [simpleBlock({ lacing: 'fixed', frames: some(10, 40).map((one) => one.slice(0, 100)) })])),
    'BlockGroups with DiscardPadding': file(
      cluster(1000, [
        blockGroup({ frames: some(0, 1), discardNs: -6_500_000 }),
        blockGroup({ time: 20, lacing: 'xiph', frames: some(1, 3), durationTicks: 60 }),
        blockGroup({ time: 80, frames: some(4, 1), discardNs: 13_500_000, more: [voided(5)] }),
      ]),
    ),
    'sizes of 8 bytes': join(ebml(), segment([info(), tracks(opusTrack()), cluster(7, singles, wide)], wide)),
    'unknown sizes': join(
      ebml('webm'),
      segment([info(), tracks(opusTrack()), cluster(0, singles, live), cluster(400, singles, live)], live),
    ),
    'CRC-32 and Void': join(
      ebml(),
      segment([
        voided(20),
        info(),
        master(0x1654ae6b, summed([opusTrack()])),
        master(0x1f43b675, summed([uint(0xe7, 3), voided(2), ...singles])),
      ]),
    ),
    'stripped headers': join(
      ebml(),
      segment([
        info(),
        tracks(trackEntry({ more: [...header, encodings] })),
        cluster(
          0,
          stripped.map((one, i) => simpleBlock({ time: 20 * i, frames: [one.slice(1)] })),
        ),
      ]),
    ),
    'two tracks, ticks of 1/48000 s': join(
      ebml(),
      segment([
        info([], 20_833),
        tracks(opusTrack(1), opusTrack(2)),
        cluster(
          0,
          some(0, 20).map((one, i) => simpleBlock({ track: 1 + (i & 1), time: 480 * i, frames: [one] })),
        ),
      ]),
    ),
  };

  it.each(Object.entries(files))('%s', (name, input) => {
    const path = joinPath(folder, `${name.replaceAll(/\W/g, '-')}.mkv`);
    writeFileSync(path, input);
    const events = demux(input);
    expect(codesOf(events)).toEqual([]);
    const streams = probe(path)[path]!;
    expect(tracksOf(events)).toHaveLength(streams.length);
    for (const stream of streams) {
      const ours = packetsAsFfprobe(input, events, stream.index);
      expect(ours.length).toBeGreaterThan(4);
      expect(ours).toEqual(comparable(stream, ours));
    }
  });
});
