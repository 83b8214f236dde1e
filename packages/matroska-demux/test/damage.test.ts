import { describe, expect, it } from 'vitest';
import { blocksOf, codesOf, damagesOf, demux, framesOf, plain, tagsOf, tracksOf } from './demuxed';
import { readFixture } from './fixture-files';
import { MALFORMED_FILES } from './malformed-files';
import {
  type Bytes,
  blockGroup,
  blockPayload,
  cluster,
  ebml,
  element,
  file,
  float,
  info,
  int,
  join,
  master,
  opusTrack,
  segment,
  simpleBlock,
  simpleTag,
  summed,
  tag,
  tags,
  trackEntry,
  tracks,
  uint,
} from './matroska-writer';

const frame = (length = 20, fill = 7): Bytes => new Uint8Array(length).fill(fill);
const block = (time = 0, fill = 7): Bytes => simpleBlock({ time, frames: [frame(20, fill)] });
const unknown = { size: 'unknown' } as const;
const HEAD = join(ebml(), segment([info(), tracks(opusTrack())], unknown));

/** The events, which must be the same in any pieces. */
function read(input: Bytes, options = {}) {
  const events = demux(input, undefined, options);
  const whole = events.map(plain);
  expect(demux(input, 1, options).map(plain)).toEqual(whole);
  expect(demux(input, 7, options).map(plain)).toEqual(whole);
  return events;
}

const timesOf = (events: ReturnType<typeof read>) => blocksOf(events).map(({ timestampNs }) => timestampNs / 1e6);

describe('MATROSKA_TRUNCATED', () => {
  const blocks = [block(0, 1), block(20, 2), blockGroup({ time: 40, frames: [frame(20, 3)], discardNs: 9 })];
  const input = file(cluster(0, blocks));

  it('wherever the file is cut: whole blocks, and a report', () => {
    const ends = blocksOf(demux(input)).map((one) => one.frameOffset(0) + 20);
    for (let length = 1; length < input.length; length++) {
      const events = demux(input.slice(0, length), 50);
      expect(blocksOf(events)).toHaveLength(ends.filter((end) => end <= length).length);
      // Between EBML header and Segment nothing tells that something is missing.
      const atBorder = length === ebml().length;
      expect(codesOf(events)).toEqual(atBorder ? [] : ['MATROSKA_TRUNCATED']);
      expect(events.at(-1)).toEqual({ type: 'end', reason: atBorder ? 'complete' : 'truncated' });
    }
  });

  it('says where', () => {
    const cut = input.slice(0, input.length - 30);
    const [damage] = damagesOf(read(cut));
    const lastWhole = blocksOf(demux(input))[1]!.frameOffset(0) + 20;
    expect(damage).toMatchObject({ byteLength: cut.length - damage!.byteOffset, expected: input.length });
    expect(damage!.byteOffset).toBeGreaterThanOrEqual(lastWhole);
  });

  it('a live file may end behind any element', () => {
    expect(codesOf(read(join(HEAD, cluster(0, [block()], unknown))))).toEqual([]);
  });
});

describe('MATROSKA_GARBAGE', () => {
  const good = cluster(60, [block(0)]);
  const noise = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 3)) & 15);

  it.each([1, 2, 15, 16, 17, 5000])('%i bytes between Clusters', (length) => {
    const input = join(HEAD, cluster(0, [block()]), noise(length), good, tags(tag([], simpleTag('A', 'b'))));
    const events = read(input);
    expect(timesOf(events)).toEqual([0, 60]);
    expect(damagesOf(events)).toMatchObject([{ code: 'MATROSKA_GARBAGE', byteLength: length }]);
    expect(tagsOf(events)).toHaveLength(1);
  });

  it('in front of the file, and nothing but that', () => {
    expect(timesOf(read(join(noise(100), HEAD, good)))).toEqual([60]);
    const events = read(noise(3000));
    expect(events).toMatchObject([
      { code: 'MATROSKA_GARBAGE', byteOffset: 0, byteLength: 3000 },
      { type: 'end', reason: 'complete' },
    ]);
  });

  it('within a Cluster: the rest of it is lost, the next one is not', () => {
    const input = join(HEAD, cluster(0, [block(), noise(40), block(20)]), good);
    expect(timesOf(read(input))).toEqual([0, 60]);
    expect(codesOf(read(input))).toEqual(['MATROSKA_GARBAGE']);
  });

  it('within a BlockGroup: the rest of that is lost', () => {
    const group = blockGroup({ frames: [frame()], more: [new Uint8Array([0, 1, 2])] });
    const events = read(file(cluster(0, [group, block(20)])));
    expect(timesOf(events)).toEqual([0, 20]);
    expect(damagesOf(events)).toMatchObject([{ code: 'MATROSKA_GARBAGE', byteLength: 3 }]);
  });

  it('a Cluster ID that is none is passed by', () => {
    const almost = join(noise(3), new Uint8Array([0x1f, 0x43, 0xb6, 0x75, 0x88, 0xa3, 0x90]), noise(30));
    const events = read(join(HEAD, almost, almost, good));
    expect(timesOf(events)).toEqual([60]);
    expect(codesOf(events)).toEqual(['MATROSKA_GARBAGE']);
  });

  it('a whole Cluster within a frame does no harm', () => {
    const events = read(file(cluster(0, [simpleBlock({ frames: [cluster(5, [block()])] }), block(20)])));
    expect(timesOf(events)).toEqual([0, 20]);
    expect(codesOf(events)).toEqual([]);
  });
});

