import { describe, expect, it } from 'vitest';
import { MatroskaDemuxer, type MatroskaEvent } from '../src';
import { blocksOf, codesOf, demux, framesOf, plain, tagsOf, tracksOf } from './demuxed';
import {
  type Bytes,
  blockGroup,
  cluster,
  ebml,
  element,
  file,
  float,
  info,
  int,
  join,
  type LacingKind,
  master,
  OPUS_HEAD,
  opusTrack,
  segment,
  simpleBlock,
  simpleTag,
  summed,
  tag,
  tags,
  text,
  trackEntry,
  tracks,
  uint,
  voided,
} from './matroska-writer';

const frame = (length: number, fill = 7): Bytes => new Uint8Array(length).fill(fill);

/** Of the first piece and of all pieces, the same. */
function read(input: Bytes): MatroskaEvent[] {
  return demux(input);
}

function times(events: readonly MatroskaEvent[]): number[] {
  return blocksOf(events).map(({ timestampNs }) => timestampNs);
}

describe('lacing', () => {
  const sizes: Record<LacingKind, number[]> = {
    none: [300],
    xiph: [0, 255, 254, 1000, 3],
    fixed: [40, 40, 40],
    ebml: [500, 2, 0, 9000, 8999, 126, 62, 1],
  };

  it.each(Object.entries(sizes))('%s', (lacing, lengths) => {
    const frames = lengths.map((length, i) => frame(length, i + 1));
    const input = file(cluster(5, [simpleBlock({ lacing: lacing as LacingKind, frames, time: -3 })]));
    const events = read(input);
    expect(codesOf(events)).toEqual([]);
    const [block] = blocksOf(events);
    expect(framesOf(block!)).toEqual(frames);
    expect(block).toMatchObject({ timestampNs: 2_000_000, frameCount: lengths.length, keyframe: true });
    for (const [i, bytes] of frames.entries()) {
      const at = block!.frameOffset(i);
      expect(block!.frameLength(i)).toBe(bytes.length);
      expect(input.slice(at, at + bytes.length)).toEqual(bytes);
    }
    expect(input[block!.byteOffset]).toBe(0xa3);
    expect(() => block!.frame(lengths.length)).toThrow(RangeError);
    expect(() => block!.frameOffset(-1)).toThrow(RangeError);
    expect(() => block!.frameLength(0.5)).toThrow(RangeError);
  });

  it('of 256 frames', () => {
    const frames = Array.from({ length: 256 }, (_, i) => frame(i % 5, i));
    for (const lacing of ['xiph', 'ebml'] as const) {
      const [block] = blocksOf(read(file(cluster(0, [simpleBlock({ lacing, frames })]))));
      expect(framesOf(block!)).toEqual(frames);
    }
  });
});

describe('BlockGroup', () => {
  it('gives its block with what stands around it', () => {
    const group = blockGroup({ frames: [frame(9)], time: 7, discardNs: -6_500_000, durationTicks: 20 });
    const more = [int(0xfb, -20), voided(3), master(0x75a1, [])];
    const second = blockGroup({ frames: [frame(8)], time: 27, discardNs: 13_500_000, more });
    const events = read(file(cluster(100, [group, second])));
    expect(codesOf(events)).toEqual([]);
    expect(blocksOf(events)).toMatchObject([
      { timestampNs: 107_000_000, discardPaddingNs: -6_500_000, durationNs: 20_000_000, keyframe: true },
      { timestampNs: 127_000_000, discardPaddingNs: 13_500_000, keyframe: false, discardable: false },
    ]);
    expect(blocksOf(events)[1]!.durationNs).toBeUndefined();
  });

  it('of several pieces keeps the frames that came in the first', () => {
    const input = file(cluster(0, [blockGroup({ frames: [frame(9, 3)], discardNs: 5 })]));
    // Cut behind the Block: the next byte is DiscardPadding's.
    for (const at of [input.length - 11, input.length - 5]) {
      const first = input.slice(0, at);
      const events = demuxTwo(first, input.slice(at));
      expect(framesOf(blocksOf(events)[0]!)).toEqual([frame(9, 3)]);
    }
  });

  function demuxTwo(first: Bytes, second: Bytes): MatroskaEvent[] {
    const whole = demux(join(first, second), first.length);
    expect(codesOf(whole)).toEqual([]);
    return whole;
  }

  it('flags of a SimpleBlock', () => {
    const input = file(cluster(0, [simpleBlock({ frames: [frame(1)], flags: 0x09 })]));
    expect(blocksOf(read(input))).toMatchObject([{ keyframe: false, invisible: true, discardable: true }]);
  });
});

