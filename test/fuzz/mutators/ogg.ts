import { pick, type Random } from '../harness/random';
import { joined } from '../harness/smaller';
import { mutateBytes, mutateOrder } from './bytes';
import { mutateOpusPacket } from './opus-packet';

/** A page taken apart, or bytes that are none (`raw`). `body` needn't fit `lacing`. */
export interface PageParts {
  readonly raw?: Uint8Array;
  version: number;
  flags: number;
  granule: bigint;
  serial: number;
  sequence: number;
  /** As it stands; undefined: the right one is written. */
  crc: number | undefined;
  lacing: number[];
  body: Uint8Array;
}

/** RFC 3533 §6: polynomial 0x04c11db7, nothing reflected, no final XOR. */
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

/** Of the page in `bytes[start, end)`, its own field taken for 0. */
export function crcOf(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = 0;
  for (let i = start; i < end; i++) {
    const byte = i >= start + 22 && i < start + 26 ? 0 : bytes[i]!;
    crc = (crc << 8) ^ CRC_TABLE[(crc >>> 24) ^ byte]!;
  }
  return crc >>> 0;
}

/** Length of the page that `bytes[at]` begins, by its own lacing; 0 if none does, or it is cut. */
export function pageLength(bytes: Uint8Array, at: number): number {
  if (at + 27 > bytes.length) return 0;
  if (bytes[at] !== 0x4f || bytes[at + 1] !== 0x67 || bytes[at + 2] !== 0x67 || bytes[at + 3] !== 0x53) return 0;
  const segments = bytes[at + 26]!;
  if (at + 27 + segments > bytes.length) return 0;
  let length = 27 + segments;
  for (let i = 0; i < segments; i++) length += bytes[at + 27 + i]!;
  return at + length <= bytes.length ? length : 0;
}

/** Where pages begin, one behind the other; what is no page goes with the one before. */
export function pageBoundaries(bytes: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = pageLength(bytes, at);
    if (length > 0) found.push(at);
    at += length || 1;
  }
  return found;
}

export function parsePages(bytes: Uint8Array): PageParts[] {
  const places = [0, ...pageBoundaries(bytes).filter((place) => place > 0), bytes.length];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pages: PageParts[] = [];
  for (let i = 0; i + 1 < places.length; i++) {
    const at = places[i]!;
    const end = at + pageLength(bytes, at);
    if (end > at) {
      const bodyAt = at + 27 + bytes[at + 26]!;
      pages.push({
        version: bytes[at + 4]!,
        flags: bytes[at + 5]!,
        granule: view.getBigInt64(at + 6, true),
        serial: view.getUint32(at + 14, true),
        sequence: view.getUint32(at + 18, true),
        crc: view.getUint32(at + 22, true) === crcOf(bytes, at, end) ? undefined : view.getUint32(at + 22, true),
        lacing: [...bytes.subarray(at + 27, bodyAt)],
        body: bytes.slice(bodyAt, end),
      });
    }
    if (places[i + 1]! > end) pages.push(rawPart(bytes.slice(end, places[i + 1]!)));
  }
  return pages;
}

function rawPart(raw: Uint8Array): PageParts {
  return {
    raw,
    version: 0,
    flags: 0,
    granule: 0n,
    serial: 0,
    sequence: 0,
    crc: 0,
    lacing: [],
    body: new Uint8Array(0),
  };
}

export function encodePage(page: PageParts): Uint8Array {
  const { raw, version, flags, granule, serial, sequence, crc, body } = page;
  if (raw) return raw;
  const lacing = page.lacing.slice(0, 255);
  const bytes = new Uint8Array(27 + lacing.length + body.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x4f, 0x67, 0x67, 0x53, version, flags]);
  view.setBigInt64(6, granule, true);
  view.setUint32(14, serial, true);
  view.setUint32(18, sequence, true);
  bytes[26] = lacing.length;
  bytes.set(lacing, 27);
  bytes.set(body, 27 + lacing.length);
  view.setUint32(22, crc ?? crcOf(bytes), true);
  return bytes;
}

/** Lacing and body of whole packets. */
export function laced(packets: readonly Uint8Array[]): Pick<PageParts, 'lacing' | 'body'> {
  const lacing = packets.flatMap(({ length }) => [
    ...new Array<number>(Math.floor(length / 255)).fill(255),
    length % 255,
  ]);
  return { lacing, body: joined(packets) };
}

const GRANULES = [-1n, 0n, 1n, 960n, -2n, 2n ** 31n, 2n ** 40n, 2n ** 53n, 2n ** 62n, -(2n ** 63n), 2n ** 63n - 1n];
const SERIALS = [0, 1, 0x7fffffff, 0xffffffff];

type Change = (page: PageParts, next: Random, pages: PageParts[]) => void;