describe('sizes', () => {
  it('MATROSKA_SIZE_OVER_PARENT: a block over its Cluster', () => {
    const bad = simpleBlock({ frames: [frame()] }, { size: 5000 });
    const events = read(file(cluster(0, [block(), bad]), cluster(60, [block()])));
    expect(timesOf(events)).toEqual([0, 60]);
    expect(damagesOf(events)).toMatchObject([{ code: 'MATROSKA_SIZE_OVER_PARENT', byteLength: bad.length }]);
  });

  it('MATROSKA_SIZE_OVER_PARENT: a Block over its BlockGroup', () => {
    const bad = master(0xa0, [element(0xa1, blockPayload({ frames: [frame()] }), { size: 100 })]);
    const events = read(file(cluster(0, [bad, block(20)])));
    expect(timesOf(events)).toEqual([20]);
    expect(codesOf(events)).toEqual(['MATROSKA_SIZE_OVER_PARENT']);
  });

  it('MATROSKA_SIZE_OVER_PARENT: a Segment that ends too early', () => {
    const parts = [info(), tracks(opusTrack()), cluster(0, [block()])];
    const size = join(...parts).length;
    const within = join(ebml(), segment([...parts, cluster(20, [block()])], { size: size + 3 }));
    expect(timesOf(read(within))).toEqual([0, 20]);
    const behind = join(ebml(), segment([...parts, cluster(20, [block()]), cluster(40, [block()])], { size }));
    expect(timesOf(read(behind))).toEqual([0, 20, 40]);
    for (const input of [within, behind]) expect(codesOf(read(input))).toEqual(['MATROSKA_SIZE_OVER_PARENT']);
  });

  it('MATROSKA_SIZE_OVER_PARENT: a field over its header', () => {
    const entry = master(0xae, [uint(0xd7, 1), uint(0x83, 2), element(0x86, frame(3), { size: 90 })]);
    const events = read(join(ebml(), segment([info(), tracks(entry), cluster(0, [block()])])));
    expect(timesOf(events)).toEqual([0]);
    expect(codesOf(events)).toEqual(['MATROSKA_SIZE_OVER_PARENT']);
  });

  it('MATROSKA_BAD_SIZE: a Cluster, a Segment that run into what follows', () => {
    const long = cluster(0, [block()], { size: 4000 });
    const events = read(join(HEAD, long, cluster(60, [block()])));
    expect(timesOf(events)).toEqual([0, 60]);
    expect(damagesOf(events)).toMatchObject([{ code: 'MATROSKA_BAD_SIZE', byteLength: long.length }]);
    const first = join(ebml(), segment([info(), tracks(opusTrack()), cluster(0, [block()])], { size: 9000 }));
    const two = read(join(first, file(cluster(60, [block()]))));
    expect(timesOf(two)).toEqual([0, 60]);
    expect(codesOf(two)).toEqual(['MATROSKA_BAD_SIZE']);
  });

  it.each(['unknown' as const, 2 ** 40, 2 ** 55])('MATROSKA_BAD_SIZE: Cues of size %s', (size) => {
    const events = read(join(HEAD, element(0x1c53bb6b, frame(90), { size, sizeLength: 8 }), cluster(60, [block()])));
    expect(timesOf(events)).toEqual([60]);
    expect(codesOf(events)).toEqual(['MATROSKA_BAD_SIZE']);
  });

  it('MATROSKA_BAD_SIZE: unknown where that is not allowed', () => {
    const within = (...parts: Bytes[]) => read(file(cluster(0, [...parts]), cluster(60, [block()])));
    expect(codesOf(within(blockGroup({ frames: [frame()] }, unknown)))).toEqual(['MATROSKA_BAD_SIZE']);
    expect(codesOf(within(simpleBlock({ frames: [frame()] }, unknown)))).toEqual(['MATROSKA_BAD_SIZE']);
    const header = element(0x1a45dfa3, frame(30), unknown);
    expect(codesOf(read(join(header, HEAD)))).toEqual(['MATROSKA_BAD_SIZE']);
    const noTracks = read(join(HEAD, element(0x1654ae6b, frame(9), unknown), cluster(60, [block()])));
    expect(codesOf(noTracks)).toEqual(['MATROSKA_BAD_SIZE']);
    expect(timesOf(noTracks)).toEqual([60]);
    const field = element(0xae, join(uint(0xd7, 1), element(0x86, frame(), unknown)));
    expect(codesOf(read(join(ebml(), segment([info(), tracks(field)]))))).toEqual(['MATROSKA_BAD_SIZE']);
  });

  it('MATROSKA_ELEMENT_TOO_LARGE: headers over their limits, on which nothing is spent', () => {
    const large = element(0x1549a966, new Uint8Array(1024 * 1024 + 1));
    const events = demux(join(ebml(), segment([large, tracks(opusTrack()), cluster(0, [block()])])), 65_536);
    expect(timesOf(events)).toEqual([0]);
    expect(damagesOf(events)).toMatchObject([
      { code: 'MATROSKA_ELEMENT_TOO_LARGE', expected: 1024 * 1024, actual: 1024 * 1024 + 1 },
    ]);
    // A size that lies: what stands in it is found.
    const lie = element(0x1254c367, frame(30), { size: 2 ** 45, sizeLength: 8 });
    const found = read(join(HEAD, lie, cluster(60, [block()])));
    expect(timesOf(found)).toEqual([60]);
    expect(codesOf(found)).toEqual(['MATROSKA_ELEMENT_TOO_LARGE']);
  });

  it('MATROSKA_UNKNOWN_ELEMENT: skipped', () => {
    const strange = element(0x5fff, frame(50));
    const events = read(join(HEAD, element(0x1fffff01, frame(50)), cluster(0, [strange, block()])));
    expect(timesOf(events)).toEqual([0]);
    expect(damagesOf(events)).toMatchObject([
      { code: 'MATROSKA_UNKNOWN_ELEMENT', byteLength: 50 },
      { code: 'MATROSKA_UNKNOWN_ELEMENT', byteLength: 50 },
    ]);
  });

  it('MATROSKA_FRAME_TOO_LARGE: skipped, in a Cluster with and without a size', () => {
    const large = simpleBlock({ frames: [frame(5000)] });
    for (const options of [{}, unknown]) {
      const events = read(join(HEAD, cluster(0, [large, block(20)], options)), { maxFrameBytes: 4096 });
      expect(timesOf(events)).toEqual([20]);
      expect(damagesOf(events)).toMatchObject([{ code: 'MATROSKA_FRAME_TOO_LARGE', expected: 4096, actual: 5004 }]);
    }
    const lie = simpleBlock({ frames: [frame()] }, { size: 2 ** 50, sizeLength: 8 });
    expect(timesOf(read(join(HEAD, cluster(0, [lie], unknown), cluster(60, [block()]))))).toEqual([60]);
  });
});