describe('sizes', () => {
  const block = (time: number) => simpleBlock({ time, frames: [frame(20)] });

  it('unknown, of Segment and Clusters, with elements behind them', () => {
    const live = { size: 'unknown', sizeLength: 1 } as const;
    const parts = [info(), tracks(opusTrack()), cluster(0, [block(0), block(20)], live), cluster(40, [block(0)], live)];
    const behind = [tags(tag([], simpleTag('TITLE', 'late')))];
    const one = join(ebml('webm'), segment([...parts, ...behind], { size: 'unknown' }));
    const events = read(join(one, one));
    expect(codesOf(events)).toEqual([]);
    expect(times(events)).toEqual([0, 20e6, 40e6, 0, 20e6, 40e6]);
    expect(events.filter(({ type }) => type === 'segment')).toMatchObject([
      { segment: { index: 0, docType: 'webm' } },
      { segment: { index: 1, byteOffset: one.length + ebml('webm').length } },
    ]);
    expect(tracksOf(events).map(({ index, number }) => [index, number])).toEqual([
      [0, 1],
      [1, 1],
    ]);
    expect(tagsOf(events)).toEqual([
      { trackUids: [], name: 'TITLE', value: 'late' },
      { trackUids: [], name: 'TITLE', value: 'late' },
    ]);
  });

  it('of 8 bytes everywhere, and track numbers of up to 8', () => {
    const wide = { sizeLength: 8 };
    const blocks = [1, 2, 8].map((trackLength) => simpleBlock({ trackLength, frames: [frame(5)] }, wide));
    const input = join(ebml(), segment([info(), tracks(opusTrack()), cluster(1, blocks, wide)], wide));
    const events = read(input);
    expect(codesOf(events)).toEqual([]);
    expect(blocksOf(events).map((one) => one.frame(0))).toEqual([frame(5), frame(5), frame(5)]);
  });

  it('Void and CRC-32 are passed over, Position, PrevSize and SilentTracks too', () => {
    const silent = [uint(0xa7, 5), uint(0xab, 6), master(0x5854, []), voided(40)];
    const parts = [voided(9), info(), voided(0), tracks(opusTrack()), element(0xbf, frame(4))];
    const input = join(
      voided(5),
      ebml(),
      segment([...parts, cluster(0, [...silent, block(1), voided(300)]), voided(2)]),
    );
    const events = read(input);
    expect(codesOf(events)).toEqual([]);
    expect(times(events)).toEqual([1e6]);
  });

  it('CRC-32 of Info, Tracks, Tags and Cluster', () => {
    const parts = [
      master(0x1549a966, summed([uint(0x2ad7b1, 1_000_000)])),
      master(0x1654ae6b, summed([opusTrack()])),
      master(0x1f43b675, summed([uint(0xe7, 0), block(1), blockGroup({ frames: [frame(3)] })])),
      master(0x1254c367, summed([tag([], simpleTag('A', 'b'))])),
    ];
    const events = read(join(ebml(), segment(parts)));
    expect(codesOf(events)).toEqual([]);
    expect(blocksOf(events)).toHaveLength(2);
  });
});

describe('Info', () => {
  it('is a segment event', () => {
    const fields = [
      float(0x4489, 1500.5),
      int(0x4461, -1_000_000_000n),
      text(0x7ba9, 'Ein Titel\0\0'),
      text(0x4d80, 'mux'),
      text(0x5741, 'write'),
    ];
    const [event] = read(join(ebml('webm'), segment([info(fields, 20_833)])));
    expect(event).toEqual({
      type: 'segment',
      segment: {
        ...{ index: 0, docType: 'webm', timestampScaleNs: 20_833, durationNs: Math.round(1500.5 * 20_833) },
        ...{ dateUtc: '2000-12-31T23:59:59.000Z', title: 'Ein Titel', muxingApp: 'mux', writingApp: 'write' },
        byteOffset: ebml('webm').length,
      },
    });
  });

  it('behind Tracks and Tags is waited for', () => {
    const block = simpleBlock({ time: 3, frames: [frame(1)] });
    const parts = [tags(tag([], simpleTag('A', 'b'))), tracks(opusTrack()), info([], 1000), cluster(0, [block])];
    const events = read(join(ebml(), segment(parts)));
    expect(events.map(({ type }) => type)).toEqual(['segment', 'tag', 'track', 'block', 'end']);
    expect(times(events)).toEqual([3000]);
  });

  it('that never comes is that of the defaults', () => {
    const events = read(join(ebml(), segment([tracks(opusTrack())])));
    expect(events).toMatchObject([
      { type: 'segment', segment: { timestampScaleNs: 1_000_000 } },
      { type: 'track' },
      { type: 'end', reason: 'complete' },
    ]);
  });
});

