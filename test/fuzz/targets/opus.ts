import {
  createPacketFraming,
  encodeOpusDemo,
  encodeOpusHead,
  encodeOpusTags,
  encodeSelfDelimited,
  type FramedPacket,
  joinMultistream,
  looksLikeOpusDemo,
  OpusError,
  packetSamples,
  parseOpusDemo,
  parseOpusHead,
  parseOpusTags,
  parsePacket,
  parseSelfDelimited,
  splitMultistream,
  splitPacket,
  stripPadding,
} from '@zarr-audio/opus-parser';
import { expect, same } from '../harness/expect';
import type { Log } from '../harness/log';
import { pick, type Random } from '../harness/random';
import { joined } from '../harness/smaller';
import type { Target } from '../harness/target';
import { mutateBytes, mutateOrder, NUMBERS } from '../mutators/bytes';
import { FRAMINGS, framedCorpus, mutateFramed, packetsOf } from '../mutators/framing';
import { mutateOpusPacket } from '../mutators/opus-packet';

const MEGABYTE = 2 ** 20;
const text = (value: string) => new TextEncoder().encode(value);

const headers = (number: number) =>
  ['ogg_opus', 'malformed'].flatMap((folder) =>
    packetsOf(folder, 420_000).flatMap((packets) => packets.slice(number, number + 1)),
  );

/** One packet: it is not pushed in pieces, so only what holds of it is checked. */
const head: Target = {
  name: 'opus-head',
  iterations: 4000,
  corpus: () => [...headers(0), ...ambisonics()],
  mutate: (input, next, corpus) => {
    const bytes = input.slice();
    for (let k = next(4); k >= 0; k--)
      if (bytes.length > 8) bytes[8 + next(bytes.length - 8)] = pick(next, [0, 1, 2, 3, 254, 255, next(256)]);
    return next(3) === 0 ? mutateBytes(bytes, next, corpus) : bytes;
  },
  run({ input }, log) {
    const parsed = parseOpusHead(input);
    const { demixingMatrix, trailingBytes, channelMapping, ...fields } = parsed;
    log.add(`family ${parsed.mappingFamily}`, JSON.stringify(fields), channelMapping.join(), demixingMatrix?.join());
    log.add('trailing', trailingBytes);
    expect(same(encodeOpusHead(parsed), input), 'OpusHead, read and written, is another');
  },
  events: { perByte: 0, constant: 8 },
  bytes: { perByte: 1, constant: 0 },
  memory: { perByte: 16, constant: MEGABYTE },
};

function ambisonics(): Uint8Array[] {
  const plain = { version: 1, channels: 4, preSkip: 312, inputSampleRate: 48_000, outputGainQ8: 0 };
  const layout = { streamCount: 2, coupledCount: 2 };
  return [
    encodeOpusHead({ ...plain, ...layout, mappingFamily: 2, channelMapping: [0, 1, 2, 3] }),
    encodeOpusHead({
      ...plain,
      ...layout,
      mappingFamily: 3,
      channelMapping: [],
      demixingMatrix: new Int16Array(16).fill(9),
    }),
    encodeOpusHead({ ...plain, ...layout, mappingFamily: 255, channelMapping: [0, 255, 2, 3] }),
  ];
}

const tags: Target = {
  name: 'opus-tags',
  iterations: 2500,
  corpus: () => [...headers(1).filter(({ length }) => length < 20_000), ...madeTags()],
  mutate: mutateTags,
  run({ input }, log) {
    const parsed = parseOpusTags(input);
    log.add(parsed.vendorRaw ? 'raw vendor' : 'vendor', parsed.vendor, parsed.vendorRaw);
    for (const { key, value, raw } of parsed.comments) log.add(raw ? 'raw comment' : 'comment', key, value, raw);
    log.add('tail', parsed.binaryTail);
    expect(same(encodeOpusTags(parsed), input), 'OpusTags, read and written, are others');
  },
  events: { perByte: 0.25, constant: 4 },
  bytes: { perByte: 1, constant: 0 },
  // A comment takes 4 bytes, and is an object with two strings, and an array if it has no `=`.
  memory: { perByte: 160, constant: MEGABYTE },
  slow: {
    'comments without a byte': (length) => tagsOf(Math.min(65_536, length >> 2), new Uint8Array(0), length),
    'comments of =': (length) => tagsOf(Math.min(65_536, Math.floor(length / 5)), text('='), length),
    'one comment without =': (length) => tagsOf(1, new Uint8Array(length).fill(0x61), length),
    'one comment that is no UTF-8': (length) => tagsOf(1, new Uint8Array(length).fill(0xc3), length),
  },
};