describe('headers', () => {
  const of = (children: readonly Bytes[], header = ebml()) => read(join(header, segment(children)));

  it('MATROSKA_HEADER_MISSING', () => {
    const parts = [info(), tracks(opusTrack()), cluster(0, [block()])];
    expect(codesOf(read(segment(parts)))).toEqual(['MATROSKA_HEADER_MISSING']);
    const bare = read(join(ebml(), ...parts));
    expect(codesOf(bare)).toEqual(['MATROSKA_HEADER_MISSING']);
    expect(timesOf(bare)).toEqual([0]);
  });

  it('MATROSKA_UNKNOWN_DOC_TYPE', () => {
    const events = of([info()], ebml('film'));
    expect(codesOf(events)).toEqual(['MATROSKA_UNKNOWN_DOC_TYPE']);
    expect(events).toMatchObject([{}, { segment: { docType: 'film' } }, {}]);
  });

  it('MATROSKA_UNSUPPORTED_VERSION', () => {
    const damage = damagesOf(
      of([info()], ebml('webm', [uint(0x42f7, 2), uint(0x4285, 9), uint(0x42f2, 5), uint(0x42f3, 9)])),
    );
    expect(damage.map(({ code }) => code)).toEqual(Array(4).fill('MATROSKA_UNSUPPORTED_VERSION'));
    expect(damage.map(({ expected, actual }) => [expected, actual])).toEqual([
      [1, 2],
      [4, 9],
      [4, 5],
      [8, 9],
    ]);
  });

  it('MATROSKA_CRC_MISMATCH of a header and of a Cluster', () => {
    const parts = [
      master(0x1549a966, summed([uint(0x2ad7b1, 1_000_000)], 1)),
      master(0x1654ae6b, summed([opusTrack()], 2)),
      master(0x1f43b675, summed([uint(0xe7, 0), block()], 4)),
      master(0x1254c367, summed([tag([], simpleTag('A', 'b'))], 8)),
    ];
    const events = of(parts);
    expect(codesOf(events)).toEqual(Array(4).fill('MATROSKA_CRC_MISMATCH'));
    expect(events.map(({ type }) => type).filter((type) => type !== 'damage')).toEqual([
      ...['segment', 'track', 'block', 'tag', 'end'],
    ]);
    for (const [i, { expected, actual }] of damagesOf(events).entries())
      expect((expected! ^ actual!) >>> 0).toBe(2 ** i);
    expect(damagesOf(events)[2]!.byteLength).toBe(parts[2]!.length);
  });

  it('MATROSKA_BAD_VALUE: the field is taken for absent', () => {
    const bad = [
      ...[uint(0x2ad7b1, 0), element(0x2ad7b1, frame(9)), uint(0x2ad7b1, 2n ** 63n)],
      float(0x4489, Number.NaN),
      float(0x4489, 1e300),
    ];
    for (const field of bad) {
      const events = of([master(0x1549a966, [field])]);
      expect(codesOf(events)).toEqual(['MATROSKA_BAD_VALUE']);
      expect(events).toContainEqual({
        type: 'segment',
        segment: { index: 0, docType: 'matroska', timestampScaleNs: 1_000_000, byteOffset: ebml().length },
      });
    }
    const discards = [int(0x75a2, -(2n ** 60n)), element(0x75a2, frame(9)), element(0x9b, frame(65))];
    for (const field of [...discards, uint(0x9b, 2n ** 52n)]) {
      const events = read(file(cluster(0, [blockGroup({ frames: [frame()], more: [field] })])));
      expect(codesOf(events)).toEqual(['MATROSKA_BAD_VALUE']);
      expect(blocksOf(events)).toMatchObject([{ discardPaddingNs: 0 }]);
    }
  });

  it('MATROSKA_INFO_CHANGED', () => {
    const events = of([info(), tracks(opusTrack()), info(), info([], 5), cluster(0, [block(1)])]);
    expect(damagesOf(events)).toMatchObject([{ code: 'MATROSKA_INFO_CHANGED', expected: 1_000_000, actual: 5 }]);
    expect(timesOf(events)).toEqual([1]);
  });

  it('MATROSKA_BAD_TRACK', () => {
    const events = of([info(), tracks(master(0xae, [uint(0x83, 2)]), opusTrack(), opusTrack())]);
    expect(codesOf(events)).toEqual(['MATROSKA_BAD_TRACK', 'MATROSKA_BAD_TRACK']);
    expect(tracksOf(events)).toHaveLength(1);
  });

  it('MATROSKA_TRACK_CHANGED', () => {
    const events = of([info(), tracks(opusTrack()), tracks(trackEntry({ codecId: 'A_AAC' }))]);
    expect(codesOf(events)).toEqual(['MATROSKA_TRACK_CHANGED']);
  });

  it('MATROSKA_TOO_MANY_TRACKS', () => {
    const three = [1, 2, 3, 4].map((number) => opusTrack(number));
    const events = read(join(ebml(), segment([info(), tracks(...three)])), { maxTracks: 2 });
    expect(damagesOf(events)).toMatchObject([{ code: 'MATROSKA_TOO_MANY_TRACKS', expected: 2 }]);
    expect(tracksOf(events)).toHaveLength(2);
    const later = read(join(ebml(), segment([info(), ...three.map((one) => tracks(one))])), { maxTracks: 3 });
    expect(codesOf(later)).toEqual(['MATROSKA_TOO_MANY_TRACKS']);
  });

  it('MATROSKA_TOO_MANY_TAGS', () => {
    const events = demux(join(HEAD, tags(tag([], ...Array(10_001).fill(simpleTag('A', 'b'))))), 1000);
    expect(codesOf(events)).toEqual(['MATROSKA_TOO_MANY_TAGS']);
    expect(tagsOf(events)).toHaveLength(10_000);
  });

  it('MATROSKA_TOO_DEEP', () => {
    let nested = simpleTag('X', 'y');
    for (let i = 0; i < 50; i++) nested = simpleTag('X', 'y', [nested]);
    const events = read(join(HEAD, tags(tag([], nested))));
    expect(codesOf(events)).toEqual(['MATROSKA_TOO_DEEP']);
    expect(tagsOf(events)).toHaveLength(8);
  });

  it.each([
    ['zlib', master(0x5034, [uint(0x4254, 0)]), []],
    ['zlib', master(0x5034, []), []],
    ['bzlib', master(0x5034, [uint(0x4254, 1)]), []],
    ['lzo1x', master(0x5034, [uint(0x4254, 2)]), []],
    ['compression of type 9', master(0x5034, [uint(0x4254, 9)]), []],
    ['encryption', master(0x5035, []), [uint(0x5033, 1)]],
    ['encoding of type 7', master(0x5035, []), [uint(0x5033, 7)]],
  ])('MATROSKA_TRACK_ENCODED: %s', (what, how, more) => {
    const entry = trackEntry({ more: [master(0x6d80, [master(0x6240, [...more, how])])] });
    const events = of([info(), tracks(entry), cluster(0, [block()])]);
    expect(damagesOf(events)).toMatchObject([{ code: 'MATROSKA_TRACK_ENCODED', track: { number: 1 } }]);
    expect(damagesOf(events)[0]!.message).toContain(what);
    expect(tracksOf(events)).toHaveLength(1);
    expect(blocksOf(events)).toEqual([]);
  });
});

