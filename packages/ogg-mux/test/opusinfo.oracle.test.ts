import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { OggPacketMuxer } from '../src';
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
