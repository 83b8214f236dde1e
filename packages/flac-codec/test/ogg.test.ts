import { errorCode } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { flac } from '../src/flac';
import { crc8 } from '../src/frame/crc8';
import { OggHeaders } from '../src/ingest/ogg-headers';
import { parse, sourceOf } from './support/feed';
import { nativeFile, writeFrame } from './support/frame-writer';
import { collect, decodeRaw, fixture } from './support/ingested';

const INFO = { channels: 1, bitsPerSample: 16, blockSize: 32 };
const streamInfo = nativeFile([], INFO).slice(8);
const first = (major = 1) =>
  Uint8Array.from([0x7f, ...Buffer.from('FLAC'), major, 0, 0, 0, ...Buffer.from('fLaC'), 0, 0, 0, 34, ...streamInfo]);
const frame = (number: number) =>
  writeFrame({ number, blockSize: 32, bits: [16], subframes: [{ kind: 'constant', samples: [BigInt(number)] }] });
const codec = flac();

/** A page of whole packets under 255 bytes. */
function page(packets: readonly Uint8Array[], sequence: number, flags = 0): Uint8Array {
  const body = packets.flatMap((packet) => [...packet]);
  const lacing = packets.map(({ length }) => length);
  const bytes = Uint8Array.from([
    ...Buffer.from('OggS'),
    0,
    flags,
    ...Array(8).fill(0),
    5,
    0,
    0,
    0,
    sequence,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    lacing.length,
    ...lacing,
    ...body,
  ]);
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  new DataView(bytes.buffer).setUint32(22, crc, true);
  return bytes;
}

const ogg = (pages: readonly (readonly Uint8Array[])[]) =>
  new Uint8Array(
    Buffer.concat(pages.map((packets, i) => page(packets, i, i === 0 ? 2 : i === pages.length - 1 ? 4 : 0))),
  );
const ingest = (bytes: Uint8Array, size?: number) => collect(codec.ingest(sourceOf(bytes, size)));
const codeOf = (bytes: Uint8Array) => ingest(bytes).catch(errorCode);

it('what is made of it is a native file: the same frames behind the same blocks', async () => {
  const { streams } = await ingest(fixture('flac/bear_flac.ogg'), 1000);
  const { blob, rows } = streams[0]!;
  const events = parse(blob);
  const found = events.flatMap((event) => (event.type === 'frame' ? [event.byteOffset, event.byteLength] : []));
  expect(found).toEqual(rows.filter((_, i) => i % 5 < 2));
  const types = events.flatMap((event) => (event.type === 'block' ? [event.block.type] : []));
  // A seek table (3) was between: its offsets would be those of another file.
  expect(types).toEqual([0, 4, 1]);
});

it('comments become tags', async () => {
  const text = Buffer.from('TITLE=Rain');
  const body = [0, 0, 0, 0, 1, 0, 0, 0, text.length, 0, 0, 0, ...text];
  const { streams } = await ingest(ogg([[first()], [Uint8Array.of(0x84, 0, 0, body.length, ...body)], [frame(0)]]));
  expect(streams[0]!.tags).toEqual({ title: 'Rain' });
  expect(streams[0]!.summary.repairs).toEqual([]);
});

it('packets lie where they lie in the Ogg file', async () => {
  const bytes = ogg([[first()], [Uint8Array.of(0x81, 0, 0, 0)], [frame(0), frame(1)], [frame(2)]]);
  for await (const { bytePosition, byteLength, startSample } of codec.packets(sourceOf(bytes, 7))) {
    const there = bytes.slice(bytePosition, bytePosition + byteLength);
    expect(there).toEqual(frame(startSample / 32));
  }
});

it('a lost page is a hole, also in what is made of it', async () => {
  const pages = [[first()], [frame(0)], [frame(1)], [frame(2)], [frame(3)]].map((packets, i) =>
    page(packets, i, i === 0 ? 2 : 0),
  );
  pages.splice(2, 1);
  const { streams } = await ingest(new Uint8Array(Buffer.concat(pages)));
  const [stream] = streams;
  expect(stream!.summary.gaps).toEqual([{ end: 64, samples: 32 }]);
  expect(stream!.summary.repairs.map(({ code }) => code)).toContain('OGG_SEQUENCE_GAP');
  const scanned = await collect(codec.scan(sourceOf(stream!.blob)));
  expect(scanned.streams[0]!.rows).toEqual(stream!.rows);
  expect(scanned.streams[0]!.summary.gaps).toEqual(stream!.summary.gaps);
});