describe('blocks', () => {
  it('MATROSKA_UNKNOWN_TRACK: once a number', () => {
    const strange = [3, 3, 4, 3].map((track) => simpleBlock({ track, frames: [frame()] }));
    const events = read(file(cluster(0, [...strange, block(1)])));
    expect(damagesOf(events)).toMatchObject([
      { code: 'MATROSKA_UNKNOWN_TRACK', actual: 3 },
      { code: 'MATROSKA_UNKNOWN_TRACK', actual: 4 },
    ]);
    expect(timesOf(events)).toEqual([1]);
  });

  it('MATROSKA_BAD_BLOCK: shorter than its header; a BlockGroup with none or two', () => {
    const short = [[], [0x81], [0x81, 0, 0], [0x40], [0, 0, 0, 0, 0], [0x40, 1, 0, 0]];
    const events = read(
      file(
        cluster(0, [
          ...short.map((bytes) => element(0xa3, new Uint8Array(bytes))),
          master(0xa0, [uint(0x9b, 5)]),
          blockGroup({ frames: [frame(3)], more: [element(0xa1, blockPayload({ time: 5, frames: [frame()] }))] }),
        ]),
      ),
    );
    expect(codesOf(events)).toEqual(Array(short.length + 2).fill('MATROSKA_BAD_BLOCK'));
    expect(blocksOf(events).map(framesOf)).toEqual([[frame(3)]]);
  });

  const laced = (bytes: number[]) => element(0xa3, new Uint8Array([0x81, 0, 0, ...bytes]));

  it.each([
    ['no count', laced([0x02])],
    ['Xiph sizes that are cut', laced([0x02, 2, 255, 255])],
    ['Xiph sizes over the block', laced([0x02, 1, 9, 1, 2])],
    ['fixed sizes that leave a rest', laced([0x04, 1, 1, 2, 3])],
    ['EBML sizes that are cut', laced([0x06, 2, 0x81])],
    ['EBML sizes over the block', laced([0x06, 1, 0x89, 1, 2])],
    ['EBML sizes below 0', laced([0x06, 2, 0x81, 0xbd, 1, 2])],
    ['EBML sizes that are none', laced([0x06, 1, 0, 0, 0])],
  ])('MATROSKA_BAD_LACING: %s', (_, bad) => {
    const events = read(file(cluster(0, [bad, block(20)])));
    expect(damagesOf(events)).toMatchObject([{ code: 'MATROSKA_BAD_LACING', track: { number: 1 } }]);
    expect(timesOf(events)).toEqual([20]);
  });

  it('MATROSKA_NO_TIMESTAMP', () => {
    const without = master(0x1f43b675, [block(), uint(0xe7, 5), block(2)]);
    const events = read(file(without));
    expect(codesOf(events)).toEqual(['MATROSKA_NO_TIMESTAMP']);
    expect(timesOf(events)).toEqual([7]);
  });

  it('MATROSKA_TIME_OVERFLOW', () => {
    const events = read(file(cluster(1_700_000_000_000, [block()]), cluster(9_000_000_000, [block()])));
    expect(codesOf(events)).toEqual(['MATROSKA_TIME_OVERFLOW']);
    expect(timesOf(events)).toEqual([9_000_000_000]);
    // What is no number at all leaves the Cluster without a time.
    const huge = read(file(cluster(2n ** 63n, [block()])));
    expect(codesOf(huge)).toEqual(['MATROSKA_BAD_VALUE', 'MATROSKA_NO_TIMESTAMP']);
  });

  it('options of no use are refused', async () => {
    const { MatroskaDemuxer } = await import('../src');
    for (const bad of [0, -1, 1.5, Number.NaN]) {
      expect(() => new MatroskaDemuxer({ maxFrameBytes: bad })).toThrow(RangeError);
      expect(() => new MatroskaDemuxer({ maxTracks: bad })).toThrow(RangeError);
    }
    const demuxer = new MatroskaDemuxer();
    // @ts-expect-error: what a caller without types may do
    expect(() => demuxer.push('text')).toThrow(TypeError);
    // @ts-expect-error: what a caller without types may do
    expect(() => new MatroskaDemuxer({ tracks: 5 })).toThrow(TypeError);
    demuxer.finish();
    expect(() => demuxer.push(frame())).toThrow(TypeError);
    expect(() => demuxer.finish()).toThrow(TypeError);
  });
});

