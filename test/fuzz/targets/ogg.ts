import { OggDemuxer, type OggEvent, type OggPagePackets } from '@zarr-audio/ogg-demux';
import { files } from '../harness/corpus';
import { expect, same } from '../harness/expect';
import type { Log } from '../harness/log';
import { joined } from '../harness/smaller';
import type { Target } from '../harness/target';
import { crcOf, encodePage, laced, mutateOgg, pageBoundaries, pageLength, wholePackets } from '../mutators/ogg';

const ogg: Target = {
  name: 'ogg',
  iterations: 220,
  corpus: () => files(['ogg_opus', 'ogg_mux', 'ambisonics', 'malformed'], /\.(opus|og[gv])$/, { cutAt: 40_000 }),
  mutate: mutateOgg,
  run({ pieces }, log) {
    const demuxer = new OggDemuxer();
    for (const piece of pieces()) for (const event of demuxer.push(piece)) logEvent(event, log);
    for (const event of demuxer.finish()) logEvent(event, log);
  },
  check,
  boundaries: pageBoundaries,
  // A page of 255 packets without a byte takes 282; damage takes at least a byte.
  events: { perByte: 2, constant: 8 },
  // The first packet of a stream comes twice.
  bytes: { perByte: 3, constant: 0 },
  memory: { perByte: 8, constant: 4 * 2 ** 20 },
  slow: {
    'OggS and 255 lacing values of 255, at every byte': (length) =>
      repeat(Uint8Array.of(0x4f, 0x67, 0x67, 0x53), length),
    'headers that claim the most, without a body': (length) => repeat(claim(), length),
    'a page within each page': (length) => nested(length),
    'one packet over all pages': (length) => onePacket(length),
    'pages without segments': (length) => emptyPages(length),
    'a stream a page': (length) => manyStreams(length),
  },
};

export const targets: readonly Target[] = [ogg];

function logEvent(event: OggEvent, log: Log): void {
  if (event.type === 'page') {
    const { page, stream, count, unfinished } = event.packets;
    const { byteOffset, byteLength, flags } = { ...page, flags: flagsOf(page) };
    log.add('page', byteOffset, byteLength, flags, page.granulePosition, page.serial, page.sequence, page.checksum);
    log.add(unfinished ? 'unfinished' : 'whole', stream.index, count, page.version, page.headerLength);
    for (let i = 0; i < count; i++) {
      const kind = event.packets.spansPages(i) ? 'spanning packet' : 'packet';
      log.add(kind, event.packets.byteOffset(i), event.packets.byteLength(i), event.packets.packet(i));
    }
  } else if (event.type === 'damage') {
    const { code, byteOffset, byteLength, stream, expected, actual, order } = event;
    log.add(`${code} ${order ?? ''}`, byteOffset, byteLength, stream?.index, expected, actual);
  } else if (event.type === 'stream') {
    const { index, link, serial, byteOffset, firstPacket } = event.stream;
    log.add('stream', index, link, serial, byteOffset, firstPacket);
  } else log.add(`end ${event.reason}`, event.stream.index);
}

const flagsOf = ({ continued, bos, eos }: OggPagePackets['page']) => +continued | (+bos << 1) | (+eos << 2);

const OUTSIDE = ['OGG_CRC_MISMATCH', 'OGG_GARBAGE', 'OGG_TRUNCATED_PAGE', 'OGG_BAD_VERSION'];
const DROPPED = ['OGG_UNKNOWN_STREAM', 'OGG_PAGE_AFTER_EOS', 'OGG_TOO_MANY_STREAMS'];

/**
 * Every byte is in a page or in a piece of damage, once; the pages are those that a slow search finds; their packets are the
 * bytes that the lacing says.
 */
function check(input: Uint8Array): void {
  const demuxer = new OggDemuxer();
  const events = [...demuxer.push(input), ...demuxer.finish()];
  const pages: string[] = [];
  const open = new Set<number>();
  let at = 0;
  for (const event of events) {
    if (event.type === 'page') {
      const { page, stream } = event.packets;
      expect(page.byteOffset === at, `a page at ${page.byteOffset}, and the last piece ended at ${at}`);
      expect(open.has(stream.index), `a page of stream ${stream.index}, which is not open`);
      checkPackets(event.packets, input);
      pages.push(`${at} ${page.byteLength}`);
      at += page.byteLength;
    } else if (event.type === 'damage') {
      const isPage = DROPPED.includes(event.code) || event.order === 'doubled' || event.code === 'OGG_BAD_VERSION';
      if (!isPage && !OUTSIDE.includes(event.code)) continue;
      expect(event.byteOffset === at, `${event.code} at ${event.byteOffset}, and the last piece ended at ${at}`);
      expect(event.byteLength > 0, `${event.code} without a byte`);
      if (isPage) pages.push(`${at} ${event.byteLength}`);
      at += event.byteLength;
    } else if (event.type === 'stream') open.add(event.stream.index);
    else expect(open.delete(event.stream.index), `a second end of stream ${event.stream.index}`);
  }
  expect(at === input.length, `${at} bytes accounted for of ${input.length}`);
  expect(open.size === 0, `${open.size} streams without an end`);
  const right = rightPages(input);
  const differs = right.findIndex((page, i) => page !== pages[i]);
  expect(differs < 0 && right.length === pages.length, `page ${differs}: ${pages[differs]} and not ${right[differs]}`);
}