describe('tracks', () => {
  it('have what the file says', () => {
    const entry = trackEntry({
      number: 300,
      more: [
        element(0x63a2, OPUS_HEAD),
        ...[uint(0x56aa, 6_500_000), uint(0x56bb, 80_000_000), uint(0x23e383, 20_000_000)],
        ...[text(0x536e, 'Ton'), text(0x22b59c, 'ger'), text(0x22b59d, 'de-AT')],
      ],
      audio: [float(0xb5, 24_000, 4), float(0x78b5, 48_000), uint(0x9f, 6), uint(0x6264, 24)],
    });
    const video = trackEntry({ number: 2, type: 1, codecId: 'V_VP9' });
    const bare = master(0xae, [uint(0xd7, 3), uint(0x83, 2)]);
    const subtitle = trackEntry({ number: 4, type: 17, codecId: 'S_TEXT/UTF8' });
    const found = tracksOf(read(join(ebml(), segment([info(), tracks(entry, video, bare, subtitle)]))));
    expect(found).toMatchObject([
      {
        ...{ index: 0, number: 300, uid: 300n, kind: 'audio', codecId: 'A_OPUS', codecPrivate: OPUS_HEAD },
        ...{ codecDelayNs: 6_500_000, hasCodecDelay: true, seekPreRollNs: 80_000_000, samplingFrequencyHz: 24_000 },
        ...{ outputSamplingFrequencyHz: 48_000, channels: 6, bitDepth: 24, language: 'de-AT', name: 'Ton' },
        defaultDurationNs: 20_000_000,
      },
      { index: 1, kind: 'video', codecId: 'V_VP9', samplingFrequencyHz: 0, channels: 0 },
      {
        index: 2,
        kind: 'audio',
        codecId: '',
        hasCodecDelay: false,
        codecDelayNs: 0,
        samplingFrequencyHz: 8000,
        channels: 1,
      },
      { index: 3, kind: 'subtitle' },
    ]);
  });

  it('that come again the same are the same; others are new ones', () => {
    const block = simpleBlock({ frames: [frame(1)] });
    const parts = [info(), tracks(opusTrack()), cluster(0, [block]), tracks(opusTrack()), cluster(1, [block])];
    const changed = tracks(opusTrack(1, [text(0x536e, 'other')]));
    const events = read(join(ebml(), segment([...parts, changed, cluster(2, [block])])));
    expect(codesOf(events)).toEqual(['MATROSKA_TRACK_CHANGED']);
    expect(blocksOf(events).map(({ track }) => track.index)).toEqual([0, 0, 1]);
    expect(tracksOf(events)[1]).toMatchObject({ index: 1, number: 1, name: 'other' });
  });

  it('that are not selected give no blocks, and their bytes are not held', () => {
    const blocks = [
      simpleBlock({ track: 2, frames: [frame(900_000)] }),
      simpleBlock({ frames: [frame(4)] }),
      blockGroup({ track: 2, frames: [frame(900_000)] }),
    ];
    const input = join(
      ebml(),
      segment([info(), tracks(opusTrack(), trackEntry({ number: 2, type: 1 })), cluster(0, blocks)]),
    );
    // Over the limit, too, which is one of what is held.
    const events = demux(input, 1000, { tracks: ({ kind }) => kind === 'audio', maxFrameBytes: 100 });
    expect(codesOf(events)).toEqual([]);
    expect(tracksOf(events)).toHaveLength(2);
    expect(blocksOf(events).map((one) => framesOf(one))).toEqual([[frame(4)]]);
  });
});