describe('files of others', () => {
  const expected: Record<string, [blocks: number, ...codes: string[]]> = {
    'malformed/block_ends_beyond_cluster.mkv': [1, 'MATROSKA_SIZE_OVER_PARENT', 'MATROSKA_TRUNCATED'],
    'malformed/blockgroup_block_ends_beyond_blockgroup.mkv': [1, 'MATROSKA_SIZE_OVER_PARENT', 'MATROSKA_TRUNCATED'],
    'malformed/fixed_lacing_bad_lace_size.mkv': [0, 'MATROSKA_BAD_LACING', 'MATROSKA_TRUNCATED'],
    'malformed/invalid-discard_on_multi_blocks.webm': [6, 'MATROSKA_SIZE_OVER_PARENT', 'MATROSKA_TRUNCATED'],
    'malformed/invalid-excess_discard.webm': [5, 'MATROSKA_TRUNCATED'],
    'malformed/invalid-excess_neg_discard.webm': [5, 'MATROSKA_TRUNCATED'],
    'malformed/invalid-neg_discard.webm': [5, 'MATROSKA_TRUNCATED'],
    // What is wrong with it (CodecDelay of 0 beside a pre-skip) is not Matroska's.
    'malformed/invalid-preskip.webm': [146],
    'webm_opus/bug2020502.webm': [8, 'MATROSKA_TRUNCATED'],
    'webm_opus/gecko_gtest_test.webm': [8, 'MATROSKA_TRUNCATED'],
    'webm_opus/bug1066943.webm': [5, 'MATROSKA_TRUNCATED'],
  };

  it('all have a row', () => {
    expect(Object.keys(expected)).toEqual(expect.arrayContaining(MALFORMED_FILES));
  });

  it.each(Object.entries(expected))('%s', (path, [blocks, ...codes]) => {
    const events = demux(readFixture(path));
    expect(codesOf(events)).toEqual(codes);
    expect(blocksOf(events)).toHaveLength(blocks);
  });

  it('text', () => {
    expect(codesOf(read(new TextEncoder().encode('no Matroska')))).toEqual(['MATROSKA_GARBAGE']);
    expect(read(new Uint8Array(0))).toEqual([{ type: 'end', reason: 'complete' }]);
  });
});

