import { pick, type Random } from './random';

/** One page, taken apart; `body` needn't fit `lacing`. */
export interface OggPageParts {
  flags: number;
  granule: bigint;
  serial: number;
  sequence: number;
  lacing: number[];
  body: Uint8Array;
}

/** RFC 3533 §6: polynomial 0x04c11db7, nothing reflected, no final XOR. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

function parsePages(bytes: Uint8Array): OggPageParts[] {
  const pages: OggPageParts[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 0; at + 27 <= bytes.byteLength; ) {
    const lacing = [...bytes.subarray(at + 27, at + 27 + bytes[at + 26]!)];
    const bodyAt = at + 27 + lacing.length;
    const end = bodyAt + lacing.reduce((sum, value) => sum + value, 0);
    pages.push({
      flags: bytes[at + 5]!,
      granule: view.getBigInt64(at + 6, true),
      serial: view.getUint32(at + 14, true),
      sequence: view.getUint32(at + 18, true),
      lacing,
      body: bytes.slice(bodyAt, end),
    });
    at = end;
  }
  return pages;
}

/** With a right checksum, whatever the page says. */
function encodePages(pages: readonly OggPageParts[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(
      pages.map(({ flags, granule, serial, sequence, lacing, body }) => {
        const bytes = new Uint8Array(27 + lacing.length + body.length);
        const view = new DataView(bytes.buffer);
        bytes.set([0x4f, 0x67, 0x67, 0x53, 0, flags]);
        view.setBigInt64(6, granule, true);
        view.setUint32(14, serial, true);
        view.setUint32(18, sequence, true);
        bytes[26] = lacing.length;
        bytes.set(lacing, 27);
        bytes.set(body, 27 + lacing.length);
        let crc = 0;
        for (const byte of bytes) crc = (crc << 8) ^ CRC_TABLE[(crc >>> 24) ^ byte]!;
        view.setUint32(22, crc, true);
        return bytes;
      }),
    ),
  );
}

type Mutation = (pages: OggPageParts[], next: Random) => void;

const anyPage = (pages: OggPageParts[], next: Random) => pick(next, pages);
/** Byte `at` of the first packet of a header page becomes something else; -1: any byte. */
const inHeader =
  (number: number, ...places: number[]): Mutation =>
  (pages, next) => {
    const body = pages[number]?.body;
    if (!body || body.length === 0) return;
    const place = pick(next, places);
    body[place < 0 ? next(body.length) : Math.min(place, body.length - 1)] = pick(next, [
      0,
      1,
      2,
      3,
      127,
      128,
      255,
      next(256),
    ]);
  };

const GRANULES = [
  -1n,
  0n,
  1n,
  -2n,
  960n,
  2n ** 31n,
  2n ** 40n,
  2n ** 50n,
  2n ** 53n,
  2n ** 62n,
  -(2n ** 63n),
  2n ** 63n - 1n,
];

