import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  createPacketFraming,
  encodeOpusHead,
  encodeOpusTags,
  encodePacketFraming,
  encodePicture,
  encodeSelfDelimited,
  type FramedPacket,
  looksLikeOpusDemo,
  type PacketFraming,
  packetSamples,
  parseOpusDemo,
  parseOpusHead,
  parseOpusTags,
  parsePacket,
  parseSelfDelimited,
  pictures,
  r128Gains,
  splitMultistream,
  splitPacket,
  stripPadding,
} from '../src';
import { anyBytes } from './arbitraries';
import { oggPackets, readFixture } from './fixture-files';
import { concat } from './framed-packets';
import { unlessRefused } from './opus-errors';

/**
 * By hand for longer: `FUZZ_SECONDS=3600 FUZZ_SEED=1 npx vitest run packages/opus-parser/test/fuzz.test.ts`. What fails
 * comes with its seed and path.
 */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 0);
const SEED = process.env.FUZZ_SEED;
/** Properties in this file, each of which gets its share of the time. */
const PROPERTIES = 14;
vi.setConfig({ testTimeout: 60_000 + SECONDS * 1000 });

/** So many runs, or as many as there is time for. */
function bounded(numRuns: number): fc.Parameters<unknown> {
  const seed = SEED === undefined ? {} : { seed: Number(SEED) };
  if (SECONDS === 0) return { numRuns, ...seed };
  return { numRuns: 1e9, interruptAfterTimeLimit: (SECONDS * 1000) / PROPERTIES, ...seed };
}

const magic = (text: string) =>
  fc.uint8Array({ maxLength: 80 }).map((bytes) => concat([new TextEncoder().encode(text), bytes]));

describe('whatever the bytes, nothing but an OpusError is thrown', () => {
  it('and what parsePacket takes has its frames in the packet, one after the other', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const parsed = unlessRefused(() => parsePacket(bytes));
        const samples = unlessRefused(() => packetSamples(bytes));
        const selfDelimited = unlessRefused(() => encodeSelfDelimited(bytes));
        expect(unlessRefused(() => splitPacket(bytes)) === undefined).toBe(parsed === undefined);
        expect(unlessRefused(() => stripPadding(bytes)) === undefined).toBe(parsed === undefined);
        expect(selfDelimited === undefined).toBe(parsed === undefined);
        if (!parsed || !selfDelimited) return;
        expect(parsed.samples).toBe(samples);
        let end = parsed.frames[0]!.byteOffset;
        for (const { byteOffset, byteLength } of parsed.frames) {
          expect(byteOffset).toBe(end);
          expect(byteLength).toBeLessThanOrEqual(1275);
          end += byteLength;
        }
        expect(end + parsed.paddingBytes).toBe(bytes.length);
        expect(parseSelfDelimited(selfDelimited).packet).toEqual(bytes);
      }),
      bounded(3000),
    );
  });

  it('and what parseSelfDelimited takes is a packet within the bytes', () => {
    fc.assert(
      fc.property(anyBytes, fc.nat({ max: 3 }), (bytes, start) => {
        if (start > bytes.length) return;
        const parsed = unlessRefused(() => parseSelfDelimited(bytes, start));
        if (!parsed) return;
        const end = start + parsed.byteLength;
        expect(end).toBeLessThanOrEqual(bytes.length);
        expect(encodeSelfDelimited(parsed.packet)).toEqual(bytes.subarray(start, end));
      }),
      bounded(3000),
    );
  });

  it('from packets of several streams, heads, tags and opus_demo records', () => {
    fc.assert(
      fc.property(anyBytes, fc.integer({ min: 1, max: 6 }), (bytes, streams) => {
        unlessRefused(() => splitMultistream(bytes, streams));
        unlessRefused(() => parseOpusDemo(bytes));
      }),
      bounded(3000),
    );
    fc.assert(
      fc.property(magic('OpusHead'), (packet) => {
        const head = unlessRefused(() => parseOpusHead(packet));
        if (head) expect(encodeOpusHead(head)).toEqual(packet);
      }),
      bounded(3000),
    );
    fc.assert(
      fc.property(magic('OpusTags'), (packet) => {
        const tags = unlessRefused(() => parseOpusTags(packet));
        if (tags) expect(encodeOpusTags(tags)).toEqual(packet);
      }),
      bounded(3000),
    );
  });
});

