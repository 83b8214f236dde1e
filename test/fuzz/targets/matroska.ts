import { isMatroska, MatroskaDemuxer, type MatroskaEvent, matroskaTracks } from '@zarr-audio/matroska-demux';
import { files } from '../harness/corpus';
import { expect, same } from '../harness/expect';
import type { Log } from '../harness/log';
import { joined } from '../harness/smaller';
import type { Target } from '../harness/target';
import { element, elementBoundaries, mutateMatroska } from '../mutators/ebml';

const MEGABYTE = 2 ** 20;
/** As small as that, so that the limits are met. */
const LIMITS = { maxFrameBytes: 20_000, maxTracks: 8 };

const matroska: Target = {
  name: 'matroska',
  iterations: 300,
  corpus: () => files(['webm_opus'], /\.(webm|mk[av])$/, { cutAt: 30_000 }),
  mutate: mutateMatroska,
  run({ input, pieces }, log) {
    log.add(`matroska ${isMatroska(input.subarray(0, 64))}`, matroskaTracks(input.subarray(0, 4096))?.length);
    const demuxer = new MatroskaDemuxer(LIMITS);
    let ends = 0;
    const give = (events: readonly MatroskaEvent[]) => {
      for (const event of events) {
        expect(ends === 0, 'an event behind the end');
        if (event.type === 'end') ends++;
        logEvent(event, log, input);
      }
    };
    for (const piece of pieces()) give(demuxer.push(piece));
    give(demuxer.finish());
    expect(ends === 1, 'no end');
  },
  boundaries: elementBoundaries,
  // Elements of 2 bytes, each with damage; frames of no bytes at all (256 to a block of 6).
  events: { perByte: 60, constant: 64 },
  // Frames stripped of a header get it back: 64 bytes at most are kept of one, and a block may have 256.
  bytes: { perByte: 60 * 64, constant: MEGABYTE },
  memory: { perByte: 64, constant: 4 * MEGABYTE },
  slow: {
    'elements without a payload': (length) => joined([HEAD, repeat(element(0xec), length)]),
    'elements that nobody knows': (length) => joined([HEAD, repeat(element(0x4fff), length)]),
    'clusters without anything': (length) => joined([HEAD, repeat(element(0x1f43b675), length)]),
    'segments without anything': (length) => repeat(element(0x18538067), length),
    'tracks again and again': (length) => joined([HEAD, repeat(element(0x1654ae6b, TRACK), length)]),
    'bytes that are no element': (length) => joined([HEAD, new Uint8Array(length)]),
    'first bytes of a cluster': (length) => joined([HEAD, repeat(Uint8Array.of(0x1f, 0x43, 0xb6), length)]),
    'clusters that claim too much': (length) =>
      joined([HEAD, repeat(Uint8Array.of(0x1f, 0x43, 0xb6, 0x75, 0x01, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff), length)]),
    'clusters of unknown size': (length) => joined([HEAD, repeat(Uint8Array.of(0x1f, 0x43, 0xb6, 0x75, 0xff), length)]),
    'blocks of tracks that are not there': (length) =>
      joined([HEAD, CLUSTER, repeat(element(0xa3, Uint8Array.of(0x40, 0x50, 0, 0, 0, 1)), length)]),
    // 37 frames a byte, each an entry of the log: a part of the length is enough.
    'blocks of 256 frames without a byte': (length) =>
      joined([HEAD, element(0x1654ae6b, TRACK), CLUSTER, repeat(EMPTY_FRAMES, length >> 4)]),
    'tags within tags': (length) => joined([HEAD, repeat(nested(0x67c8, 0x1254c367, 0x7373), length)]),
    'tags without a text': (length) =>
      joined([HEAD, element(0x1254c367, repeat(element(0x7373, element(0x67c8)), length))]),
    'tags with targets': (length) =>
      joined([
        HEAD,
        element(
          0x1254c367,
          repeat(element(0x7373, element(0x63c0, repeat(element(0x63c5, Uint8Array.of(1)), 4000))), length),
        ),
      ]),
  },
};

export const targets: readonly Target[] = [matroska];