const MUTATIONS: readonly Mutation[] = [
  (pages, next) => {
    anyPage(pages, next).granule = pick(next, GRANULES);
  },
  (pages, next) => {
    anyPage(pages, next).granule += BigInt(next(200_000) - 100_000);
  },
  (pages, next) => {
    anyPage(pages, next).flags ^= 1 << next(3);
  },
  (pages, next) => {
    anyPage(pages, next).flags = next(256);
  },
  (pages, next) => {
    anyPage(pages, next).serial = pick(next, [0, 1, 0xffffffff, anyPage(pages, next).serial]);
  },
  (pages, next) => {
    anyPage(pages, next).sequence = pick(next, [0, 1, 2, 0xffffffff, next(100)]);
  },
  // Lacing: another split of the same bytes, then any values.
  (pages, next) => {
    const { lacing } = anyPage(pages, next);
    const at = next(lacing.length + 1);
    const from = lacing[at];
    if (from === undefined) return;
    const part = next(from + 1);
    if (lacing.length < 255) lacing.splice(at, 1, part, from - part);
  },
  (pages, next) => {
    const { lacing } = anyPage(pages, next);
    const at = next(lacing.length + 1);
    if (at + 1 < lacing.length && lacing[at]! + lacing[at + 1]! <= 255)
      lacing.splice(at, 2, lacing[at]! + lacing[at + 1]!);
  },
  (pages, next) => {
    const { lacing } = anyPage(pages, next);
    if (lacing.length > 0) lacing[next(lacing.length)] = pick(next, [0, 1, 254, 255, next(256)]);
  },
  // OpusHead: version, channels, pre-skip, rate, gain, family, streams, coupled, mapping.
  inHeader(0, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21),
  inHeader(0, -1),
  // OpusTags: length of the vendor, number of comments, anything.
  inHeader(1, 8, 9, 10, 11),
  inHeader(1, -1),
  // The TOC of a page's first packet, and of any: the byte behind a packet's end.
  (pages, next) => {
    const { body } = anyPage(pages, next);
    if (body.length > 0) body[0] = next(256);
  },
  (pages, next) => {
    const { body, lacing } = anyPage(pages, next);
    let at = 0;
    for (let i = next(lacing.length + 1); i > 0; i--) at += lacing[i - 1]!;
    if (at < body.length) body[at] = next(256);
    // The frame count byte of code 3.
    if (at + 1 < body.length && next(2) === 0) body[at + 1] = next(256);
  },
  (pages, next) => {
    const { body } = anyPage(pages, next);
    for (let i = next(5); i >= 0; i--) if (body.length > 0) body[next(body.length)]! ^= 1 << next(8);
  },
  // Pages go, come twice, change places.
  (pages, next) => {
    if (pages.length > 1) pages.splice(next(pages.length), 1);
  },
  (pages, next) => {
    const at = next(pages.length);
    pages.splice(next(pages.length + 1), 0, structuredClone(pages[at]!));
  },
  (pages, next) => {
    pages.splice(next(pages.length), 0, ...pages.splice(next(pages.length), 1));
  },
  // An empty page; one that ends in the middle of a packet.
  (pages, next) => {
    const page = structuredClone(anyPage(pages, next));
    pages.splice(next(pages.length + 1), 0, { ...page, lacing: [], body: new Uint8Array(0) });
  },
  (pages, next) => {
    const page = anyPage(pages, next);
    const kept = next(page.lacing.length + 1);
    page.lacing = page.lacing.slice(0, kept);
    page.body = page.body.slice(
      0,
      page.lacing.reduce((sum, value) => sum + value, 0),
    );
  },
];

/** The file with its pages changed, each with a right checksum. */
export function withPages(bytes: Uint8Array, change: (pages: OggPageParts[]) => void): Uint8Array {
  const pages = parsePages(bytes);
  change(pages);
  return encodePages(pages);
}

/** An Ogg file with one to four things changed, every page with a right checksum: damage that only deeper layers see. */
export function mutateOgg(bytes: Uint8Array, next: Random): Uint8Array {
  return withPages(bytes, (pages) => {
    for (let k = next(4); k >= 0; k--) pick(next, MUTATIONS)(pages, next);
  });
}

/** Bytes flipped, taken out, doubled, cut off: whatever the format. */
export function mutateBytes(input: Uint8Array, next: Random): Uint8Array {
  let bytes = input.slice();
  for (let k = next(4); k >= 0 && bytes.length > 0; k--) {
    const at = next(bytes.length);
    const length = next(Math.min(400, bytes.length - at) + 1);
    const kind = next(5);
    if (kind === 0) bytes[at]! ^= 1 << next(8);
    else if (kind === 1) bytes.fill(next(256), at, at + length);
    else if (kind === 2) bytes = new Uint8Array(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]));
    else if (kind === 3) bytes = new Uint8Array(Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]));
    else bytes = bytes.slice(0, at);
  }
  return bytes;
}