function tagsOf(count: number, comment: Uint8Array, byteLength: number): Uint8Array {
  const bytes = new Uint8Array(16 + Math.max(byteLength, count * (4 + comment.length)));
  const view = new DataView(bytes.buffer);
  bytes.set(text('OpusTags'));
  view.setUint32(12, count, true);
  for (let i = 0, at = 16; i < count; i++, at += 4 + comment.length) {
    view.setUint32(at, comment.length, true);
    bytes.set(comment, at + 4);
  }
  return bytes;
}

function madeTags(): Uint8Array[] {
  const comments = ['TITLE=a', 'title=b', '=', 'no equals', 'METADATA_BLOCK_PICTURE=AAAA', 'R128_TRACK_GAIN=-3'].map(
    text,
  );
  const more = [Uint8Array.of(0x41, 0x3d, 0xff, 0xfe), Uint8Array.of(0xef, 0xbb, 0xbf, 0x41, 0x3d, 0x42)];
  return [[], comments, [...comments, ...more]].map((list) =>
    joinTags(text('libopus 1.5'), list, Uint8Array.of(1, 2, 3)),
  );
}

/** Lengths are those of the bytes, if not told otherwise. */
function joinTags(
  vendor: Uint8Array,
  comments: readonly Uint8Array[],
  tail: Uint8Array,
  count = comments.length,
  wrong = -1,
  length = 0,
) {
  const u32 = (value: number) => Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
  const strings = [vendor, ...comments].map((bytes, i) => joined([u32(i === wrong ? length : bytes.length), bytes]));
  return joined([text('OpusTags'), strings[0]!, u32(count), ...strings.slice(1), tail]);
}

function mutateTags(input: Uint8Array, next: Random, corpus: readonly Uint8Array[]): Uint8Array {
  const parts = stringsOf(input);
  if (!parts || next(4) === 0) return mutateBytes(input, next, corpus);
  const [vendor, ...comments] = parts.strings.map((bytes) =>
    next(4) === 0 ? mutateBytes(bytes, next, [bytes]) : bytes,
  );
  if (next(2) === 0) mutateOrder(comments, next);
  const count =
    next(4) === 0
      ? pick(next, [...NUMBERS, comments.length - 1, comments.length + 1, 65_536, 65_537])
      : comments.length;
  const wrong = next(3) === 0 ? next(comments.length + 1) : -1;
  const bytes = joinTags(vendor!, comments, parts.tail, count, wrong, pick(next, [...NUMBERS, next(100)]));
  return next(8) === 0 ? bytes.slice(0, next(bytes.length + 1)) : bytes;
}

/** Vendor and comments, read as plainly as can be. */
function stringsOf(input: Uint8Array): { strings: Uint8Array[]; tail: Uint8Array } | undefined {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const strings: Uint8Array[] = [];
  let at = 8;
  let count = 1;
  while (strings.length < count) {
    if (at + 4 > input.length) return undefined;
    const end = at + 4 + view.getUint32(at, true);
    if (end > input.length) return undefined;
    strings.push(input.subarray(at + 4, end));
    at = end;
    if (strings.length > 1) continue;
    if (at + 4 > input.length) return undefined;
    count += Math.min(view.getUint32(at, true), 1000);
    at += 4;
  }
  return { strings, tail: input.subarray(at) };
}

