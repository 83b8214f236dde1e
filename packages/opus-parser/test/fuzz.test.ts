import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeOpusHead,
  encodeOpusTags,
  encodeSelfDelimited,
  packetSamples,
  parseOpusDemo,
  parseOpusHead,
  parseOpusTags,
  parsePacket,
  parseSelfDelimited,
  splitMultistream,
  splitPacket,
  stripPadding,
} from '../src';
import { anyBytes } from './arbitraries';
import { concat } from './framed-packets';
import { unlessRefused } from './opus-errors';

const runs = { numRuns: 3000 };
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
      runs,
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
      runs,
    );
  });

  it('from packets of several streams, heads, tags and opus_demo records', () => {
    fc.assert(
      fc.property(anyBytes, fc.integer({ min: 1, max: 6 }), (bytes, streams) => {
        unlessRefused(() => splitMultistream(bytes, streams));
        unlessRefused(() => parseOpusDemo(bytes));
      }),
      runs,
    );
    fc.assert(
      fc.property(magic('OpusHead'), (packet) => {
        const head = unlessRefused(() => parseOpusHead(packet));
        if (head) expect(encodeOpusHead(head)).toEqual(packet);
      }),
      runs,
    );
    fc.assert(
      fc.property(magic('OpusTags'), (packet) => {
        const tags = unlessRefused(() => parseOpusTags(packet));
        if (tags) expect(encodeOpusTags(tags)).toEqual(packet);
      }),
      runs,
    );
  });
});