const CHANGES: readonly Change[] = [
  (page, next) => {
    page.granule = pick(next, GRANULES);
  },
  (page, next) => {
    page.granule = BigInt.asIntN(64, page.granule + BigInt(next(200_000) - 100_000));
  },
  (page, next) => {
    page.flags ^= 1 << next(3);
  },
  (page, next) => {
    page.flags = next(256);
  },
  (page, next) => {
    if (next(8) === 0) page.version = next(256);
  },
  (page, next, pages) => {
    page.serial = next(2) === 0 ? pick(next, pages).serial : pick(next, SERIALS);
  },
  (page, next) => {
    page.sequence = (page.sequence + pick(next, [-65, -64, -2, -1, 1, 2, 63, 64, 0x7fffffff, next(100)])) >>> 0;
  },
  // The checksum is wrong.
  (page, next) => {
    page.crc = next(2) === 0 ? 0 : next(2 ** 32);
  },
  // Other packets of the same bytes.
  (page, next) => {
    const at = next(page.lacing.length + 1);
    const value = page.lacing[at];
    if (value === undefined || page.lacing.length >= 255) return;
    const part = next(value + 1);
    page.lacing.splice(at, 1, part, value - part);
  },
  (page, next) => {
    const at = next(page.lacing.length + 1);
    const sum = (page.lacing[at] ?? 0) + (page.lacing[at + 1] ?? 0);
    if (at + 1 < page.lacing.length && sum <= 255) page.lacing.splice(at, 2, sum);
  },
  // Lacing that does not fit the body: with a right checksum of a page that ends elsewhere.
  (page, next) => {
    if (page.lacing.length > 0) page.lacing[next(page.lacing.length)] = pick(next, [0, 1, 254, 255, next(256)]);
  },
  (page, next) => {
    page.lacing.splice(next(page.lacing.length + 1), 0, ...new Array<number>(1 + next(20)).fill(pick(next, [0, 255])));
    fitBody(page);
  },
  (page, next) => {
    page.lacing.length = next(page.lacing.length + 1);
    fitBody(page);
  },
  (page, next) => {
    for (let i = next(5); i >= 0; i--) if (page.body.length > 0) page.body[next(page.body.length)]! ^= 1 << next(8);
  },
  // A packet of the page becomes another one, whose length may differ.
  (page, next) => {
    const packets = wholePackets(page);
    if (packets.length === 0) return;
    const at = next(packets.length);
    packets[at] = mutateOpusPacket(packets[at]!, next);
    Object.assign(page, laced(packets));
  },
  (page, next) => {
    const packets = wholePackets(page);
    mutateOrder(packets, next);
    Object.assign(page, laced(packets));
  },
  // All of it once more, within it.
  (page, next) => {
    const inner = encodePage(page);
    if (inner.length < 20_000 && next(4) === 0) Object.assign(page, laced([inner, inner]));
  },
  // A packet goes on over the next pages.
  (page, next, pages) => {
    const at = pages.indexOf(page);
    const cut = next(page.lacing.length + 1);
    const lacing = page.lacing.splice(cut);
    if (lacing.length === 0) return;
    page.lacing.push(255);
    const bodyAt = page.lacing.reduce((sum, value) => sum + value, 0);
    const rest = { ...page, flags: page.flags | 1, lacing, body: page.body.slice(bodyAt) };
    fitBody(page);
    fitBody(rest);
    pages.splice(at + 1, 0, rest);
    if (next(2) === 0) renumber(pages);
  },
];

/** Of a page that holds nothing else. */
export function wholePackets({ lacing, body }: PageParts): Uint8Array[] {
  const packets: Uint8Array[] = [];
  let start = 0;
  let at = 0;
  for (const value of lacing) {
    at += value;
    if (value === 255) continue;
    packets.push(body.subarray(start, at));
    start = at;
  }
  return packets;
}

function fitBody(page: PageParts): void {
  const body = new Uint8Array(page.lacing.slice(0, 255).reduce((sum, value) => sum + value, 0));
  body.set(page.body.subarray(0, body.length));
  page.body = body;
}

/** Page numbers that rise by one in each stream, so that lost and moved pages don't show. */
function renumber(pages: readonly PageParts[]): void {
  const numbers = new Map<number, number>();
  for (const page of pages) {
    page.sequence = numbers.get(page.serial) ?? page.sequence;
    numbers.set(page.serial, (page.sequence + 1) >>> 0);
  }
}

/** An Ogg file changed in one to five places; mostly with right checksums, so that the damage gets deep. */
export function mutateOgg(input: Uint8Array, next: Random, corpus: readonly Uint8Array[]): Uint8Array {
  const kind = next(10);
  if (kind === 0) return mutateBytes(input, next, corpus);
  const pages = parsePages(input);
  if (pages.length === 0) return mutateBytes(input, next, corpus);
  for (let k = next(5); k >= 0 && pages.length > 0; k--) {
    const page = pick(next, pages);
    const what = next(4);
    if (what === 0) mutateOrder(pages, next, next(2) === 0 ? parsePages(pick(next, corpus)) : pages);
    else if (!page.raw) pick(next, CHANGES)(page, next, pages);
  }
  if (next(6) === 0) renumber(pages);
  if (next(20) === 0) for (const page of pages) page.serial = 1;
  const bytes = joined(pages.map(encodePage));
  if (kind === 1) return bytes.slice(0, next(bytes.length + 1));
  return kind === 2 ? mutateBytes(bytes, next, corpus) : bytes;
}