/** The first byte says how many streams a packet holds, as which it is read besides. */
const packet: Target = {
  name: 'opus-packet',
  iterations: 6000,
  corpus: () =>
    packetsOf('ogg_opus', 420_000).flatMap((packets) =>
      packets.slice(2, 12).map((bytes) => joined([Uint8Array.of(bytes[0]! & 3), bytes])),
    ),
  mutate: (input, next, corpus) => {
    let bytes = input.subarray(1);
    for (let k = next(3); k >= 0; k--) bytes = mutateOpusPacket(bytes, next);
    if (next(8) === 0) bytes = mutateBytes(bytes, next, corpus);
    if (next(6) === 0) {
      const parsed = orRefused(() => encodeSelfDelimited(bytes));
      if (parsed) bytes = joined([parsed, pick(next, [bytes, parsed, pick(next, corpus)])]);
    }
    return joined([Uint8Array.of(next(6)), bytes]);
  },
  run({ input }, log) {
    if (input.length === 0) return;
    logPacket(input.subarray(1), log);
    const streams = 1 + (input[0]! % 6);
    const parts = orRefused(() => splitMultistream(input.subarray(1), streams));
    if (!parts) return;
    log.add(`streams ${streams}`);
    expect(parts.length === streams, 'another number of streams');
    expect(same(joinMultistream(parts), canonical(input.subarray(1), parts)), 'streams, split and joined, are others');
  },
  events: { perByte: 0, constant: 64 },
  bytes: { perByte: 2, constant: 16 },
  memory: { perByte: 16, constant: MEGABYTE },
  slow: {
    'padding of 255, without an end': (length) => joined([Uint8Array.of(0, 3, 0x41), new Uint8Array(length).fill(255)]),
    'padding of 255, right': (length) => padded(length),
  },
};

/** Lengths below 252 have one form only, and so have longer ones: what is joined again is what was there. */
const canonical = (bytes: Uint8Array, _parts: readonly Uint8Array[]) => bytes;

function padded(byteLength: number): Uint8Array {
  const count = Math.floor(byteLength / 255);
  return joined([
    Uint8Array.of(0, 3, 0x41),
    new Uint8Array(count).fill(255),
    Uint8Array.of(0),
    new Uint8Array(count * 254 + 10),
  ]);
}

function logPacket(bytes: Uint8Array, log: Log): void {
  const parsed = orRefused(() => parsePacket(bytes));
  const samples = orRefused(() => packetSamples(bytes));
  const selfDelimited = orRefused(() => encodeSelfDelimited(bytes));
  const split = orRefused(() => splitPacket(bytes));
  const stripped = orRefused(() => stripPadding(bytes));
  log.add(`packet ${parsed !== undefined}, samples ${samples !== undefined}`, samples);
  expect((split === undefined) === (parsed === undefined), 'splitPacket refuses other packets than parsePacket');
  expect((stripped === undefined) === (parsed === undefined), 'stripPadding refuses other packets than parsePacket');
  expect((selfDelimited === undefined) === (parsed === undefined), 'encodeSelfDelimited refuses other packets');
  const alone = orRefused(() => parseSelfDelimited(bytes));
  if (alone) {
    expect(alone.byteLength <= bytes.length, 'a self-delimited packet goes past its bytes');
    expect(
      same(encodeSelfDelimited(alone.packet), bytes.subarray(0, alone.byteLength)),
      'self-delimited, not the same again',
    );
    log.add('self-delimited', alone.byteLength);
  }
  if (!parsed || !split || !stripped || !selfDelimited) return;
  expect(parsed.samples === samples, `${parsed.samples} samples, and ${samples} by packetSamples`);
  expect(samples >= 120 && samples <= 5760, `${samples} samples`);
  let end = parsed.frames[0]!.byteOffset;
  const frames: Uint8Array[] = [];
  for (const { byteOffset, byteLength } of parsed.frames) {
    expect(
      byteOffset === end && byteLength >= 0 && byteLength <= 1275,
      `a frame of ${byteLength} bytes at ${byteOffset}`,
    );
    end += byteLength;
    frames.push(bytes.subarray(byteOffset, end));
  }
  expect(end + parsed.paddingBytes === bytes.length, 'frames and padding are not all of the packet');
  log.add(`code ${bytes[0]! & 3}, ${parsed.vbr ? 'VBR' : 'CBR'}${parsed.padded ? ', padded' : ''}`, frames.length);
  expect(same(parseSelfDelimited(selfDelimited).packet, bytes), 'a packet, self-delimited, is another');
  checkFrames(split, frames, samples, 2880);
  checkFrames([stripped], frames, samples, 5760);
}