function checkPackets(packets: OggPagePackets, input: Uint8Array): void {
  const { page, count } = packets;
  const bodyAt = page.byteOffset + page.headerLength;
  const lacing = [...input.subarray(page.byteOffset + 27, bodyAt)];
  const body = input.subarray(bodyAt, page.byteOffset + page.byteLength);
  const ending = wholePackets({ ...LACED, lacing, body });
  expect(count <= ending.length && count >= ending.length - 1, `${count} packets where ${ending.length} end`);
  // The first may have lost what came before.
  expect(count === ending.length || page.continued, 'a page that begins a packet lost it');
  for (let i = 1; i <= Math.min(count, ending.length - 1); i++) {
    const packet = packets.packet(count - i);
    const there = input.subarray(packets.byteOffset(count - i), packets.byteOffset(count - i) + packet.length);
    const expected = ending[ending.length - i]!;
    expect(same(packet, expected) && same(packet, there), `packet ${count - i} of the page at ${page.byteOffset}`);
  }
  if (count > 0 && !packets.spansPages(0) && count === ending.length) {
    expect(same(packets.packet(0), ending[0]!), `the first packet of the page at ${page.byteOffset}`);
  }
  if (count > 0 && packets.spansPages(0)) {
    const packet = packets.packet(0);
    const start = packets.byteOffset(0);
    const there = Math.min(packet.length, 1);
    expect(page.continued && start < page.byteOffset, 'a packet spans pages, and the page begins one');
    expect(there === 0 || packet[0] === input[start] || input[start] === 0x4f, `a packet does not begin at ${start}`);
    expect(same(packet.subarray(packet.length - ending[0]!.length), ending[0]!), 'a packet ends otherwise');
  }
}

const LACED = { version: 0, flags: 0, granule: 0n, serial: 0, sequence: 0, crc: undefined };

/** By the plainest search there is: a page with a right checksum, else one byte on. */
function rightPages(input: Uint8Array): string[] {
  const pages: string[] = [];
  for (let at = 0; at < input.length; ) {
    const length = pageLength(input, at);
    const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
    if (length > 0 && view.getUint32(at + 22, true) === crcOf(input, at, at + length)) {
      pages.push(`${at} ${length}`);
      at += length;
    } else at++;
  }
  return pages;
}

function repeat(pattern: Uint8Array, byteLength: number): Uint8Array {
  return Uint8Array.from({ length: byteLength }, (_, i) => pattern[i % pattern.length]!);
}

const PAGE = { ...LACED, lacing: [] as number[], body: new Uint8Array(0) };

function claim(): Uint8Array {
  return joined([Uint8Array.from('OggS', (c) => c.charCodeAt(0)), new Uint8Array(22), new Uint8Array(256).fill(255)]);
}

/** Each page in the body of the one before; only the innermost has a right checksum. */
function nested(byteLength: number): Uint8Array {
  const inner = encodePage({ ...PAGE, ...laced([new Uint8Array(200)]) });
  const parts: Uint8Array[] = [];
  for (let length = 0; length < byteLength; length += 2000) {
    for (let k = 0; k < 64; k++) parts.push(claim().subarray(0, 27 + (k % 3)));
    parts.push(inner);
  }
  return joined(parts).subarray(0, byteLength);
}

function onePacket(byteLength: number): Uint8Array {
  const lacing = new Array<number>(4).fill(255);
  const body = new Uint8Array(4 * 255);
  return joined(
    Array.from({ length: Math.ceil(byteLength / 1051) }, (_, sequence) =>
      encodePage({ ...PAGE, sequence, flags: sequence === 0 ? 2 : 1, lacing, body }),
    ),
  );
}

function emptyPages(byteLength: number): Uint8Array {
  return joined(
    Array.from({ length: Math.ceil(byteLength / 27) }, (_, sequence) =>
      encodePage({ ...PAGE, sequence, flags: sequence === 0 ? 2 : 0 }),
    ),
  );
}

function manyStreams(byteLength: number): Uint8Array {
  return joined(
    Array.from({ length: Math.ceil(byteLength / 27) }, (_, serial) => encodePage({ ...PAGE, serial, flags: 2 })),
  );
}
