import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { OggPacketMuxer, type OggPacketMuxerOptions } from '../src';
import { demux, Muxed, packetsOf, pagesOf } from './demuxed';

const fixtures = new URL('../../../fixtures/', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'ogg-mux-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Packets of 20 ms of a file in canonical pages, with the file's end trim. */
function remux(file: string): { path: string; packets: Uint8Array[] } {
  const events = demux(readFileSync(new URL(file, fixtures)));
  const [head, tags, ...packets] = packetsOf(events);
  const mux = new OggPacketMuxer({ serial: 99 });
  const out = new Muxed();
  out.take(mux.header(head!));
  out.take(mux.header(tags!));
  for (const packet of packets) out.take(mux.add(packet, 960));
  const end = Number(pagesOf(events).at(-1)!.page.granulePosition);
  out.take(mux.finish(end));
  const path = join(folder, file.replaceAll('/', '-'));
  writeFileSync(path, out.bytes);
  return { path, packets };
}

describe('what we wrote', () => {
  it.each(['ogg_opus/ogg.opus', 'ogg_opus/8khz_5s.opus', 'ogg_opus/stereo.opus', 'ogg_opus/test-6-5.1.opus'])(
    'opusinfo finds nothing wrong with %s, and the same length; ffprobe the same packets',
    (file) => {
      const { path, packets } = remux(file);
      const lengthOf = (of: string) =>
        /Playback length: \S+/.exec(execFileSync('opusinfo', [of], { encoding: 'utf8' }))![0];
      // With a warning it ends with 1, which throws.
      expect(lengthOf(path)).toBe(lengthOf(new URL(file, fixtures).pathname));
      const args = ['-v', 'error', '-show_packets', '-show_entries', 'packet=size', '-of', 'csv=p=0', path];
      const sizes = execFileSync('ffprobe', args, { encoding: 'utf8' }).match(/^\d+/gm)!.map(Number);
      expect(sizes).toEqual(packets.map(({ length }) => length));
    },
  );
});

interface Made {
  readonly path: string;
  readonly packets: Uint8Array[];
  readonly preSkip: number;
}

/** Real packets behind OpusTags of so many bytes. */
function withTags(byteLength: number, options: Partial<OggPacketMuxerOptions>): Made {
  const [head, tags, ...packets] = packetsOf(demux(readFileSync(new URL('ogg_opus/stereo.opus', fixtures))));
  const mux = new OggPacketMuxer({ serial: 5, ...options });
  const out = new Muxed();
  out.take(mux.header(head!));
  // What follows the comments is padding (RFC 7845 §5.2).
  const long = new Uint8Array(Math.max(byteLength, tags!.length));
  long.set(tags!);
  out.take(mux.header(long));
  for (const packet of packets) out.take(mux.add(packet, 960));
  out.take(mux.finish(packets.length * 960 - 700));
  const path = join(folder, `${byteLength}-${Object.values(options).join('-')}.opus`);
  writeFileSync(path, out.bytes);
  return { path, packets, preSkip: head![10]! | (head![11]! << 8) };
}

describe('limits and long headers', () => {
  const options = [
    {},
    { maxPageSegments: 1 },
    { maxPageSegments: 4 },
    { maxPageSamples: 960 },
    { maxPageSamples: 1e9 },
  ];
  const cases = [0, 65_024, 65_025, 65_026, 200_000].flatMap((tags) =>
    options.map((option) => [tags, option] as const),
  );

  it.each(cases)('tags of %i bytes, %o: opusinfo finds nothing wrong, ffprobe the same bytes', (tags, option) => {
    const { path, packets, preSkip } = withTags(tags, option);
    const said = execFileSync('opusinfo', [path], { encoding: 'utf8' });
    expect(said).not.toMatch(/WARNING/);
    const seconds = (packets.length * 960 - 700 - preSkip) / 48_000;
    expect(Math.abs(Number(/Playback length: 0m:(\d+\.\d+)s/.exec(said)![1]) - seconds)).toBeLessThan(0.001);
    const args = [
      '-v',
      'error',
      '-show_packets',
      '-show_data_hash',
      'MD5',
      '-show_entries',
      'packet=data_hash',
      '-of',
      'json',
    ];
    const { packets: found } = JSON.parse(execFileSync('ffprobe', [...args, path], { encoding: 'utf8' }));
    expect(found.map(({ data_hash }: { data_hash: string }) => data_hash)).toEqual(
      packets.map((packet) => `MD5:${createHash('md5').update(packet).digest('hex')}`),
    );
  });
});
