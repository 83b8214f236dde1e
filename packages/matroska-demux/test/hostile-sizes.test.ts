import { expect, it } from 'vitest';
import { MatroskaDemuxer, type MatroskaDemuxerOptions } from '../src';
import { blocksOf, codesOf, damagesOf, demux, plain, tagsOf } from './demuxed';
import {
  type Bytes,
  blockGroup,
  blockPayload,
  cluster,
  ebml,
  element,
  info,
  join,
  master,
  opusTrack,
  segment,
  simpleBlock,
  simpleTag,
  tag,
  tags,
  text,
  trackEntry,
  tracks,
} from './matroska-writer';

const unknown = { size: 'unknown' } as const;
const HEAD = join(ebml(), segment([info(), tracks(opusTrack())], unknown));
const block = (time = 0, length = 20): Bytes => simpleBlock({ time, frames: [new Uint8Array(length).fill(7)] });
const live = (time: number, ...blocks: Bytes[]): Bytes => cluster(time, blocks, unknown);

/** The events, which must be the same in any pieces. */
function read(input: Bytes, options: MatroskaDemuxerOptions = {}) {
  const events = demux(input, undefined, options);
  const whole = events.map(plain);
  for (const pieces of [1, 7, 100]) expect(demux(input, pieces, options).map(plain)).toEqual(whole);
  return events;
}

const timesOf = (events: ReturnType<typeof read>) => blocksOf(events).map(({ timestampNs }) => timestampNs / 1e6);

it.each([10_000, 2 ** 29])('MATROSKA_BAD_SIZE: a BlockGroup of %i bytes in a live Cluster hides no block', (size) => {
  const group = blockGroup({ time: 20, frames: [new Uint8Array(9)] }, { size });
  const events = read(join(HEAD, live(0, block(0), group, block(40), block(60)), live(100, block())));
  expect(damagesOf(events)).toMatchObject([{ code: 'MATROSKA_BAD_SIZE', byteLength: group.length }]);
  expect(timesOf(events)).toEqual([0, 20, 40, 60, 100]);
});

it('a BlockGroup that the next Cluster begins in', () => {
  const group = blockGroup({ time: 20, frames: [new Uint8Array(9)] }, { size: 500 });
  const events = read(join(HEAD, live(0, group), live(100, block()), live(200, block()), live(300, block())));
  expect(codesOf(events)).toEqual(['MATROSKA_BAD_SIZE']);
  expect(timesOf(events)).toEqual([20, 100, 200, 300]);
});

it.each([
  ['GARBAGE', new Uint8Array(40)],
  ['SIZE_OVER_PARENT', element(0x9b, new Uint8Array(3), { size: 2 ** 50 })],
])('MATROSKA_%s in a BlockGroup of an absurd size costs its Cluster, and not the file', (_, bad) => {
  for (const size of [2 ** 20, 2 ** 29, 2 ** 50]) {
    const group = master(0xa0, [element(0xa1, blockPayload({ frames: [new Uint8Array(9)] })), bad], { size });
    const input = join(HEAD, live(0, block(), group, new Uint8Array(99)), live(100, block()), live(200, block()));
    const events = read(input);
    expect(timesOf(events).slice(-2)).toEqual([100, 200]);
    expect(codesOf(events).length).toBeGreaterThan(0);
    for (const { byteOffset, byteLength } of damagesOf(events)) {
      expect(byteOffset + byteLength).toBeLessThanOrEqual(input.length);
    }
  }
});

it('large frames of tracks that are not selected are no damage in live Clusters either', () => {
  const video = trackEntry({ number: 2, type: 1, codecId: 'V_VP8' });
  const picture = simpleBlock({ track: 2, frames: [new Uint8Array(5000)] });
  const input = join(
    ebml('webm'),
    segment([info(), tracks(opusTrack(), video)], unknown),
    live(0, block(), picture, block(20)),
    live(100, block()),
  );
  const options = { maxFrameBytes: 100, tracks: ({ kind }: { kind: string }) => kind === 'audio' };
  const events = read(input, options);
  expect(codesOf(events)).toEqual([]);
  expect(timesOf(events)).toEqual([0, 20, 100]);
  // Selected, they are; what follows them is found.
  const all = read(input, { maxFrameBytes: 100 });
  expect(codesOf(all)).toEqual(['MATROSKA_FRAME_TOO_LARGE']);
  expect(timesOf(all)).toEqual([0, 20, 100]);
});

it('MATROSKA_FRAME_TOO_LARGE: a size that nothing vouches for does not hide the Clusters behind it', () => {
  const lying = element(0xa3, blockPayload({ frames: [new Uint8Array(20)] }), { size: 100_000_000 });
  const events = read(join(HEAD, live(0, block(), lying, block(20)), live(100, block())));
  expect(codesOf(events)).toEqual(['MATROSKA_FRAME_TOO_LARGE']);
  expect(timesOf(events)).toEqual([0, 100]);
});

it('MATROSKA_TRACK_ENCODED: an EncryptedBlock', () => {
  const events = read(join(HEAD, live(0, block(), element(0xaf, new Uint8Array(60).fill(0x1f)), block(20))));
  expect(damagesOf(events)).toMatchObject([{ code: 'MATROSKA_TRACK_ENCODED', byteLength: 60 }]);
  expect(timesOf(events)).toEqual([0, 20]);
});

it('MATROSKA_TOO_DEEP: a name that thousands of tags would repeat', () => {
  const many = Array.from({ length: 1000 }, () => simpleTag('B', 'x'));
  const named = (length: number) => tags(tag([], master(0x67c8, [text(0x45a3, 'A'.repeat(length)), ...many])));
  const long = read(join(HEAD, named(1025)));
  expect(damagesOf(long)).toMatchObject([{ code: 'MATROSKA_TOO_DEEP', expected: 1024, actual: 1025 }]);
  expect(tagsOf(long)).toEqual([]);
  expect(tagsOf(read(join(HEAD, named(1024))))).toHaveLength(1000);
});

it('256 empty frames of fixed lacing take no table', () => {
  const laced = element(0xa3, new Uint8Array([0x81, 0, 0, 0x84, 255]));
  const [only] = blocksOf(read(join(HEAD, live(0, laced))));
  expect(only!.frameCount).toBe(256);
  expect(only!.frameLength(255)).toBe(0);
  expect(only!.frame(255)).toEqual(new Uint8Array(0));
  expect(() => only!.frame(256)).toThrow(RangeError);
  const input = join(HEAD, live(0, ...Array<Bytes>(20_000).fill(laced)));
  const before = process.memoryUsage().arrayBuffers;
  const given = new MatroskaDemuxer().push(input);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(input.length * 4);
  expect(blocksOf(given)).toHaveLength(20_000);
});

it('Tracks and Tags that wait for Info are bounded', () => {
  const big = tracks(opusTrack(), element(0xec, new Uint8Array(15 * 1024 * 1024)));
  const demuxer = new MatroskaDemuxer();
  const types = [ebml(), segment([], unknown), big, big].map((bytes) => demuxer.push(bytes).map(({ type }) => type));
  expect(types).toEqual([[], [], [], ['segment', 'track']]);
});
