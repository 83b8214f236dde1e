// Sources of any length that are never held whole.
import { encodeOggPage } from '@zarr-audio/ogg-mux';

/** Real packets, over and over, in pages of 50, with right granule positions. */
export function endlessOgg(OggDemuxer, file, byteLength) {
  const demuxer = new OggDemuxer();
  const packets = [];
  for (const event of [...demuxer.push(file), ...demuxer.finish()]) {
    if (event.type !== 'page') continue;
    for (let i = 0; i < event.packets.count; i++) packets.push(event.packets.packet(i));
  }
  const [head, tags, ...audio] = packets;
  const page = (body, fields) =>
    encodeOggPage({
      serial: 1,
      ...fields,
      lacing: Uint8Array.from(
        body.flatMap(({ length }) => [...Array(Math.floor(length / 255)).fill(255), length % 255]),
      ),
      body: Uint8Array.from(Buffer.concat(body)),
    });
  return {
    name: 'endless.opus',
    async *open() {
      yield page([head], { sequence: 0, granulePosition: 0n, bos: true });
      yield page([tags], { sequence: 1, granulePosition: 0n });
      for (let bytes = 0, number = 0; bytes < byteLength; number++) {
        const body = Array.from({ length: 50 }, (_, i) => audio[(number * 50 + i) % audio.length]);
        const made = page(body, { sequence: number + 2, granulePosition: BigInt((number + 1) * 48_000) });
        bytes += made.length;
        yield made;
      }
    },
  };
}

/** A WAV of a tone and noise, stereo, 48 kHz, 16 bits. */
export function endlessWav(seconds) {
  const block = new Int16Array(96_000);
  for (let i = 0; i < 48_000; i++) {
    block[2 * i] = 9000 * Math.sin(i * 0.06) + 2000 * (Math.random() - 0.5);
    block[2 * i + 1] = 7000 * Math.sin(i * 0.01) + 2000 * (Math.random() - 0.5);
  }
  const dataBytes = seconds * block.byteLength;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(Math.min(2 ** 32 - 1, dataBytes + 36), 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(48_000, 24);
  header.writeUInt32LE(192_000, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(Math.min(2 ** 32 - 1, dataBytes), 40);
  return {
    name: 'endless.wav',
    async *open() {
      yield new Uint8Array(header);
      for (let i = 0; i < seconds; i++) yield new Uint8Array(block.buffer);
    },
  };
}

/** xorshift32: noise that is the same every time. */
function noise(byteLength, seed = 1) {
  let state = seed;
  return Uint8Array.from({ length: byteLength }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state;
  });
}

const bytesOf = (text) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const bos = (serial, sequence = 0, body = bytesOf('head')) =>
  encodeOggPage({ serial, sequence, granulePosition: 0n, bos: true, lacing: Uint8Array.of(body.length), body });

/** The same bytes over and over, in pieces of about 64 KiB. */
function* repeated(unit) {
  const piece = new Uint8Array(Math.ceil(65_536 / unit.length) * unit.length);
  for (let at = 0; at < piece.length; at += unit.length) piece.set(unit, at);
  for (;;) yield piece;
}

/** Pages, in pieces of about 64 KiB. */
function* pieced(pages) {
  let parts = [];
  let byteLength = 0;
  for (const page of pages) {
    parts.push(page);
    byteLength += page.length;
    if (byteLength < 65_536) continue;
    yield new Uint8Array(Buffer.concat(parts));
    parts = [];
    byteLength = 0;
  }
}

const fullLacing = new Uint8Array(255).fill(255);
const fullBody = noise(65_025);
/** A header that claims 255 segments of as many bytes as the bytes behind it say. */
const claim = (fill) => {
  const header = new Uint8Array(27).fill(fill);
  header.set(bytesOf('OggS\0\0'));
  header[26] = 255;
  return header;
};

/** Inputs made to take memory or time. Each goes on for ever, in pieces. */
export const hostileOgg = {
  *'a packet that never ends'() {
    yield bos(1);
    for (let sequence = 1; ; sequence = (sequence + 1) >>> 0) {
      const granulePosition = -1n;
      yield encodeOggPage({
        serial: 1,
        sequence,
        granulePosition,
        continued: sequence > 1,
        lacing: fullLacing,
        body: fullBody,
      });
    }
  },
  *'256 streams, of each a packet that never ends'() {
    for (let serial = 0; serial < 256; serial++) yield bos(serial);
    for (let sequence = 1; ; sequence++) {
      for (let serial = 0; serial < 256; serial++) {
        const granulePosition = -1n;
        yield encodeOggPage({
          serial,
          sequence,
          granulePosition,
          continued: sequence > 1,
          lacing: fullLacing,
          body: fullBody,
        });
      }
    }
  },
  noise: () => repeated(noise(1 << 20)),
  'capture patterns': () => repeated(bytesOf('OggS')),
  'capture patterns with version 0': () => repeated(bytesOf('OggS\0')),
  'headers that claim pages of 58 KB, each over the next ones': () => repeated(claim(255)),
  'headers that claim pages of 6 KB': () => repeated(claim(0)),
  'pages with a wrong checksum': () => repeated(bos(1).map((byte, i) => (i === 22 ? byte ^ 1 : byte))),
  'the first page of one stream, over and over': () => repeated(bos(1)),
  *'first pages of ever new streams'() {
    function* pages() {
      for (let serial = 0; ; serial = (serial + 1) >>> 0) yield bos(serial);
    }
    yield* pieced(pages());
  },
  *'links of one page and one open packet'() {
    function* pages() {
      const open = { granulePosition: -1n, lacing: Uint8Array.of(255), body: fullBody.subarray(0, 255) };
      for (let serial = 0; ; serial = (serial + 1) >>> 0) {
        yield bos(serial);
        yield encodeOggPage({ serial, sequence: 1, ...open });
      }
    }
    yield* pieced(pages());
  },
};