/** 256 frames of no bytes, of track 1. */
export const EMPTY_FRAMES = element(0xa3, Uint8Array.of(0x81, 0, 0, 4, 255));
export const TRACK = element(
  0xae,
  joined([
    element(0xd7, Uint8Array.of(1)),
    element(0x83, Uint8Array.of(2)),
    element(0x86, new TextEncoder().encode('A_OPUS')),
  ]),
);
/** A header, and a Segment of unknown size. */
export const HEAD = joined([
  element(0x1a45dfa3, element(0x4282, new TextEncoder().encode('webm'))),
  Uint8Array.of(0x18, 0x53, 0x80, 0x67, 0xff),
]);
export const CLUSTER = joined([Uint8Array.of(0x1f, 0x43, 0xb6, 0x75, 0xff), element(0xe7, Uint8Array.of(0))]);

export function repeat(bytes: Uint8Array, byteLength: number): Uint8Array {
  const out = new Uint8Array(Math.max(1, Math.floor(byteLength / bytes.length)) * bytes.length);
  for (let at = 0; at < out.length; at += bytes.length) out.set(bytes, at);
  return out;
}

function nested(id: number, ...outer: readonly number[]): Uint8Array {
  let bytes = element(id);
  for (let depth = 0; depth < 300; depth++) bytes = element(id, bytes);
  for (const each of outer.toReversed()) bytes = element(each, bytes);
  return bytes;
}

function logEvent(event: MatroskaEvent, log: Log, input: Uint8Array): void {
  if (event.type === 'block') {
    const { block } = event;
    const { timestampNs, frameCount, keyframe, invisible, discardable, discardPaddingNs, durationNs, byteOffset } =
      block;
    log.add('block', block.track.index, timestampNs, frameCount, keyframe, invisible, discardable, byteOffset);
    log.add(`discard ${Math.sign(discardPaddingNs)}`, discardPaddingNs, durationNs);
    expect(
      Number.isSafeInteger(timestampNs) && Number.isSafeInteger(discardPaddingNs),
      `times ${timestampNs}, ${discardPaddingNs}`,
    );
    expect(frameCount >= 1 && frameCount <= 256, `${frameCount} frames`);
    let end = byteOffset;
    for (let i = 0; i < frameCount; i++) {
      const frame = block.frame(i);
      const offset = block.frameOffset(i);
      const length = block.frameLength(i);
      log.add(frameCount > 1 ? 'laced frame' : 'frame', offset, frame);
      expect(
        frame.length === length && length <= 2 * LIMITS.maxFrameBytes,
        `frame ${i} has ${frame.length} bytes, not ${length}`,
      );
      expect(offset >= end && offset <= input.length, `frame ${i} at ${offset}, behind the one that ends at ${end}`);
      const bare = Math.min(length, input.length - offset);
      // A header that was stripped stands before them.
      const tail = frame.subarray(length - bare);
      const isThere = same(frame, input.subarray(offset, offset + length));
      const stripped = isThere ? 0 : strippedBytes(frame, input, offset);
      expect(stripped >= 0, `frame ${i} is not at ${offset} (${tail.length} bytes)`);
      end = offset + length - stripped;
      expect(end <= input.length, `frame ${i} ends behind the input`);
    }
  } else if (event.type === 'damage') {
    const { code, byteOffset, byteLength, track, expected, actual } = event;
    log.add(code, byteOffset, byteLength, track?.index, expected, actual);
    expect(
      byteOffset >= 0 && byteOffset <= input.length && byteLength >= 0,
      `${code} at ${byteOffset}, ${byteLength} bytes`,
    );
  } else if (event.type === 'track') {
    const { codecPrivate, uid, ...rest } = event.track;
    log.add(`track ${rest.kind}`, JSON.stringify(rest), uid, codecPrivate);
  } else if (event.type === 'tag') {
    const { trackUids, name, value, language } = event.tag;
    log.add('tag', trackUids.join(), name, value, language);
  } else if (event.type === 'segment') log.add('segment', JSON.stringify(event.segment));
  else log.add(`end ${event.reason}`);
}

/** How many bytes of the frame are not in the file: those before what is; -1 if none are there. */
function strippedBytes(frame: Uint8Array, input: Uint8Array, offset: number): number {
  for (let stripped = 1; stripped <= frame.length; stripped++) {
    const rest = frame.subarray(stripped);
    if (same(rest, input.subarray(offset, offset + rest.length))) return stripped;
  }
  return -1;
}