function checkFrames(
  packets: readonly Uint8Array[],
  frames: readonly Uint8Array[],
  samples: number,
  most: number,
): void {
  const all: Uint8Array[] = [];
  let total = 0;
  for (const bytes of packets) {
    const parsed = parsePacket(bytes);
    expect(parsed.samples <= most && !parsed.padded, 'a part of a packet is too long, or padded');
    total += parsed.samples;
    for (const { byteOffset, byteLength } of parsed.frames)
      all.push(bytes.subarray(byteOffset, byteOffset + byteLength));
  }
  expect(total === samples && all.length === frames.length, 'parts of a packet have other samples');
  expect(
    all.every((frame, i) => same(frame, frames[i]!)),
    'parts of a packet have other frames',
  );
}

/** undefined if the bytes are refused. */
function orRefused<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof OpusError && error.code === 'OPUS_BAD_PACKET' && error.rule) return undefined;
    throw error;
  }
}

/** The first byte says which framing the others are in. */
const packetFraming: Target = {
  name: 'packet-framing',
  iterations: 1500,
  corpus: framedCorpus,
  mutate: mutateFramed,
  run({ input, pieces }, log) {
    const framing = FRAMINGS[(input[0] ?? 0) % FRAMINGS.length]!;
    const reader = createPacketFraming(framing);
    const give = (packets: readonly FramedPacket[]) => {
      for (const { packet: bytes, byteOffset, byteLength, finalRange } of packets) {
        log.add(bytes.length === 0 ? 'empty' : 'packet', byteOffset, byteLength, finalRange, bytes);
        expect(byteOffset >= 0 && byteOffset + byteLength <= input.length - 1, 'a packet past the end');
        if (framing === 'self-delimited') continue;
        expect(
          same(bytes, input.subarray(1 + byteOffset, 1 + byteOffset + byteLength)),
          `not the bytes at ${byteOffset}`,
        );
      }
    };
    let isFirst = true;
    try {
      for (const piece of pieces()) {
        give(reader.push(isFirst ? piece.subarray(1) : piece));
        if (piece.length > 0) isFirst = false;
      }
      give(reader.finish());
    } catch (error) {
      if (!(error instanceof OpusError)) throw error;
      log.add(`throws ${error.code} ${error.field}`, error.byteOffset);
    }
  },
  check(input) {
    looksLikeOpusDemo(input.subarray(1, 131_072), Math.max(0, input.length - 1));
    looksLikeOpusDemo(input.subarray(1, 4097));
    if ((input[0] ?? 0) % FRAMINGS.length !== 0) return;
    const records = parseOpusDemo(input.subarray(1));
    expect(same(encodeOpusDemo(records), input.subarray(1)), 'opus_demo, read and written, is another');
  },
  // Packets of one byte; a constant size.
  events: { perByte: 1, constant: 2 },
  bytes: { perByte: 1, constant: 0 },
  memory: { perByte: 260, constant: 3 * MEGABYTE },
  slow: {
    'a packet of 1 MiB': (length) => joined([Uint8Array.of(5, 0, 0, 15, 0), new Uint8Array(length)]),
    'packets without a byte': (length) => joined([Uint8Array.of(2), new Uint8Array(length)]),
    'packets of one byte': (length) => joined([Uint8Array.of(7), new Uint8Array(length)]),
    'padding without an end': (length) => joined([Uint8Array.of(1, 3, 0x41), new Uint8Array(length).fill(255)]),
    'self-delimited packets of 48 lengths': (length) => {
      const one = joined([Uint8Array.of(0xe3, 0x80 | 48), new Uint8Array(48)]);
      return joined([Uint8Array.of(1), ...new Array<Uint8Array>(Math.ceil(length / one.length)).fill(one)]);
    },
  },
};

export const targets: readonly Target[] = [head, tags, packet, packetFraming];