describe('behind damage', () => {
  const noise = new Uint8Array(50);
  const checked = (time: number) => master(0x1f43b675, summed([uint(0xe7, time), block()]));

  it('checksums are those of their own Clusters, however the input is cut', () => {
    const input = join(HEAD, checked(0), noise, checked(20), checked(40));
    for (let size = 1; size < 60; size++) {
      const events = demux(input, size);
      expect(codesOf(events)).toEqual(['MATROSKA_GARBAGE']);
      expect(timesOf(events)).toEqual([0, 20, 40]);
    }
  });

  it('a Cluster that is not read to its end has no checksum', () => {
    const children = summed([uint(0xe7, 0), block(), block(5)]);
    const long = master(0x1f43b675, children, { size: 9000 });
    expect(codesOf(read(join(HEAD, long, checked(20))))).toEqual(['MATROSKA_BAD_SIZE']);
    const broken = master(0x1f43b675, [...children, noise]);
    expect(codesOf(read(join(HEAD, broken, checked(20))))).toEqual(['MATROSKA_GARBAGE']);
    const live = master(0x1f43b675, children, unknown);
    expect(codesOf(read(join(HEAD, live, checked(20))))).toEqual([]);
  });

  it('the end of a Segment that was passed by is none', () => {
    const parts = [info(), tracks(opusTrack()), cluster(0, [block()])];
    const size = join(...parts).length + 10;
    const input = join(ebml(), segment([...parts, noise, cluster(20, [block()])], { size }));
    expect(timesOf(read(input))).toEqual([0, 20]);
    expect(codesOf(read(input))).toEqual(['MATROSKA_GARBAGE']);
  });

  it('what begins like a Cluster right before one', () => {
    const begun = [[0x1f], [0x1f, 0x43], [0x1f, 0x43, 0xb6, 0x75], [0x1f, 0x43, 0xb6, 0x75, 0x90, 0xbf, 0x83]];
    for (const bytes of [...begun, [0x1f, 0x43, 0xb6, 0x75, 0x90, 0xe7, 0x90]]) {
      const events = read(join(HEAD, noise, new Uint8Array(bytes), cluster(20, [block()])));
      expect(timesOf(events)).toEqual([20]);
      expect(damagesOf(events)).toMatchObject([{ code: 'MATROSKA_GARBAGE', byteLength: 50 + bytes.length }]);
    }
  });

  it('nothing of a Cluster is left for the next one, nor of a Segment', () => {
    const late = master(0x1f43b675, [block(), uint(0xe7, 9)]);
    expect(codesOf(read(join(HEAD, cluster(5, [block()]), late)))).toEqual(['MATROSKA_NO_TIMESTAMP']);
    const strange = file(cluster(0, [simpleBlock({ track: 3, frames: [frame()] })]));
    expect(codesOf(read(join(strange, strange)))).toEqual(['MATROSKA_UNKNOWN_TRACK', 'MATROSKA_UNKNOWN_TRACK']);
    const other = join(ebml(), segment([info(), cluster(0, [block()])]));
    expect(codesOf(read(join(HEAD, other)))).toEqual(['MATROSKA_UNKNOWN_TRACK']);
  });

  it('a field with a size that lies is looked through', () => {
    const lie = element(0xe7, new Uint8Array(0), { size: 300 });
    const inner = cluster(20, [block()]);
    const events = read(join(HEAD, element(0x1f43b675, join(lie, noise), { size: 2000 }), inner));
    expect(codesOf(events)).toEqual(['MATROSKA_BAD_VALUE']);
    expect(timesOf(events)).toEqual([20]);
  });

  it('no more than 16 elements wait for Info', () => {
    const many = Array.from({ length: 15 }, () => tags(tag([], simpleTag('A', 'b'))));
    const head = (more: Bytes[]) => join(ebml(), segment([...many, ...more, info([], 5)]));
    expect(read(head([]))).toMatchObject([{ segment: { timestampScaleNs: 5 } }, ...Array(16).fill({})]);
    expect(codesOf(read(head(many.slice(0, 1))))).toEqual(['MATROSKA_INFO_CHANGED']);
  });
});
