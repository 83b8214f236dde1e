import { describe, expect, it } from 'vitest';
import { MatroskaDemuxer } from '../src';
import {
  ebml,
  element,
  file,
  info,
  join,
  master,
  opusTrack,
  segment,
  simpleBlock,
  tag,
  tags,
  tracks,
} from './matroska-writer';

const MB = 1_000_000;
const bytes = (...values: number[]) => new Uint8Array(values);

/** `byteLength` bytes of one pattern over and over. */
function repeated(unit: Uint8Array, byteLength: number): Uint8Array {
  const all = new Uint8Array(byteLength);
  for (let at = 0; at < byteLength; at += unit.length) all.set(unit.subarray(0, byteLength - at), at);
  return all;
}

const HEAD = join(ebml(), segment([info(), tracks(opusTrack())], { size: 'unknown' }));
const CLUSTER = bytes(0x1f, 0x43, 0xb6, 0x75);

const PATTERNS: Record<string, Uint8Array> = {
  'Cluster IDs': CLUSTER,
  'first bytes of Cluster IDs': bytes(0x1f),
  'Cluster IDs that almost are Clusters': join(CLUSTER, bytes(0x01, 0, 0, 0, 0, 0, 0, 0, 0xa3)),
  'Clusters of unknown size': join(CLUSTER, bytes(0xff, 0xe7, 0x81, 5)),
  'Clusters that claim the whole rest': join(CLUSTER, bytes(0x08, 0x10, 0, 0, 0, 0xe7, 0x81, 5)),
  'empty Clusters': join(CLUSTER, bytes(0x80)),
  'Clusters with blocks over their end': join(CLUSTER, bytes(0x83, 0xe7, 0x81, 5, 0xa3, 0x10, 0xff, 0xff, 0xff)),
  zeros: bytes(0),
  ones: bytes(0xff),
  'empty blocks': bytes(0xa3, 0x80),
  'empty Segments': bytes(0x18, 0x53, 0x80, 0x67, 0x80),
  'empty EBML headers': bytes(0x1a, 0x45, 0xdf, 0xa3, 0x80),
  'Void of no size': bytes(0xec, 0x80),
  'Tracks that change': tracks(opusTrack(1), opusTrack(2)),
  'empty unknown elements': bytes(0x1f, 0xff, 0xff, 0x01, 0x80),
};

describe('hostile input takes time in proportion to its length', () => {
  it.each(Object.entries(PATTERNS))('%s', { timeout: 15_000 }, (_, unit) => {
    for (const head of [HEAD, join(HEAD, CLUSTER, bytes(0xff))]) {
      const input = join(head, repeated(unit, MB));
      const demuxer = new MatroskaDemuxer();
      const start = performance.now();
      let events = 0;
      for (let at = 0; at < input.length; at += 65_536) events += demuxer.push(input.subarray(at, at + 65_536)).length;
      events += demuxer.finish().length;
      expect(performance.now() - start).toBeLessThan(5000);
      expect(events).toBeGreaterThan(1);
      expect(events).toBeLessThanOrEqual(input.length / 2 + 10);
    }
  });

  it.each(['Cluster IDs', 'Clusters that claim the whole rest', 'first bytes of Cluster IDs', 'zeros'])(
    'byte by byte too: %s',
    { timeout: 15_000 },
    (name) => {
      const input = join(HEAD, repeated(PATTERNS[name]!, MB));
      const demuxer = new MatroskaDemuxer();
      const start = performance.now();
      for (let at = 0; at < input.length; at++) demuxer.push(input.subarray(at, at + 1));
      expect(demuxer.finish().length).toBeGreaterThan(0);
      expect(performance.now() - start).toBeLessThan(10_000);
    },
  );

  it('a block of 8 MB, byte by byte', { timeout: 15_000 }, () => {
    const frame = new Uint8Array(8 * MB).fill(3);
    const input = file(element(0x1f43b675, join(bytes(0xe7, 0x81, 0), simpleBlock({ frames: [frame] }))));
    const demuxer = new MatroskaDemuxer();
    const start = performance.now();
    let blocks = 0;
    for (let at = 0; at < input.length; at++) blocks += demuxer.push(input.subarray(at, at + 1)).length;
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(blocks).toBe(3);
  });
});

describe('memory', () => {
  it('sizes are not believed: nothing is allocated for what does not come', () => {
    const before = process.memoryUsage().arrayBuffers;
    const open: MatroskaDemuxer[] = [];
    for (let i = 0; i < 200; i++) {
      const demuxer = new MatroskaDemuxer();
      const claim = element(0xa3, bytes(0x81, 0, 0, 0), { size: 15_000_000, sizeLength: 4 });
      demuxer.push(join(HEAD, CLUSTER, bytes(0xff, 0xe7, 0x81, 0), claim));
      const claimed = new MatroskaDemuxer();
      claimed.push(
        join(ebml(), element(0x18538067, element(0x1654ae6b, bytes(0xae), { size: 16_000_000 }), { size: 'unknown' })),
      );
      open.push(demuxer, claimed);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * MB);
    expect(open).toHaveLength(400);
  });

  it('SimpleTags nested 100,000 deep, and 100,000 targets', () => {
    let nested = new Uint8Array(0);
    const deep: Uint8Array[] = [];
    for (let i = 0; i < 1000; i++) nested = new Uint8Array(master(0x67c8, [nested]));
    for (let i = 0; i < 100; i++) deep.push(nested);
    const targets = repeated(bytes(0x63, 0xc5, 0x81, 7), 400_000);
    const input = join(HEAD, tags(tag([targets], ...deep), tag([], nested)));
    const start = performance.now();
    const events = new MatroskaDemuxer().push(input);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(events.filter(({ type }) => type === 'damage')).toHaveLength(101);
  });
});