/** Real bytes, a few of them changed, left out, doubled or put in anew. */
function mutated(original: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.record({
    kind: fc.nat({ max: 3 }),
    at: fc.nat(),
    length: fc.nat({ max: 40 }),
    byte: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 1, 127, 128, 254, 255)),
  });
  return fc.array(change, { minLength: 1, maxLength: 5 }).map((changes) => {
    let bytes = original;
    for (const { kind, at, length, byte } of changes) {
      const start = at % (bytes.length + 1);
      if (kind === 0) bytes = start < bytes.length ? bytes.with(start, byte) : bytes;
      else if (kind === 1) bytes = concat([bytes.subarray(0, start), bytes.subarray(start + length)]);
      else if (kind === 2) bytes = concat([bytes.subarray(0, start + length), bytes.subarray(start)]);
      else bytes = concat([bytes.subarray(0, start), Uint8Array.of(byte), bytes.subarray(start)]);
    }
    return bytes;
  });
}

describe('real bytes, mutated', () => {
  const vector = parseOpusDemo(readFixture('opus_vectors/testvector08.bit'))
    .map(({ packet }) => packet)
    .filter((packet) => packet.length < 60)
    .slice(0, 40);

  it.each(['opus-demo', 'self-delimited', 'u16be', 'u16le', 'u32be', 'u32le', { constant: 11 }] as const)(
    'as %j: packets where they are said to be, or an OpusError, the same in any pieces',
    (framing: PacketFraming) => {
      const packets =
        typeof framing === 'object' ? vector.map((packet) => new Uint8Array(11).fill(packet[0]!)) : vector;
      const original = encodePacketFraming(packets, framing);
      const read = (pieces: readonly Uint8Array[]): FramedPacket[] => {
        const reader = createPacketFraming(framing, { maxPacketBytes: 5000 });
        const found: FramedPacket[] = [];
        unlessRefused(() => {
          for (const piece of pieces) found.push(...reader.push(piece));
          reader.finish();
        });
        return found;
      };
      fc.assert(
        fc.property(mutated(original), fc.nat(), (bytes, cut) => {
          const place = cut % (bytes.length + 1);
          const found = read([bytes.slice(0, place), bytes.slice(place)]);
          const whole = read([bytes]);
          expect(found.map(placeOf)).toEqual(whole.map(placeOf));
          let last = 0;
          for (const { packet, byteOffset, byteLength } of found) {
            expect(byteOffset).toBeGreaterThanOrEqual(last);
            last = byteOffset + byteLength;
            expect(last).toBeLessThanOrEqual(bytes.length);
            if (framing === 'self-delimited')
              expect(parsePacket(packet).samples).toBe(packetSamples(bytes, byteOffset));
            else expect(Buffer.compare(packet, bytes.subarray(byteOffset, last))).toBe(0);
          }
          looksLikeOpusDemo(bytes, bytes.length);
        }),
        bounded(150),
      );
    },
  );

  it('as headers of ambisonics and tags with pictures: read, or refused with an OpusError', () => {
    const heads = ['family2-6ch', 'family3-4ch', 'family3-11ch'].map(
      (name) => oggPackets(readFixture(`ambisonics/${name}.opus`))[0]!,
    );
    const { vendor, comments } = parseOpusTags(oggPackets(readFixture('ogg_opus/opus.opus'))[1]!);
    const [first] = pictures({ comments }).pictures;
    const small = encodePicture({ ...first!, data: first!.data.subarray(0, 50) });
    const others = [
      { key: 'METADATA_BLOCK_PICTURE', value: small },
      { key: 'R128_TRACK_GAIN', value: '-573' },
      { key: 'R128_ALBUM_GAIN', value: '32767' },
    ];
    const short = comments.filter(({ value }) => value.length < 100);
    const tags = encodeOpusTags({ vendor, comments: [...others, ...short], binaryTail: Uint8Array.of(1, 2) });
    fc.assert(
      fc.property(fc.oneof(...heads.map(mutated)), (bytes) => {
        const head = unlessRefused(() => parseOpusHead(bytes));
        if (head) expect(encodeOpusHead(head)).toEqual(bytes);
      }),
      bounded(1500),
    );
    fc.assert(
      fc.property(mutated(tags), (bytes) => {
        const parsed = unlessRefused(() => parseOpusTags(bytes));
        if (!parsed) return;
        expect(Buffer.compare(encodeOpusTags(parsed), bytes)).toBe(0);
        for (const { error } of [...pictures(parsed).invalid, ...r128Gains(parsed).invalid]) {
          expect(error.code).toMatch(/^OPUS_BAD_(PICTURE|GAIN)$/);
        }
      }),
      bounded(1000),
    );
  });
});

function placeOf({ byteOffset, byteLength }: FramedPacket): string {
  return `${byteOffset}+${byteLength}`;
}