describe('ContentEncodings', () => {
  const stripped = (order: number, scope: number, header: number[]) =>
    master(0x6240, [
      ...[uint(0x5031, order), uint(0x5032, scope), uint(0x5033, 0)],
      master(0x5034, [uint(0x4254, 3), element(0x4255, new Uint8Array(header))]),
    ]);

  it('header stripping is undone, of frames and of CodecPrivate', () => {
    const entry = trackEntry({
      more: [element(0x63a2, frame(3, 9)), master(0x6d80, [stripped(1, 1, [3]), stripped(0, 3, [1, 2])])],
    });
    const block = simpleBlock({ lacing: 'xiph', frames: [frame(2), frame(0), frame(1)] });
    const input = join(ebml(), segment([info(), tracks(entry), cluster(0, [block])]));
    const events = read(input);
    expect(codesOf(events)).toEqual([]);
    expect([...tracksOf(events)[0]!.codecPrivate!]).toEqual([1, 2, 9, 9, 9]);
    const [found] = blocksOf(events);
    expect(framesOf(found!).map((one) => [...one])).toEqual([
      [1, 2, 3, 7, 7],
      [1, 2, 3],
      [1, 2, 3, 7],
    ]);
    expect([0, 1, 2].map((i) => found!.frameLength(i))).toEqual([5, 3, 4]);
    expect(input[found!.frameOffset(2)]).toBe(7);
  });
});

describe('tags', () => {
  it('of the file, of tracks, of a tag, in languages', () => {
    const nested = simpleTag('ARTIST', 'Somebody', [simpleTag('SORT_WITH', 'Body, Some'), text(0x447a, 'eng')]);
    const list = tags(
      tag([uint(0x68ca, 50)], nested),
      tag([uint(0x63c5, 1), uint(0x63c5, 2n ** 63n)], simpleTag('LYRICS', 'la', [text(0x447b, 'de-AT')])),
      tag([uint(0x63c5, 0)], simpleTag('ALL', 'tracks')),
      tag([uint(0x63c4, 9)], simpleTag('CHAPTER', 'not of the file')),
      tag([], master(0x67c8, [text(0x45a3, 'BINARY'), element(0x4485, frame(5))])),
    );
    expect(tagsOf(read(join(ebml(), segment([info(), list]))))).toEqual([
      { trackUids: [], name: 'ARTIST', value: 'Somebody', language: 'eng' },
      { trackUids: [], name: 'ARTIST/SORT_WITH', value: 'Body, Some' },
      { trackUids: [1n, 2n ** 63n], name: 'LYRICS', value: 'la', language: 'de-AT' },
      { trackUids: [], name: 'ALL', value: 'tracks' },
    ]);
  });
});

it('views look into what was pushed, if the block lies whole in it', () => {
  const input = file(cluster(0, [simpleBlock({ frames: [frame(30)] })]));
  const [block] = blocksOf([...demux(input)]);
  expect(block!.frame(0).byteLength).toBe(30);
  expect(block!.frame(0).buffer.byteLength).toBe(input.length);
  const [copied] = blocksOf(demux(input, input.length - 3));
  expect(copied!.frame(0)).toEqual(frame(30));
  expect(copied!.frame(0).buffer.byteLength).toBeLessThan(input.length);
});

it('Node Buffers give what plain arrays give, and nothing that looks into them but frames', () => {
  const parts = [
    info(),
    master(0x1654ae6b, summed([opusTrack()])),
    master(0x1f43b675, summed([uint(0xe7, 0), simpleBlock({ frames: [frame(30)] })])),
  ];
  const input = join(ebml(), segment(parts));
  // Not at the begin of its memory.
  const buffer = Buffer.concat([Buffer.alloc(3), input]).subarray(3);
  const demuxer = new MatroskaDemuxer();
  const events = [...demuxer.push(buffer), ...demuxer.finish()];
  expect(events.map(plain)).toEqual(demux(input).map(plain));
  expect(codesOf(events)).toEqual([]);
  expect(Buffer.isBuffer(blocksOf(events)[0]!.frame(0))).toBe(false);
  buffer.fill(0);
  expect(tracksOf(events)[0]!.codecPrivate).toEqual(OPUS_HEAD);
});