describe('packets that are none', () => {
  it('a damaged frame and garbage are left out', async () => {
    const broken = frame(1);
    broken[broken.length - 1]! ^= 1;
    const { streams } = await ingest(ogg([[first()], [frame(0), broken, Uint8Array.of(1, 2, 3), frame(2)]]));
    expect(streams[0]!.summary.repairs.map(({ code }) => code)).toEqual([
      'FLAC_FRAME_DAMAGED',
      'FLAC_GARBAGE',
      'FLAC_GAP',
    ]);
    expect((await decodeRaw(streams[0]!)).length).toBe(128);
  });

  it('a header packet that is no block, or has another length than its block: FLAC_BAD_METADATA', async () => {
    const { streams } = await ingest(ogg([[first()], [Uint8Array.of(4, 0), Uint8Array.of(1, 0, 0, 9, 0)], [frame(0)]]));
    expect(streams[0]!.summary.repairs.map(({ code }) => code)).toEqual(['FLAC_BAD_METADATA', 'FLAC_BAD_METADATA']);
    expect(parse(streams[0]!.blob).filter(({ type }) => type === 'frame')).toHaveLength(1);
  });

  it('comments that are damaged: FLAC_BAD_COMMENTS', async () => {
    const comments = Uint8Array.of(4, 0, 0, 12, 0, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0);
    const { streams } = await ingest(ogg([[first()], [comments], [frame(0)]]));
    expect(streams[0]!.summary.repairs.map(({ code }) => code)).toEqual(['FLAC_BAD_COMMENTS']);
  });

  it('over 32 MiB of metadata: FLAC_METADATA_TOO_LARGE', () => {
    const headers = new OggHeaders(first());
    const picture = new Uint8Array(4 + 15 * 2 ** 20);
    picture.set([6, 0xf0, 0, 0]);
    for (let i = 0; i < 3; i++) headers.add(picture, i);
    expect(headers.repairs).toEqual([{ code: 'FLAC_METADATA_TOO_LARGE', byteOffset: 2, samples: 0 }]);
    expect(headers.native().length).toBe(42 + 2 * picture.length);
  });
});

describe('what can not be taken', () => {
  it.each([
    ['FLAC_OGG_VERSION', ogg([[first(2)], [frame(0)]])],
    ['FLAC_BAD_STREAMINFO', ogg([[first().fill(0, 17)], [frame(0)]])],
    ['FLAC_NO_FRAMES', ogg([[first()], [Uint8Array.of(0x81, 0, 0, 0)]])],
    ['STREAM_OTHER_CODEC', fixture('ogg_opus/bear.opus')],
    ['FLAC_NO_STREAM', ogg([[Uint8Array.of(1, 2, 3)], [frame(0)]])],
  ])('%s', async (code, bytes) => {
    expect(await codeOf(bytes)).toBe(code);
  });

  it('a link of another codec is told, the others are taken', async () => {
    const opus = fixture('ogg_opus/tiny.ogg');
    const both = new Uint8Array(Buffer.concat([ogg([[first()], [frame(0)]]), opus]));
    const { streams, failed } = await ingest(both, 100);
    expect(streams).toHaveLength(1);
    expect(failed).toEqual(['STREAM_OTHER_CODEC']);
    expect(crc8(streams[0]!.blob, 42, 50)).toBe(0);
  });
});

it.each([
  ['zeros', new Uint8Array(9)],
  ['another frame', frame(1)],
])('a packet with %s behind its frame gives the frame alone, as a scan of the blob finds it', async (_, rest) => {
  const packet = Uint8Array.from([...frame(0), ...rest]);
  const { streams } = await ingest(ogg([[first()], [Uint8Array.of(0x81, 0, 0, 0)], [packet], [frame(2)]]));
  const [stream] = streams;
  expect(stream!.summary.repairs.map(({ code }) => code)).toContain('FLAC_GARBAGE');
  expect(stream!.summary).toMatchObject({ packets: 2, gaps: [{ end: 64, samples: 32 }] });
  const scanned = await collect(codec.scan(sourceOf(stream!.blob)));
  expect(scanned.streams[0]!.rows).toEqual(stream!.rows);
});
